import { z } from "@hono/zod-openapi";
import { CLASS_IDS, RAID_ROLES } from "../roster/classes.ts";

// The data of rows as they are stored. A database may have been edited or restored, so it is checked.

const optionalText = z.string().optional();
const unit = z.enum(["pt", "ep", "gp"]).optional();

export const personData = z.object({
  name: z.string(),
  note: optionalText,
  officerNote: optionalText,
  joinedAt: z.number().optional(),
  isArchived: z.boolean().optional(),
  personId: optionalText,
});

export const characterData = z.object({
  person: z.string(),
  name: z.string(),
  realm: z.string(),
  class: z.enum(CLASS_IDS).nullable(),
  spec: optionalText,
  role: z.enum(RAID_ROLES).nullish(),
  isMain: z.boolean().optional(),
});

export const raidData = z.object({
  name: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
  note: optionalText,
  isPlanned: z.boolean().optional(),
});

export const attendanceData = z.object({
  raid: z.string(),
  person: z.string(),
  presence: z.enum(["present", "bench", "absent"]),
  creditPct: z.number(),
  remark: z
    .enum(["late", "unprepared", "late-unprepared", "no-show", "gave-notice", "benched"])
    .nullish(),
  isExempt: z.boolean().optional(),
});

export const signupData = z.object({
  raid: z.string(),
  person: z.string(),
  status: z.enum(["yes", "late", "maybe", "no"]),
  role: z.enum(RAID_ROLES).nullish(),
  note: optionalText,
  at: z.number(),
});

export const entryData = z.object({
  entryKind: z.enum(["award", "spend", "adjust", "decay", "opening", "reversal"]),
  at: z.number(),
  atOther: z.number().optional(),
  reason: z.string(),
  lines: z.array(z.object({ person: z.string(), points: z.string(), unit })),
  reverses: optionalText,
  raid: optionalText,
  loot: optionalText,
  pool: z.literal("second").optional(),
});

export const auctionData = z.object({
  itemName: z.string(),
  itemId: z.number().nullable(),
  status: z.enum(["settled", "void"]),
  voidReason: optionalText,
  minimum: z.string(),
  at: z.number(),
  closedAt: z.number(),
  classes: z.array(z.enum(CLASS_IDS)).optional(),
  bids: z.array(
    z.object({
      person: z.string(),
      points: z.string(),
      at: z.number(),
      isWinner: z.boolean(),
      rolls: z.array(z.number()).optional(),
    }),
  ),
});

export const councilData = z.object({
  itemName: z.string(),
  status: z.enum(["decided", "void"]),
  boss: optionalText,
  note: optionalText,
  raid: optionalText,
  loot: optionalText,
  at: z.number(),
  decidedAt: z.number().optional(),
  responses: z.array(
    z.object({
      person: z.string(),
      response: z.enum(["best", "upgrade", "minor", "off", "pass"]),
      note: optionalText,
      at: z.number(),
    }),
  ),
  votes: z.array(z.object({ voter: z.string(), person: z.string(), at: z.number() })),
});

export const accountData = z.object({
  person: z.string(),
  role: z.enum(["admin", "officer", "raider"]),
});

export const lootData = z.object({
  itemName: z.string(),
  itemId: z.number().nullable(),
  fate: z.enum(["person", "disenchanted", "bank"]),
  person: z.string().nullable(),
  spec: z.enum(["main", "off"]).optional(),
  points: optionalText,
  entry: optionalText,
  raid: optionalText,
  boss: optionalText,
  note: optionalText,
  at: z.number(),
  atOther: z.number().optional(),
  isTakenBack: z.boolean().optional(),
  auction: optionalText,
  fileKey: optionalText,
});

export const wishData = z.object({
  person: z.string(),
  itemName: z.string(),
  itemId: z.number().optional(),
  rank: z.number(),
  note: optionalText,
});

export const balanceData = z.object({
  person: z.string(),
  points: z.string(),
  unit,
  pool: z.literal("second").optional(),
});
