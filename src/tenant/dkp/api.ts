import { z } from "@hono/zod-openapi";
import { lineField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { CLASS_IDS } from "../roster/classes.ts";
import { decayPercent, SLOTS, weekStart } from "./pool-rules.ts";
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
    confirm: z.boolean().optional().openapi({
      description: "Awards even if another officer has just given the same award.",
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
  .strictObject({
    personIds: people,
    points,
    reason,
    pool,
    unit: z.enum(["pt", "ep", "gp"]).optional().openapi({
      description: "EPGP pools: `gp` corrects gear points. Effort points, unless said.",
    }),
  })
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

const week = z.object({ weekday: z.number().int(), hour: z.number().int() }).nullable();
const pct = z.number().int();

/** The rules of a pool as answers show them. Amounts are minor units. */
const rulesJson = {
  floor: amount.nullable(),
  minGearPoints: amount,
  minEffortPoints: amount.nullable(),
  hardCap: amount.nullable(),
  weeklyCap: amount.nullable(),
  week,
  decay: z
    .object({ percent: z.number(), positivesOnly: z.boolean(), weekly: week, above: amount })
    .nullable(),
  benchSharePct: pct,
  offSpecPct: pct,
  classPct: z.partialRecord(z.enum(CLASS_IDS), pct),
  taxPct: pct,
  prices: z
    .array(z.object({ slot: z.enum(SLOTS), itemLevel: z.number().int(), price: amount }))
    .readonly(),
};

export const poolJson = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["dkp", "epgp", "zero-sum"]),
    decimals: z.number().int(),
    isDefault: z.boolean(),
    isExample: z.boolean(),
    archivedAt: z.number().int().nullable(),
    ...rulesJson,
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
const percentField = z.number().int().min(0).max(100);

export const rulesChange = z
  .strictObject({
    name: nameField(60).optional(),
    floor: rule.openapi({ description: "What spending must leave; null for no floor." }),
    minGearPoints: points.optional(),
    hardCap: rule.openapi({ description: "No award lifts a balance above this." }),
    minEffortPoints: rule.openapi({
      description: "EPGP: people with fewer effort points are sorted last and get no items.",
    }),
    weeklyCap: rule.openapi({ description: "No more is earned between two weekly resets." }),
    week: weekStart.nullable().optional().openapi({
      description: "When weeks of the cap begin. Null for the game's reset in the guild's region.",
    }),
    decay: z
      .strictObject({
        percent: decayPercent,
        positivesOnly: z.boolean().default(true),
        weekly: weekStart.nullable().default(null),
        above: points.optional().openapi({ description: "Only points above this decay." }),
      })
      .nullable()
      .optional(),
    benchSharePct: percentField.optional().openapi({
      description: "Zero-sum: the part of a share that people on the bench get.",
    }),
    offSpecPct: percentField.optional().openapi({
      description: "The part of a price that an item for the off spec costs.",
    }),
    classPct: z
      .partialRecord(z.enum(CLASS_IDS), percentField)
      .optional()
      .openapi({ description: "The part of a price that a class pays." }),
    taxPct: percentField.optional().openapi({
      description: "The part of a price that goes to the guild's tax account.",
    }),
    prices: z
      .array(
        z.strictObject({
          slot: z.enum(SLOTS),
          itemLevel: z.number().int().min(0).max(9999),
          points,
        }),
      )
      .max(limits.dkp.pricesMax)
      .optional()
      .openapi({ description: "Prices by slot, each from an item level on." }),
    version: z.number().int().min(1).optional().openapi({
      description: "The version that was read. Another one now is a conflict.",
    }),
  })
  .openapi("PoolRulesChange");

export const decayBody = z
  .strictObject({
    personIds: people.optional().openapi({
      description: "Only these people. Such a decay is extra to the week's.",
    }),
  })
  .openapi("Decay");

/** What a change of the rules would do to the standings now. */
export const previewJson = z
  .object({
    pool: poolJson,
    rules: z.object(rulesJson),
    people: z.number().int(),
    items: z
      .array(
        z.object({
          personId: z.string(),
          name: z.string(),
          balance: amount,
          /** The balance after the next decay, by the rules now and by the changed rules. */
          decayedNow: amount,
          decayedThen: amount,
          placeNow: z.number().int(),
          placeThen: z.number().int(),
          priorityNow: z.number(),
          priorityThen: z.number(),
          mayBuyNow: z.boolean(),
          mayBuyThen: z.boolean(),
          isCappedNow: z.boolean(),
          isCappedThen: z.boolean(),
        }),
      )
      .readonly(),
  })
  .openapi("PoolRulesPreview");

export const decayJson = z
  .object({
    period: z.string(),
    percent: z.number(),
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
    isBelowMinimum: z.boolean().openapi({
      description: "EPGP: below the minimum of effort points, so they get no items.",
    }),
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
