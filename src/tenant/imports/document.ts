import type { ClassId } from "../roster/classes.ts";
import type { RaidRole } from "../roster/schema.ts";
import type { ImportQuestion } from "./report.ts";

/**
 * What every parser makes of its file. Rows refer to people, raids and entries by `ref` or `key`, which
 * the source gives them: an id, or a folded name and realm. They are the same in every file of the
 * source, so a second import finds them.
 *
 * Rows come in this order: persons, characters, raids, attendance, sign-ups, entries, auctions, loot,
 * councils, wishes, balances, accounts. A row refers only to rows before it.
 */
export interface ImportDocument {
  readonly format: string;
  readonly edition: string;
  /** Names the source, such as `monolithdkp`. Files of one source may overlap. */
  readonly source: string;
  /** The time of the balances: the latest date in the file, if it does not tell. */
  readonly snapshotAt: number | null;
  readonly questions: readonly ImportQuestion[];
  readonly rows: Iterable<ImportRow>;
}

/** A row of a document. `part` names one of several databases in a file. */
export type ImportRow = {
  [Kind in ImportRowKind]: {
    readonly kind: Kind;
    readonly key: string;
    readonly part?: string;
    readonly label: string;
    readonly data: ImportData[Kind];
    /** Set by parsers for rows that cannot be imported. */
    readonly problem?: string;
    /** Set by parsers for rows that are imported, but that a person should look at. */
    readonly remark?: string;
  };
}[ImportRowKind];

export type ImportRowKind = keyof ImportData;

/** The kinds of rows, in the order in which they are written. */
export interface ImportData {
  readonly person: SourcePerson;
  readonly character: SourceCharacter;
  readonly raid: SourceRaid;
  readonly attendance: SourceAttendance;
  readonly signup: SourceSignup;
  readonly entry: SourceEntry;
  readonly auction: SourceAuction;
  readonly loot: SourceLoot;
  readonly council: SourceCouncil;
  readonly wish: SourceWish;
  readonly balance: SourceBalance;
  readonly account: SourceAccount;
}

/** A person. Its key is its `ref`. */
export interface SourcePerson {
  /** How the source calls them: the name of a character, `Name-Realm`, or a person's name. */
  readonly name: string;
  readonly note?: string;
  readonly officerNote?: string;
  /** When they joined the guild, if the source tells. */
  readonly joinedAt?: number;
  readonly isArchived?: boolean;
  /** The person of the guild, if the caller knows it. Otherwise it is found by characters and name. */
  readonly personId?: string;
}

export interface SourceCharacter {
  /** The `key` of the person. */
  readonly person: string;
  readonly name: string;
  /** "" if the source names none. */
  readonly realm: string;
  /** Null if the source does not tell. Such a character only finds its person. */
  readonly class: ClassId | null;
  readonly spec?: string;
  readonly role?: RaidRole | null;
  readonly isMain?: boolean;
}

interface SourceRaid {
  readonly name: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly note?: string;
  readonly isPlanned?: boolean;
}

export interface SourceAttendance {
  readonly raid: string;
  readonly person: string;
  readonly presence: "present" | "bench" | "absent";
  readonly creditPct: number;
  readonly remark?:
    | "late"
    | "unprepared"
    | "late-unprepared"
    | "no-show"
    | "gave-notice"
    | "benched"
    | null;
  readonly isExempt?: boolean;
}

export interface SourceSignup {
  readonly raid: string;
  readonly person: string;
  readonly status: "yes" | "late" | "maybe" | "no";
  readonly role?: RaidRole | null;
  readonly note?: string;
  readonly at: number;
}

/** One entry of the past. Its lines and the guild's side sum to zero. */
export interface SourceEntry {
  readonly entryKind: "award" | "spend" | "adjust" | "decay" | "opening" | "reversal";
  /** Unix milliseconds: when the points were earned or spent. */
  readonly at: number;
  /** The same with day and month exchanged, for dates that can be read both ways. */
  readonly atOther?: number;
  readonly reason: string;
  /** Signed points as decimal text, in the pool's unit or the one that is named. */
  readonly lines: readonly SourceLine[];
  /** For a reversal: the key of the entry that it reverses. Its lines are that entry's, negated. */
  readonly reverses?: string;
  readonly raid?: string;
  /** For a spend: the key of the loot. */
  readonly loot?: string;
  /** The points belong to a second pool of the source, such as its EPGP beside its DKP. */
  readonly pool?: "second";
}

export interface SourceLine {
  readonly person: string;
  readonly points: string;
  readonly unit?: "pt" | "ep" | "gp";
}

interface SourceLoot {
  readonly itemName: string;
  readonly itemId: number | null;
  readonly fate: "person" | "disenchanted" | "bank";
  /** Null unless a person received it. */
  readonly person: string | null;
  readonly spec?: "main" | "off";
  /** The price as decimal text. `entry` has the payment. */
  readonly points?: string;
  readonly entry?: string;
  readonly raid?: string;
  readonly boss?: string;
  readonly note?: string;
  readonly at: number;
  readonly atOther?: number;
  /** The item was taken back later: it stays on the list as reverted. */
  readonly isTakenBack?: boolean;
  /** The key of the auction that decided it. */
  readonly auction?: string;
  /** The key of a file that a guild here wrote. The guild may have the award itself. */
  readonly fileKey?: string;
}

/** An auction that is over, with its bids. It moves no points: an entry has the payment. */
interface SourceAuction {
  readonly itemName: string;
  readonly itemId: number | null;
  readonly status: "settled" | "void";
  /** Why the auction is void. */
  readonly voidReason?: string;
  /** The least bid as decimal text. */
  readonly minimum: string;
  readonly at: number;
  readonly closedAt: number;
  readonly classes?: readonly string[];
  readonly bids: readonly SourceBid[];
}

interface SourceBid {
  readonly person: string;
  readonly points: string;
  readonly at: number;
  readonly isWinner: boolean;
  readonly rolls?: readonly number[];
}

/** A council that is over, with its responses and votes. */
interface SourceCouncil {
  readonly itemName: string;
  readonly status: "decided" | "void";
  readonly boss?: string;
  readonly note?: string;
  readonly raid?: string;
  /** The key of the loot that it decided. */
  readonly loot?: string;
  readonly at: number;
  readonly decidedAt?: number;
  readonly responses: readonly {
    readonly person: string;
    readonly response: "best" | "upgrade" | "minor" | "off" | "pass";
    readonly note?: string;
    readonly at: number;
  }[];
  /** At most one of each voter. */
  readonly votes: readonly {
    readonly voter: string;
    readonly person: string;
    readonly at: number;
  }[];
}

/**
 * An account of a person in the source. Only an operator's command makes accounts, from the file itself:
 * no address and no password is ever stored here.
 */
export interface SourceAccount {
  readonly person: string;
  readonly role: "admin" | "officer" | "raider";
}

interface SourceWish {
  readonly person: string;
  readonly itemName: string;
  /** The game's own id of the item, if the source tells. */
  readonly itemId?: number;
  readonly rank: number;
  readonly note?: string;
}

/** What the source says that a person has. */
interface SourceBalance {
  readonly person: string;
  readonly points: string;
  readonly unit?: "pt" | "ep" | "gp";
  /** The points belong to a second pool of the source. */
  readonly pool?: "second";
}
