import { z } from "@hono/zod-openapi";
import { lineField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { STANDINGS_SORTS } from "./standings.ts";

const id = z.uuid();
const reason = lineField(limits.dkp.reasonCharsMax, 1, "Enter a reason.");
const people = z.array(id).min(1).max(limits.dkp.personsPerEntryMax);
const points = z.union([z.string().max(40), z.number()]).openapi({
  description: "Points as people write them, exact to the pool's decimals.",
  examples: [15, "12.5"],
});
const pool = id.optional().openapi({ description: "The guild's default pool, unless said." });

export const awardBody = z
  .strictObject({
    personIds: people,
    points,
    reason,
    pool,
    effectiveAt: z.number().int().min(0).optional().openapi({
      description: "When it was earned, in Unix milliseconds. Now, unless said.",
    }),
  })
  .openapi("Award");

export const spendBody = z
  .strictObject({
    personId: id,
    points,
    reason,
    pool,
    sharedWith: people.optional().openapi({
      description: "Zero-sum pools only: who shares the price, to the last unit.",
    }),
  })
  .openapi("Spend");

export const adjustBody = z
  .strictObject({ personIds: people, points, reason, pool })
  .openapi("Adjustment");

export const reversalBody = z.strictObject({ reason }).openapi("Reversal");

const LEDGER_KINDS = [
  "award",
  "spend",
  "adjust",
  "reversal",
  "decay",
  "opening",
  "transfer",
] as const;

/** Filters of the ledger, besides `cursor` and `limit`. */
export const ledgerFilters = z.object({
  pool: id.optional(),
  person: id.optional(),
  kind: z.enum(LEDGER_KINDS).optional(),
});

/** Filters of the standings, besides `cursor` and `limit`. */
export const standingsFilters = z.object({
  pool: id.optional(),
  sort: z.enum(STANDINGS_SORTS).optional(),
  class: z.string().max(40).optional(),
  role: z.string().max(40).optional(),
  q: z.string().max(100).optional(),
});

const amount = z.number().int();
const nullableId = z.string().nullable();

export const poolJson = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["dkp", "epgp", "zero-sum"]),
    decimals: z.number().int(),
    isDefault: z.boolean(),
    isExample: z.boolean(),
    archivedAt: z.number().int().nullable(),
    floor: amount.nullable(),
    minGearPoints: amount,
    hardCap: amount.nullable(),
    weeklyCap: amount.nullable(),
    decay: z
      .object({
        percent: z.number().int(),
        positivesOnly: z.boolean(),
        weekly: z.object({ weekday: z.number().int(), hour: z.number().int() }).nullable(),
      })
      .nullable(),
    rulesVersion: z.number().int(),
  })
  .openapi("Pool");

export const newPool = z
  .strictObject({
    name: nameField(60),
    kind: z.enum(["dkp", "epgp", "zero-sum"]),
    decimals: z.number().int().min(0).max(3).optional(),
  })
  .openapi("NewPool");

const rule = points.nullable().optional();

export const rulesChange = z
  .strictObject({
    name: nameField(60).optional(),
    floor: rule.openapi({ description: "What spending must leave; null for no floor." }),
    minGearPoints: points.optional(),
    hardCap: rule.openapi({ description: "No award lifts a balance above this." }),
    weeklyCap: rule.openapi({ description: "No more is earned between two weekly resets." }),
    decay: z
      .strictObject({
        percent: z.number().int().min(1).max(100),
        positivesOnly: z.boolean().default(true),
        weekly: z
          .strictObject({
            weekday: z.number().int().min(1).max(7),
            hour: z.number().int().min(0).max(23),
          })
          .nullable()
          .default(null),
      })
      .nullable()
      .optional(),
  })
  .openapi("PoolRulesChange");

export const decayJson = z
  .object({
    period: z.string(),
    percent: z.number().int(),
    at: z.number().int(),
    txId: nullableId,
    isNew: z.boolean(),
  })
  .openapi("DecayRun");

export const rulesVersionJson = z
  .object({
    version: z.number().int(),
    at: z.number().int(),
    actorName: z.string(),
    rules: z.record(z.string(), z.unknown()),
  })
  .openapi("PoolRulesVersion");

export const standingJson = z
  .object({
    personId: z.string(),
    name: z.string(),
    main: z.string().nullable(),
    class: z.string().nullable(),
    role: z.string().nullable(),
    balance: amount,
    earned: amount,
    spent: amount,
    priority: z.number(),
    lastChangeAt: z.number().int().nullable(),
    points: z.string(),
  })
  .openapi("Standing");

const head = {
  id: z.string(),
  seq: z.number().int(),
  kind: z.enum(LEDGER_KINDS),
  poolId: z.string(),
  decimals: z.number().int(),
  reason: z.string(),
  effectiveAt: z.number().int(),
  recordedAt: z.number().int(),
  actorType: z.string(),
  actorName: z.string().nullable(),
  reverses: nullableId,
  reversedBy: nullableId,
};
const unit = z.enum(["pt", "ep", "gp"]);

export const entryJson = z
  .object({
    ...head,
    postings: z
      .array(
        z.object({
          account: z.string(),
          personId: nullableId,
          personName: z.string().nullable(),
          amount,
          points: z.string(),
          unit,
        }),
      )
      .readonly(),
  })
  .openapi("LedgerEntry");

export const entrySummaryJson = z
  .object({
    ...head,
    people: z.number().int(),
    personId: nullableId,
    personName: z.string().nullable(),
    amount,
    points: z.string(),
    unit,
  })
  .openapi("LedgerEntrySummary");

export const statementLineJson = z
  .object({
    entryId: z.string(),
    seq: z.number().int(),
    kind: z.enum(LEDGER_KINDS),
    reason: z.string(),
    effectiveAt: z.number().int(),
    recordedAt: z.number().int(),
    reverses: nullableId,
    reversedBy: nullableId,
    unit,
    amount,
    points: z.string(),
    balance: amount,
    balancePoints: z.string(),
  })
  .openapi("StatementLine");

export const accountJson = z
  .object({
    personId: z.string(),
    name: z.string(),
    balance: amount,
    earned: amount,
    spent: amount,
    points: z.string(),
  })
  .openapi("PointsAccount");

export const verificationJson = z
  .object({
    checkedAt: z.number().int(),
    isRight: z.boolean(),
    entries: z.number().int(),
    postings: z.number().int(),
    balances: z.number().int(),
    differences: z
      .array(
        z.object({
          check: z.string(),
          subject: z.string(),
          expected: z.number(),
          actual: z.number(),
        }),
      )
      .readonly(),
  })
  .openapi("LedgerVerification");
