import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import { type LedgerTxId, newId, type PersonId } from "../../kernel/ids.ts";
import { describe, record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { type EntryFacts, isBalanced, isSameEntry, type Line, lifetime } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import type { Pool } from "./pools.ts";
import { type Entry, entryByKey, readEntry } from "./queries.ts";
import type { LedgerKind } from "./schema.ts";

/** An entry that is about to be written. */
export interface Draft extends EntryFacts {
  readonly pool: Pool;
  /** The kind whose lifetime figures it changes: for a reversal, that of the reversed entry. */
  readonly origin: LedgerKind;
  /** The points that a cap blocked per person: a repeated request may differ in these lines. */
  readonly blocked?: readonly { readonly personId: PersonId; readonly blocked: number }[];
  /** True for a price that people share: a repeated request may divide it in another way. */
  readonly isShared?: boolean | undefined;
  readonly raidId?: string | undefined;
  readonly lootId?: string | undefined;
  /** The import that the entry comes from. */
  readonly importBatch?: string | undefined;
  /** Guards that run before the entry is written. */
  readonly before: readonly Guard[];
  /** Guards and statements that run after the balances have changed. */
  readonly after: readonly (Guard | Writable)[];
  /** The same for statements that need the entry's id. */
  readonly follow?: ((id: LedgerTxId) => Promise<readonly (Guard | Writable)[]>) | undefined;
}

const ACCOUNTS = `
  INSERT INTO accounts (id, pool_id, kind, person_id)
  SELECT value->>'newId', ?1, value->>'account', value->>'personId' FROM json_each(?2) WHERE true
  ON CONFLICT DO NOTHING`;

const ENTRY = `
  INSERT INTO ledger_tx (id, pool_id, seq, kind, idempotency_key, effective_at, recorded_at,
    actor_type, actor_id, reason, reverses_id, raid_id, loot_id, import_batch)
  VALUES (?1, ?2, (SELECT coalesce(max(seq), 0) + 1 FROM ledger_tx WHERE pool_id = ?2),
    ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`;

// Two look-ups instead of one join, because each kind of account has its own index.
const POSTINGS = `
  INSERT INTO ledger_postings (tx_id, line, account_id, amount, unit)
  SELECT ?1, key,
    CASE WHEN value->>'account' = 'person'
      THEN (SELECT id FROM accounts
            WHERE pool_id = ?2 AND kind = 'person' AND person_id = value->>'personId')
      ELSE (SELECT id FROM accounts
            WHERE pool_id = ?2 AND kind <> 'person' AND kind = value->>'account') END,
    value->>'amount', value->>'unit'
  FROM json_each(?3)`;

// CROSS JOIN makes SQLite read the list once, and find each posting by its line. In the other order, SQLite
// would read the list once for each posting.
const BALANCES = `
  INSERT INTO balances (account_id, unit, balance, earned, spent)
  SELECT p.account_id, p.unit, sum(p.amount), sum(l.value->>'earned'), sum(l.value->>'spent')
  FROM json_each(?2) l CROSS JOIN ledger_postings p ON p.tx_id = ?1 AND p.line = l.key
  WHERE true GROUP BY p.account_id, p.unit
  ON CONFLICT (account_id, unit) DO UPDATE SET balance = balance + excluded.balance,
    earned = earned + excluded.earned, spent = spent + excluded.spent`;

/** The same, and what the shares of a price leave owed. */
const SHARED_BALANCES = `
  UPDATE balances SET carry = carry + l.value->>'carry'
  FROM json_each(?2) l JOIN ledger_postings p ON p.tx_id = ?1 AND p.line = l.key
  WHERE l.value->>'carry' IS NOT NULL AND balances.account_id = p.account_id
    AND balances.unit = p.unit`;

/**
 * Writes one entry with its postings, balances and audit row, all or nothing. If the same actor has used
 * the key before, returns that entry.
 *
 * @throws {Invalid} `idempotency/key-reused` when the key belongs to another entry.
 *
 * @throws {Conflict} `dkp/balance-too-large`, and the errors of the draft's guards.
 */
export async function post(ctx: GuildContext, draft: Draft): Promise<Entry> {
  const id = newId<LedgerTxId>();
  const key = keyOf(ctx, id);
  if (ctx.idempotencyKey !== undefined) {
    const first = await repeated(ctx, key, draft);
    if (first !== undefined) return first;
  }
  const following = (await draft.follow?.(id)) ?? [];
  try {
    await write(ctx.db, [
      ...draft.before,
      ...statementsOf(ctx, id, key, draft),
      ...draft.after,
      ...following,
      record(ctx, `dkp.${draft.kind}`, id, { after: summary(draft) }),
    ]);
  } catch (error) {
    // A concurrent request with the same key may have won; any guard may have failed because of it.
    const first = ctx.idempotencyKey === undefined ? undefined : await repeated(ctx, key, draft);
    if (first !== undefined) return first;
    throw error;
  }
  return (await readEntry(ctx, id))!;
}

/** The statements of one entry, without its guards and its audit row. */
export function statementsOf(
  ctx: Pick<GuildContext, "actor" | "now">,
  id: LedgerTxId,
  key: string,
  draft: Omit<Draft, "before" | "after" | "follow">,
): readonly (Statement | Guard)[] {
  if (!isBalanced(draft.lines)) throw new RangeError("The lines of an entry must sum to zero.");
  const nowMs = ctx.now().getTime();
  const actor = describe(ctx.actor);
  const lines = JSON.stringify(draft.lines.map((line) => forSql(line, draft)));
  return [
    { sql: ACCOUNTS, args: [draft.poolId, lines] },
    {
      sql: ENTRY,
      args: [
        id,
        draft.poolId,
        draft.kind,
        key,
        draft.effectiveAt ?? nowMs,
        nowMs,
        actor.type,
        actor.id,
        draft.reason,
        draft.reverses,
        draft.raidId ?? null,
        draft.lootId ?? null,
        draft.importBatch ?? null,
      ],
    },
    { sql: POSTINGS, args: [id, draft.poolId, lines] },
    mustBalance(id, draft.lines.length),
    { sql: BALANCES, args: [id, lines] },
    ...(draft.lines.some(({ carry }) => carry !== undefined)
      ? [{ sql: SHARED_BALANCES, args: [id, lines] }]
      : []),
    mustStayExact(id),
  ];
}

/** The key includes the actor, so that another member's request cannot pass as a repetition of theirs. */
function keyOf(ctx: GuildContext, id: LedgerTxId): string {
  const { type, id: actorId } = describe(ctx.actor);
  return ctx.idempotencyKey === undefined ? id : `${type}:${actorId}:${ctx.idempotencyKey}`;
}

async function repeated(ctx: GuildContext, key: string, draft: Draft): Promise<Entry | undefined> {
  const first = await entryByKey(ctx, key);
  if (first === undefined) return undefined;
  const facts: Parameters<typeof isSameEntry>[0] = { ...first, lines: first.postings };
  // The caps may have gone since the first request.
  const isCapped = draft.blocked ?? first.postings.some((line) => line.account === "cap-blocked");
  const isSame = isCapped || draft.isShared ? isSameAward(first, draft) : isSameEntry(facts, draft);
  if (isSame) return first;
  throw new Invalid(
    "idempotency/key-reused",
    "This Idempotency-Key was used for another request. Create a new key for each request.",
  );
}

/**
 * A repeated award with caps, or a repeated price that people share, gives other amounts. The people, the
 * reason and the price stay the same.
 */
function isSameAward(first: Entry, draft: Draft): boolean {
  const people = (lines: readonly { readonly personId: PersonId | null }[]) =>
    lines
      .flatMap(({ personId }) => personId ?? [])
      .sort()
      .join();
  return (
    first.kind === draft.kind &&
    first.poolId === draft.poolId &&
    first.reason === draft.reason &&
    (!draft.isShared || first.postings[0]?.amount === draft.lines[0]?.amount) &&
    people(first.postings) === people(draft.lines)
  );
}

function forSql(line: Line, draft: Pick<Draft, "origin" | "kind">) {
  return {
    newId: newId<string>(),
    ...line,
    ...lifetime(line, draft.origin, draft.kind === "reversal"),
  };
}

/** L1, checked in the database: what counts is what was written, not what we meant to write. */
function mustBalance(id: LedgerTxId, lines: number): Guard {
  return guard(
    sql`(select count(*) from ledger_postings where tx_id = ${id}) = ${lines} and not exists (
      select 1 from ledger_postings where tx_id = ${id} group by unit having sum(amount) <> 0)`,
    () => new Error("The postings of an entry do not sum to zero."),
  );
}

function mustStayExact(id: LedgerTxId): Guard {
  return guard(
    sql`not exists (select 1 from balances where abs(balance) > ${Number.MAX_SAFE_INTEGER}
      and account_id in (select account_id from ledger_postings where tx_id = ${id}))`,
    () =>
      new Conflict(
        "dkp/balance-too-large",
        "A balance would exceed the largest number that we can store. Use fewer points.",
      ),
  );
}

function summary(draft: Draft) {
  const people = draft.lines.filter((line) => line.account === "person");
  return {
    pool: draft.pool.name,
    reason: draft.reason,
    people: people.length,
    points: formatPoints(people[0]?.amount ?? 0, draft.pool.decimals),
    ...(draft.reverses !== null && { reverses: draft.reverses }),
    ...(draft.blocked?.length && { blocked: draft.blocked }),
  };
}
