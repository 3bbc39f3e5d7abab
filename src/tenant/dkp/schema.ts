import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { AccountId, LedgerTxId, PersonId, PoolId } from "../../kernel/ids.ts";
import { persons } from "../roster/schema.ts";

export type PoolKind = "dkp" | "epgp" | "zero-sum";
/** Person accounts belong to people; all others are the guild's side of each entry. */
export type AccountKind =
  | "person"
  | "mint"
  | "loot-sink"
  | "bank"
  | "decay"
  | "adjust"
  | "cap-blocked"
  | "import-opening"
  | "tax";
export type Unit = "pt" | "ep" | "gp";
export type LedgerKind =
  | "award"
  | "spend"
  | "adjust"
  | "reversal"
  | "decay"
  | "opening"
  | "transfer";

export const pools = sqliteTable("pools", {
  id: text().$type<PoolId>().primaryKey(),
  name: text().notNull().unique(),
  kind: text().$type<PoolKind>().notNull(),
  /** Digits after the point: amounts are stored in units of 10^-decimals points. */
  decimals: integer().notNull(),
  rules: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
  rulesVersion: integer("rules_version").notNull().default(1),
  isDefault: integer("is_default", { mode: "boolean" }).notNull().default(false),
  isExample: integer("is_example", { mode: "boolean" }).notNull().default(false),
  archivedAt: integer("archived_at"),
  createdAt: integer("created_at").notNull(),
});

export const accounts = sqliteTable(
  "accounts",
  {
    id: text().$type<AccountId>().primaryKey(),
    poolId: text("pool_id")
      .$type<PoolId>()
      .notNull()
      .references(() => pools.id),
    kind: text().$type<AccountKind>().notNull(),
    personId: text("person_id")
      .$type<PersonId>()
      .references(() => persons.id),
  },
  (t) => [
    uniqueIndex("accounts_by_person").on(t.poolId, t.personId).where(sql`${t.kind} = 'person'`),
    uniqueIndex("accounts_by_kind").on(t.poolId, t.kind).where(sql`${t.kind} <> 'person'`),
    index("accounts_of_person").on(t.personId).where(sql`${t.personId} IS NOT NULL`),
  ],
);

/** One entry of the ledger. Entries and postings are never changed or deleted. */
export const ledgerTx = sqliteTable(
  "ledger_tx",
  {
    id: text().$type<LedgerTxId>().primaryKey(),
    poolId: text("pool_id")
      .$type<PoolId>()
      .notNull()
      .references(() => pools.id),
    seq: integer().notNull(),
    kind: text().$type<LedgerKind>().notNull(),
    idempotencyKey: text("idempotency_key").notNull().unique(),
    effectiveAt: integer("effective_at").notNull(),
    recordedAt: integer("recorded_at").notNull(),
    actorType: text("actor_type").notNull(),
    actorId: text("actor_id").notNull(),
    reason: text().notNull(),
    raidId: text("raid_id"),
    lootId: text("loot_id"),
    importBatch: text("import_batch"),
    reversesId: text("reverses_id").$type<LedgerTxId>().unique(),
  },
  (t) => [uniqueIndex("ledger_tx_by_seq").on(t.poolId, t.seq)],
);

export const ledgerPostings = sqliteTable(
  "ledger_postings",
  {
    txId: text("tx_id")
      .$type<LedgerTxId>()
      .notNull()
      .references(() => ledgerTx.id),
    line: integer().notNull(),
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    /** Signed, in the pool's minor units. The lines of an entry sum to zero per unit. */
    amount: integer().notNull(),
    unit: text().$type<Unit>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.txId, t.line] }),
    index("postings_by_account").on(t.accountId, t.txId),
  ],
);

/** The sum of an account's postings, updated in the same transaction; `verify` checks it. */
export const balances = sqliteTable(
  "balances",
  {
    accountId: text("account_id")
      .$type<AccountId>()
      .notNull()
      .references(() => accounts.id),
    unit: text().$type<Unit>().notNull(),
    balance: integer().notNull(),
    earned: integer().notNull(),
    spent: integer().notNull(),
    /** Fractions of shared prices that are owed to the account, in millionths of a minor unit. */
    carry: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.unit] })],
);

/** Every version of a pool's rules, so that an old entry can be read with the rules of its time. */
export const poolRules = sqliteTable(
  "pool_rules",
  {
    poolId: text("pool_id")
      .$type<PoolId>()
      .notNull()
      .references(() => pools.id),
    version: integer().notNull(),
    rules: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    at: integer().notNull(),
    actorName: text("actor_name").notNull(),
  },
  (t) => [primaryKey({ columns: [t.poolId, t.version] })],
);

/** What a decay changed, besides its percentage. Amounts are minor units. */
export interface DecayTerms {
  readonly positivesOnly: boolean;
  /** Only the part of a balance above this decays. */
  readonly above: number;
  /** Gear points never fall below this. */
  readonly minGearPoints: number;
  /** The people of a decay by hand for selected people; null for all. */
  readonly personIds: readonly PersonId[] | null;
}

/** A pool decays once per period, however often it is requested. */
export const decayRuns = sqliteTable(
  "decay_runs",
  {
    poolId: text("pool_id")
      .$type<PoolId>()
      .notNull()
      .references(() => pools.id),
    period: text().notNull(),
    at: integer().notNull(),
    /** In percent, with tenths: SQLite stores 12.5 as it is. */
    percent: integer().notNull(),
    txId: text("tx_id").$type<LedgerTxId>(),
    /** The other terms of the run. Null for runs of an older release, which decayed all positive balances. */
    terms: text({ mode: "json" }).$type<DecayTerms>(),
  },
  (t) => [primaryKey({ columns: [t.poolId, t.period] })],
);
