import { z } from "@hono/zod-openapi";
import { linesField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { ISSUE_TYPES, type IssueType } from "./integrity/kinds.ts";
import { PROOF_FAULTS } from "./matching/proofs.ts";
import { LINK_SOURCES } from "./matching/world.ts";
import { snowflake } from "./settings.ts";

const time = z.int().nullable().openapi({ description: "Unix milliseconds." });

export const runStarted = z
  .object({ runId: z.uuid().openapi({ description: "The run in the list of the status." }) })
  .openapi("IdentityRunStarted");

const runJson = z
  .object({
    id: z.uuid(),
    kind: z.enum(["blizzard", "discord", "addon", "sheet", "match", "report"]),
    state: z.enum(["queued", "running", "done", "failed"]),
    requestedBy: z.string(),
    queuedAt: z.int(),
    startedAt: time,
    finishedAt: time,
    counts: z.record(z.string(), z.number()),
    error: z.string().nullable().openapi({ description: "The problem code of a failed run." }),
  })
  .openapi("IdentityRun");

const sourceJson = z
  .object({
    kind: z.enum([
      "blizzard_roster",
      "blizzard_profiles",
      "discord_members",
      "addon",
      "guild_roster_manager",
      "sheet",
    ]),
    lastTryAt: time,
    lastGoodAt: time,
    lastChangeAt: time.openapi({ description: "When the source last told something new." }),
    error: z.string().nullable().openapi({ description: "The problem code of the last try." }),
    quarantinedAt: time.openapi({
      description: "Since when an empty or much smaller answer is held back.",
    }),
    rows: z.int().nullable(),
  })
  .openapi("IdentitySource");

export const statusJson = z
  .object({ runs: z.array(runJson), sources: z.array(sourceJson) })
  .openapi("IdentityStatus");

export const uploadAnswer = z
  .object({
    runId: z.uuid(),
    rows: z.int(),
    hash: z.string(),
    isNew: z.boolean().openapi({ description: "False for an export that was uploaded before." }),
  })
  .openapi("AddonUploadAnswer");

export const uploadStatus = z
  .object({ lastUploadAt: time, hash: z.string().nullable(), rows: z.int().nullable() })
  .openapi("AddonUploadStatus");

export const sheetImport = z
  .strictObject({
    characters: z.string().max(limits.identity.sheetCharsMax).openapi({
      example: "Discord,Character,Class,Spec,Role,MainAlt\nAnna,Annara,Mage,Fire,,Main",
    }),
    discordIds: z
      .string()
      .max(limits.identity.sheetCharsMax)
      .openapi({ example: "Discord,DiscordID\nAnna,123456789012345678" }),
  })
  .openapi("IdentitySheet");

export const sheetAnswer = z
  .object({
    runId: z.uuid(),
    linked: z.int(),
    unchanged: z.int(),
    problems: z.array(
      z.object({
        sheet: z.enum(["characters", "discordIds"]),
        line: z.int(),
        fault: z.string(),
        text: z.string().openapi({ description: "The cell or the column that is meant." }),
      }),
    ),
  })
  .openapi("IdentitySheetAnswer");

const linkJson = z
  .object({
    id: z.uuid(),
    source: z.enum(LINK_SOURCES),
    confidence: z.enum(["high", "medium"]),
    confirmed: z.boolean(),
    evidence: z.object({
      rule: z.string(),
      text: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
    createdAt: z.int(),
  })
  .openapi("IdentityLink");

export const characterJson = z
  .object({
    id: z.uuid(),
    blizzardId: z.int().nullable(),
    name: z.string(),
    realm: z.string(),
  })
  .openapi("GameCharacter");

export const personJson = z
  .object({
    id: z.uuid(),
    name: z.string(),
    characters: z.array(
      characterJson.extend({ isMain: z.boolean(), hasLeft: z.boolean(), link: linkJson }),
    ),
    discord: z
      .object({ id: z.string(), name: z.string(), hasLeft: z.boolean(), link: linkJson })
      .nullable(),
  })
  .openapi("IdentityPerson");

export const memberJson = z.object({ discordId: z.string(), name: z.string() });

export const mismatchJson = z.object({
  discordId: z.string(),
  ingame: z.string().openapi({ description: "The role that the highest rank in the game means." }),
  has: z.string().openapi({ description: "The mapped role that the member has." }),
});

export const suggestionJson = z
  .object({
    character: characterJson,
    discord: z.object({ id: z.string(), name: z.string() }),
    similarity: z.number(),
    evidence: linkJson.shape.evidence,
  })
  .openapi("LinkSuggestion");

export const pairBody = z
  .strictObject({ characterId: z.uuid(), discordId: snowflake })
  .openapi("CharacterAndMember");

export const confirmBody = z.strictObject({ linkId: z.uuid() }).openapi("LinkConfirmation");

export const issueJson = z
  .object({
    id: z.uuid(),
    type: z.enum(ISSUE_TYPES as [IssueType]),
    severity: z.enum(["problem", "task", "note"]),
    subject: z.string(),
    details: z.record(z.string(), z.unknown()),
    firstDetectedAt: z.int(),
    lastDetectedAt: z.int(),
    notifiedAt: time,
    acknowledgedAt: time,
    snoozedUntil: time,
    resolvedAt: time,
    resolvedBy: z.string().nullable(),
  })
  .openapi("IntegrityIssue");

export const issueFilter = z.object({
  state: z.enum(["open", "resolved"]).default("open"),
});

export const issueChange = z
  .strictObject({
    acknowledged: z.boolean().optional(),
    snoozedUntil: z.int().nullable().optional(),
    resolved: z.literal(true).optional(),
    note: linesField(limits.roster.noteCharsMax).optional(),
  })
  .openapi("IntegrityIssueChange");

const proofCharacter = z.object({ id: z.uuid(), name: z.string(), realm: z.string() });

export const proofJson = z
  .object({
    id: z.uuid(),
    source: z.enum(["note_code", "battlenet"]),
    character: proofCharacter,
    state: z.enum(["open", "contested", "proved", "ended"]).openapi({
      description: "`open` waits for the code in the note, `contested` for an officer.",
    }),
    fault: z.enum(PROOF_FAULTS).nullable().openapi({ description: "Why it made no link so far." }),
    createdAt: z.int(),
    expiresAt: z.int(),
    provedAt: time,
  })
  .openapi("OwnershipProof");

export const provableJson = proofCharacter
  .extend({ isMine: z.boolean(), isProved: z.boolean() })
  .openapi("ProvableCharacter");

export const provableFilter = z.object({
  q: z.string().max(limits.roster.nameCharsMax).default("").openapi({ example: "anna" }),
});

export const noteCodeBody = z.strictObject({ characterId: z.uuid() }).openapi("NoteCodeRequest");

export const noteCodeJson = z
  .object({
    id: z.uuid(),
    code: z.string().openapi({ example: "GH-7K2QX9" }),
    character: proofCharacter,
    expiresAt: z.int(),
  })
  .openapi("NoteCode");
