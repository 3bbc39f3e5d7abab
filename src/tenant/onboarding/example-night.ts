import { inArray, or } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { isTrue } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { type AuctionId, type BidId, newId, type RaidId } from "../../kernel/ids.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { seedHashOf } from "../auctions/rules.ts";
import {
  attendance,
  auctions,
  bids,
  decayRuns,
  holds,
  lootAwards,
  persons,
  poolRules,
  pools,
  raids,
  signups,
  wishes,
} from "../schema.ts";

const EXAMPLE_POOL = "(SELECT id FROM pools WHERE is_example = 1)";
/** The bids for the last item of the example, in order, as shares of the price. */
const BIDS = [0.4, 0.7, 1] as const;

/**
 * The raids, attendance, loot and auction for the example's points, so that every page shows data during a
 * trial. Must come after the entries in the same write.
 */
export function exampleNights(nowMs: number): readonly Statement[] {
  const auctionId = newId<AuctionId>();
  const seed = newId<string>();
  const raidIds = Array.from({ length: 10 }, () => newId<RaidId>());
  const lootKeys = Array.from({ length: 40 }, () => newId<string>());
  return [
    {
      // Each night begins with the points for being on time and ends with those for staying.
      sql: `INSERT INTO raids (id, name, pool_id, starts_at, ends_at, status, started_at, ended_at,
              created_at)
            SELECT j.value, 'Example raid', pool_id, effective_at,
              effective_at + 180 * ${MINUTE_MS}, 'ended', effective_at,
              effective_at + 180 * ${MINUTE_MS}, ?2
            FROM (SELECT *, row_number() OVER (ORDER BY seq) - 1 AS n FROM ledger_tx
                  WHERE pool_id IN ${EXAMPLE_POOL} AND reason = 'On time') t
            JOIN json_each(?1) j ON j.key = t.n`,
      args: [JSON.stringify(raidIds), nowMs],
    },
    {
      sql: `INSERT INTO raid_attendance (raid_id, person_id, presence, credit_pct, remark)
            SELECT r.id, n.id, CASE WHEN p.amount IS NULL THEN 'absent' ELSE 'present' END,
              CASE WHEN p.amount IS NULL THEN 0 ELSE 100 END,
              CASE WHEN p.amount IS NULL THEN 'gave-notice' END
            FROM raids r CROSS JOIN persons n
            JOIN ledger_tx t ON t.pool_id = r.pool_id AND t.reason = 'Completion'
              AND t.effective_at BETWEEN r.starts_at AND r.ends_at
            LEFT JOIN accounts a ON a.pool_id = r.pool_id AND a.person_id = n.id
            LEFT JOIN ledger_postings p ON p.tx_id = t.id AND p.account_id = a.id
            WHERE n.is_example = 1 AND r.pool_id IN ${EXAMPLE_POOL}`,
      args: [],
    },
    {
      sql: `INSERT INTO loot_awards (id, item_name, item_key, fate, person_id, spec, pool_id, price,
              tx_id, source, raid_id, idempotency_key, at)
            SELECT j.value, t.reason, lower(t.reason), 'person', a.person_id, 'main', t.pool_id, -p.amount, t.id,
              'manual', (SELECT r.id FROM raids r WHERE r.pool_id = t.pool_id
                AND t.effective_at BETWEEN r.starts_at AND r.ends_at), 'example:' || t.id, t.effective_at
            FROM (SELECT *, row_number() OVER (ORDER BY seq) - 1 AS n FROM ledger_tx
                  WHERE pool_id IN ${EXAMPLE_POOL} AND kind = 'spend') t
            JOIN json_each(?1) j ON j.key = t.n
            JOIN ledger_postings p ON p.tx_id = t.id
            JOIN accounts a ON a.id = p.account_id AND a.kind = 'person'`,
      args: [JSON.stringify(lootKeys)],
    },
    ...exampleAuction(auctionId, seed),
  ];
}

/** The last item was won in an auction against two other bidders. */
function exampleAuction(auctionId: AuctionId, seed: string): readonly Statement[] {
  const last = `(SELECT * FROM loot_awards WHERE pool_id IN ${EXAMPLE_POOL}
    ORDER BY at DESC, id DESC LIMIT 1)`;
  return [
    {
      sql: `INSERT INTO auctions (id, pool_id, item_name, mode, status, copies, minimum, increments,
              tie_break, allows_off_spec, allows_all_in, opens_at, closes_at, original_closes_at,
              snipe_ms, extensions_max, overtime_ms_max, seed_hash, seed, settled_at, raid_id,
              idempotency_key)
            SELECT ?1, pool_id, item_name, 'open', 'settled', 1, 0, '[{"from":0,"by":100}]', 'first',
              1, 1, at - 2 * ${MINUTE_MS}, at, at, 30000, 20, 300000, ?2, ?3, at, raid_id,
              'example:' || id FROM ${last}`,
      args: [auctionId, seedHashOf(seed), seed],
    },
    ...BIDS.map((share, index) => ({
      sql: `INSERT INTO bids (id, auction_id, person_id, value, spec, state, at, idempotency_key)
            SELECT ?1, ?2, CASE ?3 WHEN ${BIDS.length - 1} THEN l.person_id ELSE
                (SELECT id FROM persons WHERE is_example = 1 AND id <> l.person_id
                 ORDER BY id LIMIT 1 OFFSET ?3) END,
              CAST(l.price * ?4 / 100 AS INTEGER) * 100, 'main',
              CASE ?3 WHEN ${BIDS.length - 1} THEN 'won' ELSE 'lost' END,
              l.at - (${BIDS.length} - ?3) * 20000, 'example:' || ?1 FROM ${last} l`,
      args: [newId<BidId>(), auctionId, index, share],
    })),
    {
      sql: `UPDATE loot_awards SET auction_id = ?, source = 'auction' WHERE id = (SELECT id FROM ${last})`,
      args: [auctionId],
    },
  ];
}

/** Removes the example nights. Must come before the removal of the entries and people. */
export function nightsRemoval(): readonly Writable[] {
  const ofExample = build.select({ id: persons.id }).from(persons).where(isTrue(persons.isExample));
  const inExample = build.select({ id: pools.id }).from(pools).where(isTrue(pools.isExample));
  const sold = build
    .select({ id: auctions.id })
    .from(auctions)
    .where(inArray(auctions.poolId, inExample));
  const nights = build.select({ id: raids.id }).from(raids).where(inArray(raids.poolId, inExample));
  return [
    build.delete(holds).where(inArray(holds.auctionId, sold)),
    build.delete(bids).where(inArray(bids.auctionId, sold)),
    build.delete(auctions).where(inArray(auctions.poolId, inExample)),
    build
      .delete(lootAwards)
      .where(or(inArray(lootAwards.poolId, inExample), inArray(lootAwards.personId, ofExample))),
    build.delete(wishes).where(inArray(wishes.personId, ofExample)),
    build
      .delete(attendance)
      .where(or(inArray(attendance.personId, ofExample), inArray(attendance.raidId, nights))),
    build
      .delete(signups)
      .where(or(inArray(signups.personId, ofExample), inArray(signups.raidId, nights))),
    build.delete(raids).where(inArray(raids.poolId, inExample)),
    build.delete(decayRuns).where(inArray(decayRuns.poolId, inExample)),
    build.delete(poolRules).where(inArray(poolRules.poolId, inExample)),
  ];
}
