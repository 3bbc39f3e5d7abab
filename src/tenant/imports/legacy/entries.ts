import {
  type LegacyRow,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../../kernel/legacy-values.ts";
import { limits } from "../../../limits.ts";
import { roundPoints } from "../../dkp/points.ts";
import { foldItem } from "../../loot/items.ts";
import type { ImportRow, SourceEntry } from "../document.ts";
import { lineFrom, pointsFrom } from "../formats/text.ts";
import { type Left, type LegacyTables, NO_USER, rowOf, userKey } from "./source.ts";

/** What the kinds of entries are in the legacy system. */
type LegacyKind = "award" | "spend" | "adjust" | "decay" | "reversal" | "zero" | "unreadable";

/** A payment for an item. `points` is below zero. */
export interface Payment {
  readonly key: string;
  readonly user: number;
  readonly points: string;
  readonly reason: string;
  readonly at: number | undefined;
  isReversed: boolean;
}

/** How the entries of a file hang together, found before they are read one by one. */
export interface EntryLinks {
  /** The entry that each reversal takes back, if it takes back all of it. */
  readonly reverses: ReadonlyMap<number, number>;
  /** Entries that are reversals, with or without what they reverse. */
  readonly isReversal: ReadonlySet<number>;
  /** Payments by auction, in their order. */
  readonly payments: ReadonlyMap<number, readonly Payment[]>;
  /** Payments that do not name their auction, by folded item name. */
  readonly paymentsByItem: ReadonlyMap<string, readonly Payment[]>;
}

/** Points are stored with two decimals. */
const DECIMALS = 2;

const ENTRIES = "dkp_transactions";
const COLUMNS = [
  ...["id", "user_id", "amount", "reason", "created_at", "wcl_report_id", "auction_id"],
  ...["reverted", "reverted_by_tx"],
];
const REFUND = /^Auction (reset|reassigned) \(refund\)/;
const WON = /^Won auction(?: \(roll \d+\))?: (.*?)(?: \([^()]*\))?$/;

interface Entry {
  readonly id: number;
  readonly user: number;
  /** Undefined for an amount that is no number. */
  readonly points: string | undefined;
  /** In hundredths. */
  readonly amount: number;
  readonly reason: string;
  readonly report: number | undefined;
  readonly auction: number | undefined;
  readonly revertedBy: number | undefined;
  readonly at: number | undefined;
}

function entryFrom(row: LegacyRow): Entry {
  const points = pointsFrom(row["amount"]);
  const amount = points === undefined ? undefined : roundPoints(points, DECIMALS);
  return {
    id: legacyWhole(row["id"]) ?? 0,
    user: legacyWhole(row["user_id"]) ?? 0,
    points: amount === undefined ? undefined : points,
    amount: amount ?? 0,
    reason: legacyText(row["reason"]),
    report: legacyWhole(row["wcl_report_id"]),
    auction: legacyWhole(row["auction_id"]),
    revertedBy: legacyWhole(row["reverted_by_tx"]),
    at: legacyTime(row["created_at"]),
  };
}

type IsUser = (id: number) => boolean;

/** Finds reversals and payments. Keeps only the entries that take part in them. */
export async function linkEntries(source: LegacyTables, isUser: IsUser): Promise<EntryLinks> {
  const links = new Links();
  for await (const row of source.rows(ENTRIES, COLUMNS)) {
    const entry = entryFrom(row);
    if (entry.points !== undefined) links.look(entry, isUser(entry.user));
  }
  const reports = links.takenReports;
  if (reports.size === 0) return links;
  for await (const row of source.rows(ENTRIES, COLUMNS)) {
    const entry = entryFrom(row);
    if (reports.has(entry.report ?? 0)) links.lookAtReport(entry);
  }
  links.pairReports();
  return links;
}

interface Half {
  readonly id: number;
  readonly user: number;
  readonly amount: number;
}

class Links implements EntryLinks {
  readonly reverses = new Map<number, number>();
  readonly isReversal = new Set<number>();
  readonly payments = new Map<number, Payment[]>();
  readonly paymentsByItem = new Map<string, Payment[]>();
  /** Entries that name the one that takes them back, by its id. */
  readonly #taken = new Map<number, Half>();
  /** Entries that take back one of a report, by report. */
  readonly takenReports = new Map<number, Half[]>();
  readonly #ofReports = new Map<string, Half[]>();
  look(entry: Entry, isKnown: boolean): void {
    const { id, user, amount, revertedBy, report, auction, reason } = entry;
    const half = { id, user, amount };
    if (revertedBy !== undefined) {
      this.#taken.set(revertedBy, half);
      this.isReversal.add(revertedBy);
    }
    const original = this.#taken.get(id);
    if (original !== undefined) this.#pair(half, original);
    else if (report !== undefined && amount < 0 && reason.startsWith("Revert: ")) {
      this.isReversal.add(id);
      this.takenReports.set(report, [...(this.takenReports.get(report) ?? []), half]);
    } else if (auction !== undefined && REFUND.test(reason)) this.#refund(entry);
    const item = auction === undefined ? WON.exec(reason)?.[1] : undefined;
    if (!isKnown || amount >= 0 || this.isReversal.has(id)) return;
    const isReversed = revertedBy !== undefined;
    const { points, at } = entry;
    const payment = { key: `entry:${id}`, user, points: points!, reason, at, isReversed };
    if (auction !== undefined) push(this.payments, auction, payment);
    else if (item) push(this.paymentsByItem, foldItem(item), payment);
  }

  #refund(entry: Entry): void {
    this.isReversal.add(entry.id);
    const paid = this.payments.get(entry.auction!)?.filter(({ user }) => user === entry.user) ?? [];
    const last = paid.findLast(({ isReversed }) => !isReversed);
    if (last === undefined) return;
    last.isReversed = true;
    const amount = roundPoints(last.points, DECIMALS)!;
    this.#pair(entry, { id: Number(last.key.slice("entry:".length)), user: entry.user, amount });
  }

  /** A reversal is exact: the same person, the opposite amount. Others are posted as they are. */
  #pair(reversal: Half, original: Half): void {
    const isExact = reversal.user === original.user && reversal.amount === -original.amount;
    if (isExact && original.amount !== 0) this.reverses.set(reversal.id, original.id);
  }

  lookAtReport({ id, user, amount, report, points }: Entry): void {
    if (points === undefined || amount <= 0 || this.isReversal.has(id)) return;
    push(this.#ofReports, `${report} ${user} ${amount}`, { id, user, amount });
  }

  pairReports(): void {
    for (const [report, halves] of this.takenReports) {
      for (const half of halves) {
        const original = this.#ofReports.get(`${report} ${half.user} ${-half.amount}`)?.shift();
        if (original !== undefined) this.#pair(half, original);
      }
    }
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const found = map.get(key);
  if (found) found.push(value);
  else map.set(key, [value]);
}

/** How many entries of each kind a file has, and their sums in hundredths. */
export type KindCounts = Partial<Record<LegacyKind, { count: number; sum: number }>>;

interface EntryFacts {
  readonly links: EntryLinks;
  readonly raidOfReport: ReadonlyMap<number, string>;
  readonly snapshotAt: number;
  readonly isUser: IsUser;
  readonly left: Left;
  readonly kinds: KindCounts;
}

/** The entries of members, in their order. */
export async function* entryRows(
  source: LegacyTables,
  facts: EntryFacts,
): AsyncGenerator<ImportRow> {
  const { links, isUser, left, kinds } = facts;
  let lastAt: number | undefined;
  for await (const row of source.rows(ENTRIES, COLUMNS)) {
    const entry = entryFrom(row);
    lastAt = entry.at ?? lastAt;
    if (!isUser(entry.user)) {
      left.lose(ENTRIES, NO_USER);
      continue;
    }
    const kind = kindOf(entry, links);
    const { count, sum } = kinds[kind] ?? { count: 0, sum: 0 };
    kinds[kind] = { count: count + 1, sum: sum + entry.amount };
    if (kind === "unreadable") left.lose(ENTRIES, "their amount is no number");
    if (kind === "zero") left.skip(ENTRIES, "they move no points");
    if (kind === "unreadable" || kind === "zero") continue;
    yield rowOf("entry", `entry:${entry.id}`, reasonOf(entry), {
      ...dataOf(entry, kind, facts),
      at: entry.at ?? lastAt ?? facts.snapshotAt,
    });
  }
}

function kindOf(entry: Entry, { isReversal }: EntryLinks): LegacyKind {
  if (entry.points === undefined) return "unreadable";
  if (entry.amount === 0) return "zero";
  if (isReversal.has(entry.id)) return "reversal";
  if (entry.amount > 0) return "award";
  if (entry.reason.startsWith("DKP Decay")) return "decay";
  const isPayment = entry.auction !== undefined || entry.reason.startsWith("Won auction");
  return isPayment ? "spend" : "adjust";
}

function dataOf(
  entry: Entry,
  kind: Exclude<LegacyKind, "zero" | "unreadable">,
  { links, raidOfReport }: EntryFacts,
): Omit<SourceEntry, "at"> {
  const original = links.reverses.get(entry.id);
  const raid = entry.report === undefined ? undefined : raidOfReport.get(entry.report);
  return {
    // A reversal that does not match its original takes back what it says.
    entryKind: kind === "reversal" && original === undefined ? "adjust" : kind,
    reason: reasonOf(entry),
    lines: [{ person: userKey(entry.user), points: entry.points! }],
    ...(original !== undefined && { reverses: `entry:${original}` }),
    ...(raid !== undefined && { raid }),
  };
}

function reasonOf({ reason }: Entry): string {
  const text = reason === "Revert: null" ? "Reverted" : reason;
  return lineFrom(text, limits.dkp.reasonCharsMax) || "Imported entry";
}

/** Balances of the members, with 0 for those that have no row. */
export async function balanceRows(
  source: LegacyTables,
  users: Iterable<number>,
  left: Left,
): Promise<readonly ImportRow[]> {
  const points = new Map<number, string | undefined>([...users].map((id) => [id, "0"]));
  for await (const row of source.rows("member_dkp", ["user_id", "current_dkp"])) {
    const user = legacyWhole(row["user_id"]) ?? 0;
    if (!points.has(user)) left.lose("member_dkp", NO_USER);
    else points.set(user, row["current_dkp"] === null ? "0" : pointsFrom(row["current_dkp"]));
  }
  return [...points].flatMap(([user, balance]) => {
    if (balance === undefined) left.lose("member_dkp", "their balance is no number");
    if (balance === undefined) return [];
    const data = { person: userKey(user), points: balance };
    return [rowOf("balance", userKey(user), userKey(user), data)];
  });
}

const EPGP_KINDS: Readonly<Record<string, SourceEntry["entryKind"]>> = {
  ep_gain: "award",
  gp_spend: "spend",
  decay: "decay",
};

/** Effort and gear points. They belong to a pool of their own. */
export async function* epgpRows(
  source: LegacyTables,
  facts: Pick<EntryFacts, "isUser" | "left" | "snapshotAt">,
): AsyncGenerator<ImportRow> {
  let lastAt: number | undefined;
  const columns = ["id", "user_id", "type", "ep_change", "gp_change", "reason", "created_at"];
  for await (const row of source.rows("epgp_transactions", columns)) {
    const user = legacyWhole(row["user_id"]) ?? 0;
    const word = legacyText(row["type"]);
    const at = legacyTime(row["created_at"]) ?? lastAt ?? facts.snapshotAt;
    lastAt = at;
    if (!facts.isUser(user)) {
      facts.left.lose("epgp_transactions", NO_USER);
      continue;
    }
    const lines = epgpLines(user, row["ep_change"], row["gp_change"]);
    if (lines.length === 0) {
      facts.left.skip("epgp_transactions", "they move no points");
      continue;
    }
    const reason = lineFrom(legacyText(row["reason"]), limits.dkp.reasonCharsMax);
    const entryKind = (Object.hasOwn(EPGP_KINDS, word) ? EPGP_KINDS[word] : undefined) ?? "adjust";
    const data = {
      entryKind,
      at,
      reason: reason || "Imported entry",
      lines,
      pool: "second",
    } as const;
    yield rowOf("entry", `epgp:${legacyWhole(row["id"]) ?? 0}`, data.reason, data);
  }
}

/** What each member has in effort and gear points. */
export async function* epgpBalanceRows(
  source: LegacyTables,
  facts: Pick<EntryFacts, "isUser" | "left">,
): AsyncGenerator<ImportRow> {
  const columns = ["user_id", "effort_points", "gear_points"];
  for await (const row of source.rows("member_epgp", columns)) {
    const user = legacyWhole(row["user_id"]) ?? 0;
    if (!facts.isUser(user)) {
      facts.left.lose("member_epgp", NO_USER);
      continue;
    }
    const units = { ep: row["effort_points"], gp: row["gear_points"] } as const;
    for (const unit of ["ep", "gp"] as const) {
      const points = pointsFrom(units[unit] ?? 0);
      if (points === undefined) facts.left.lose("member_epgp", "their balance is no number");
      else {
        const data = { person: userKey(user), points, unit, pool: "second" } as const;
        yield rowOf("balance", `${userKey(user)} ${unit}`, `${userKey(user)} ${unit}`, data);
      }
    }
  }
}

function epgpLines(user: number, ep: LegacyRow[string], gp: LegacyRow[string]) {
  const person = userKey(user);
  return (
    [
      ["ep", ep],
      ["gp", gp],
    ] as const
  ).flatMap(([unit, value]) => {
    const points = pointsFrom(value ?? 0);
    if (points === undefined || roundPoints(points, DECIMALS) === 0) return [];
    return [{ person, points, unit }];
  });
}
