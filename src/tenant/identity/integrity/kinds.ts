import { z } from "@hono/zod-openapi";

/** `problem`: something is wrong. `task`: an officer can improve something. `note`: worth knowing. */
export type Severity = "problem" | "task" | "note";

/** What an issue is about. A pair is `characterId discordId`, a circle is its character ids. */
type SubjectKind = "character" | "discord" | "pair" | "circle" | "person" | "role" | "source";

const id = z.string().min(1);
const name = z.string();
const names = z.array(z.string());

interface KindFacts {
  readonly severity: Severity;
  readonly subject: SubjectKind;
  readonly details: z.ZodObject;
}

/** Every type of issue, in the order of reports. */
export const ISSUE_KINDS = {
  /** A Discord account of the guild has another role than its best rank in the game asks for. */
  role_mismatch: {
    severity: "problem",
    subject: "discord",
    details: z.object({ discordId: id, name, ingame: name, has: name, rank: z.int() }),
  },
  /** An account has a character in the guild, and none of the guild's roles. */
  no_guild_role: {
    severity: "problem",
    subject: "discord",
    details: z.object({ discordId: id, name, ingame: name.nullable() }),
  },
  /** What an officer or a proof decided, and the character's note says otherwise. */
  link_contradicts_note: {
    severity: "problem",
    subject: "character",
    details: z.object({ characterId: id, name, note: name, named: name }),
  },
  /** A member proved that a character is theirs, and it belongs to another person here. */
  proof_contested: {
    severity: "problem",
    subject: "character",
    details: z.object({ characterId: id, name, member: name, person: name }),
  },
  /** The note that an automatic link was made from says something else now. */
  note_mismatch: {
    severity: "problem",
    subject: "character",
    details: z.object({ characterId: id, name, note: name, named: name }),
  },
  /** A person has several Discord accounts, or an account has several persons. */
  duplicate_discord_link: {
    severity: "problem",
    subject: "person",
    details: z.object({ personId: id, discordIds: z.array(id), names }),
  },
  /** A person plays in the guild, and their Discord account left the server. */
  stale_discord_link: {
    severity: "task",
    subject: "discord",
    details: z.object({ discordId: id, name, characters: names }),
  },
  /** An account has a role of the guild, and all its characters left. */
  member_without_active_character: {
    severity: "task",
    subject: "discord",
    details: z.object({ discordId: id, name, characters: names }),
  },
  /** A character of the guild has no Discord account. */
  orphan_wow: {
    severity: "task",
    subject: "character",
    details: z.object({ characterId: id, name, rank: z.int().nullable() }),
  },
  /** An account has a role of the guild, and no character. */
  orphan_discord: {
    severity: "task",
    subject: "discord",
    details: z.object({ discordId: id, name }),
  },
  /** A pair that an officer may confirm. */
  link_suggestion: {
    severity: "task",
    subject: "pair",
    details: z.object({
      characterId: id,
      discordId: id,
      name,
      member: name,
      similarity: z.number(),
    }),
  },
  /** Notes call each other's characters alts in a circle. */
  note_cycle: {
    severity: "task",
    subject: "circle",
    details: z.object({ characterIds: z.array(id), names }),
  },
  /** A character was last online before the guild's limit. */
  stale_character: {
    severity: "task",
    subject: "character",
    details: z.object({ characterId: id, name, lastLoginAt: z.int() }),
  },
  /** A rank is mapped to a role that the server does not have. */
  mapped_role_missing: {
    severity: "problem",
    subject: "role",
    details: z.object({ rank: z.int(), role: name }),
  },
  /** A rank is mapped to a name that several roles have. */
  mapped_role_ambiguous: {
    severity: "problem",
    subject: "role",
    details: z.object({ rank: z.int(), role: name, roleIds: z.array(id) }),
  },
  /** A mapped role that no account has yet: said once, not for each member who should have it. */
  mapped_role_unheld: {
    severity: "note",
    subject: "role",
    details: z.object({ roleId: id, role: name, ranks: z.array(z.int()) }),
  },
  /** A source has not answered, or has not changed while another one did. */
  source_stale: {
    severity: "problem",
    subject: "source",
    details: z.object({
      source: name,
      reason: z.enum(["no-answer", "unchanged"]),
      since: z.int().nullable(),
    }),
  },
  /** A roster was empty or much smaller than the one before. It is not used. */
  roster_quarantined: {
    severity: "problem",
    subject: "source",
    details: z.object({ source: name, since: z.int().nullable() }),
  },
} as const satisfies Record<string, KindFacts>;

export type IssueType = keyof typeof ISSUE_KINDS;
export const ISSUE_TYPES = Object.keys(ISSUE_KINDS) as readonly IssueType[];

/** The fields of an issue's details. Times are milliseconds since 1970. */
export type IssueDetails<T extends IssueType> = z.infer<(typeof ISSUE_KINDS)[T]["details"]>;

/** An issue that holds now. */
export type FoundIssue = {
  readonly [T in IssueType]: {
    readonly type: T;
    readonly severity: Severity;
    /** The id of what it is about, or several ids with spaces in between. */
    readonly subject: string;
    readonly details: IssueDetails<T>;
    /** One issue for one type, subject, expected and actual state: another state is another issue. */
    readonly fingerprint: string;
  };
}[IssueType];
