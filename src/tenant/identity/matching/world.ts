/** Where a link comes from, the strongest claim first. */
export const LINK_SOURCES = [
  "battlenet",
  "note_code",
  "manual",
  "migrated_sheet",
  "guild_note",
  "alt_of_note",
  "alt_group",
  "exact_name",
  "fuzzy",
] as const;
export type LinkSource = (typeof LINK_SOURCES)[number];

/** Exact rules are sure enough to act upon. Similar names wait for an officer. */
export type Confidence = "high" | "medium";

/** A character of the guild as its sources know it. */
export interface GameCharacter {
  readonly id: string;
  readonly name: string;
  /** `realmKey` of the realm; empty in an edition without realms. */
  readonly realmKey: string;
  /** 0 is the guild's leader. Null: no source knows it. */
  readonly rank: number | null;
  /** The public note. Null: no source could see it. */
  readonly note: string | null;
  /** Null: no source could see it. */
  readonly officerNote: string | null;
  /** The alt group of Guild Roster Manager. */
  readonly altGroup: string | null;
  readonly isMain: boolean;
  /** False after the character left the guild. Its links are kept. */
  readonly isPresent: boolean;
  /** The person whose roster row this character is, if an officer put it there. */
  readonly rosterPersonId: string | null;
}

/** An account on the guild's Discord server. */
export interface DiscordMember {
  /** The snowflake, a string: numbers lose its last digits. */
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
  readonly nick: string | null;
  readonly isBot: boolean;
  readonly roleIds: readonly string[];
  /** False after the account left the server. */
  readonly isPresent: boolean;
}

/** Why a decision was made, for the page that shows it. */
export interface Evidence {
  /** The rule's name, such as `guild_note`. */
  readonly rule: string;
  /** What was compared, in its words: the note, or the two names. */
  readonly text: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** A character or a Discord account that belongs to a person. */
export interface Link {
  readonly id: string;
  readonly personId: string;
  readonly kind: "character" | "discord";
  /** The character's id, or the snowflake. */
  readonly subject: string;
  readonly source: LinkSource;
  readonly confidence: Confidence;
  readonly isConfirmed: boolean;
  readonly evidence: Evidence;
}

/** Everything that matching reads. The order of the lists does not count. */
export interface World {
  readonly characters: readonly GameCharacter[];
  readonly members: readonly DiscordMember[];
  /** The links that hold now. Ended ones are left out. */
  readonly links: readonly Link[];
  /** Suggestions that an officer rejected, each as `characterId discordId`. Never proposed again. */
  readonly rejected: ReadonlySet<string>;
  /**
   * Roles that mean membership of the guild. Members without one are matched by notes and equal names
   * only: visitors whose names are merely similar are no candidates. Empty: all members count.
   */
  readonly guildRoleIds: ReadonlySet<string>;
}

/** A person that exists, or one that the decision makes. Equal `newFor` is the same new person. */
export type PersonRef =
  | { readonly id: string }
  | {
      /** The snowflake or the alt group that the new person is for. */
      readonly newFor: string;
      readonly name: string;
    };

export type EndReason = "note-changed" | "note-gone" | "better-claim" | "ambiguous-now";

/** One change to make. All decisions of a run belong into one transaction, in their order. */
export type Decision =
  | {
      readonly kind: "link";
      readonly subjectKind: "character" | "discord";
      readonly subject: string;
      readonly person: PersonRef;
      readonly source: LinkSource;
      readonly confidence: Confidence;
      readonly evidence: Evidence;
    }
  | { readonly kind: "end"; readonly linkId: string; readonly reason: EndReason };

/** A pair that an officer may confirm or reject. */
export interface Suggestion {
  readonly characterId: string;
  readonly discordId: string;
  /** From 0 to 1. */
  readonly similarity: number;
  readonly evidence: Evidence;
}

/**
 * A character whose note is the name of another one and nothing else. That is how many guilds mark
 * alts, and not sure enough for a link.
 */
export interface AltSuggestion {
  readonly characterId: string;
  readonly mainId: string;
  readonly evidence: Evidence;
}

export interface MatchResult {
  readonly decisions: readonly Decision[];
  readonly suggestions: readonly Suggestion[];
  readonly altSuggestions: readonly AltSuggestion[];
  /** Characters whose notes call each other alts in a circle, by id. */
  readonly cycles: readonly (readonly string[])[];
}
