import type { DiscordMember, GameCharacter, Link, MatchResult } from "../matching/world.ts";

/** A character with what profiles and exports say of its last visit. */
export interface KnownCharacter extends GameCharacter {
  /** When it was last online, in milliseconds since 1970. Null: no source knows it. */
  readonly lastLoginAt: number | null;
  /** When a source said so. Null: just now. */
  readonly lastLoginSeenAt: number | null;
}

export interface DiscordRole {
  readonly id: string;
  readonly name: string;
}

/** A proof that an earlier decision contradicts. Officers decide. */
export interface ContestedProof {
  readonly characterId: string;
  readonly userId: string;
  /** The name of the member who proved it. */
  readonly member: string;
}

export type SourceName = "blizzard" | "addon" | "discord";

export interface SourceState {
  readonly source: SourceName;
  /** The last answer that could be used. Null: there was none yet. */
  readonly lastGoodAt: number | null;
  /** When its answer last differed from the one before. */
  readonly lastChangeAt: number | null;
  /** When its newest roster was set aside, because it was empty or much smaller. Null: it was not. */
  readonly quarantinedSince: number | null;
}

/**
 * What is known of a guild: the last answers that could be used. A quarantined roster is no part of
 * it, and neither is the end of a list that broke off, so nothing in here says that they left.
 */
export interface IdentityState {
  readonly characters: readonly KnownCharacter[];
  readonly members: readonly DiscordMember[];
  readonly roles: readonly DiscordRole[];
  readonly links: readonly Link[];
  readonly rejected: ReadonlySet<string>;
  readonly matched: Pick<MatchResult, "suggestions" | "cycles">;
  readonly sources: readonly SourceState[];
  readonly contests?: readonly ContestedProof[];
  /** The names of persons, for issues that name one. */
  readonly personNames?: ReadonlyMap<string, string>;
}

export interface IntegritySettings {
  /** Name or id of the role that a rank asks for, by the rank's number. */
  readonly rankToRole: Readonly<Record<string, string>>;
  /** What ranks are called in the game, by number, where a source knows it. */
  readonly rankNames: Readonly<Record<string, string>>;
  /**
   * Role names for rank names that differ from them, such as `Guild Leader` and `GM`. A rank without
   * an entry here and above asks for the role of its own name, if the server has one.
   */
  readonly exceptions: Readonly<Record<string, string>>;
  /** Days without a visit after which a character is stale. */
  readonly staleDays: number;
  /** Days after which a source that does not answer, or does not change, is stale. */
  readonly sourceStaleDays: number;
}
