import { eq, inArray, or, type SQL, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { isTrue } from "../../database/query.ts";
import { build, insertFrom } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { type AuctionId, type BidId, newId, type RaidId } from "../../kernel/ids.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { seedHashOf } from "../auctions/rules.ts";
import {
  accounts,
  attendance,
  auctions,
  bids,
  decayRuns,
  holds,
  ledgerPostings,
  ledgerTx,
  lootAwards,
  persons,
  poolRules,
  pools,
  raids,
  signups,
  wishes,
} from "../schema.ts";

const inExample = sql`in (select ${pools.id} from ${pools} where ${isTrue(pools.isExample)})`;

/** The bids for the last item of the example, in order, as shares of the price. */
const BIDS = [0.4, 0.7, 1] as const;
const LAST_BID = BIDS.length - 1;

/**
 * The raids, attendance, loot and auction for the example's points, so that every page shows data during a
 * trial. Must come after the entries in the same write.
 */
export function exampleNights(nowMs: number): readonly Writable[] {
  return [
    exampleRaids(nowMs),
    exampleAttendance(),
    exampleLoot(),
    ...exampleAuction(newId<AuctionId>(), newId<string>()),
  ];
}

/** Entries of the example, each with one of `ids` as `made.value`. */
function entriesWith(ids: readonly string[], condition: SQL): SQL {
  return sql`from (select *, row_number() over (order by ${ledgerTx.seq}) - 1 as place
      from ${ledgerTx} where ${ledgerTx.poolId} ${inExample} and ${condition}) as ${ledgerTx}
    join json_each(${JSON.stringify(ids)}) made on made.key = place`;
}

/** Each night begins with the points for being on time and ends with those for staying. */
function exampleRaids(nowMs: number): Statement {
  const ids = Array.from({ length: 10 }, () => newId<RaidId>());
  const startsAt = sql`${ledgerTx.effectiveAt}`;
  const endsAt = sql`${ledgerTx.effectiveAt} + ${180 * MINUTE_MS}`;
  const night = { startsAt, endsAt, startedAt: startsAt, endedAt: endsAt, createdAt: nowMs };
  const poolId = sql`${ledgerTx.poolId}`;
  return insertFrom(
    raids,
    { id: sql`made.value`, name: "Example raid", poolId, status: "ended", ...night },
    entriesWith(ids, eq(ledgerTx.reason, "On time")),
  );
}

/** A condition: an entry was made during a raid. */
const isDuring = sql`${ledgerTx.effectiveAt} between ${raids.startsAt} and ${raids.endsAt}`;

function exampleAttendance(): Statement {
  const isAbsent = sql`${ledgerPostings.amount} is null`;
  return insertFrom(
    attendance,
    {
      raidId: sql`${raids.id}`,
      personId: sql`${persons.id}`,
      presence: sql`case when ${isAbsent} then 'absent' else 'present' end`,
      creditPct: sql`case when ${isAbsent} then 0 else 100 end`,
      remark: sql`case when ${isAbsent} then 'gave-notice' end`,
    },
    sql`from ${raids} cross join ${persons}
      join ${ledgerTx} on ${ledgerTx.poolId} = ${raids.poolId} and ${ledgerTx.reason} = 'Completion'
        and ${isDuring}
      left join ${accounts} on ${accounts.poolId} = ${raids.poolId}
        and ${accounts.personId} = ${persons.id}
      left join ${ledgerPostings} on ${ledgerPostings.txId} = ${ledgerTx.id}
        and ${ledgerPostings.accountId} = ${accounts.id}
      where ${isTrue(persons.isExample)} and ${raids.poolId} ${inExample}`,
  );
}

function exampleLoot(): Statement {
  const ids = Array.from({ length: 40 }, () => newId<string>());
  return insertFrom(
    lootAwards,
    {
      id: sql`made.value`,
      itemName: sql`${ledgerTx.reason}`,
      itemKey: sql`lower(${ledgerTx.reason})`,
      fate: "person",
      personId: sql`${accounts.personId}`,
      spec: "main",
      poolId: sql`${ledgerTx.poolId}`,
      price: sql`-${ledgerPostings.amount}`,
      txId: sql`${ledgerTx.id}`,
      source: "manual",
      raidId: sql`(select ${raids.id} from ${raids}
        where ${raids.poolId} = ${ledgerTx.poolId} and ${isDuring})`,
      idempotencyKey: sql`'example:' || ${ledgerTx.id}`,
      at: sql`${ledgerTx.effectiveAt}`,
    },
    sql`${entriesWith(ids, eq(ledgerTx.kind, "spend"))}
      join ${ledgerPostings} on ${ledgerPostings.txId} = ${ledgerTx.id}
      join ${accounts} on ${accounts.id} = ${ledgerPostings.accountId}
        and ${accounts.kind} = 'person'`,
  );
}

/** The last item was won in an auction against two other bidders. */
function exampleAuction(auctionId: AuctionId, seed: string): readonly Writable[] {
  const { at, price, personId } = lootAwards;
  const newest = sql`from ${lootAwards} where ${lootAwards.poolId} ${inExample}
    order by ${at} desc, ${lootAwards.id} desc limit 1`;
  const others = (index: number) => sql`(select ${persons.id} from ${persons}
    where ${isTrue(persons.isExample)} and ${persons.id} <> ${personId}
    order by ${persons.id} limit 1 offset ${index})`;
  return [
    insertFrom(
      auctions,
      {
        id: auctionId,
        poolId: sql`${lootAwards.poolId}`,
        itemName: sql`${lootAwards.itemName}`,
        ...{ mode: "open", status: "settled", copies: 1, minimum: 0, tieBreak: "first" },
        increments: [{ from: 0, by: 100 }],
        ...{ allowsOffSpec: true, allowsAllIn: true },
        opensAt: sql`${at} - ${2 * MINUTE_MS}`,
        closesAt: sql`${at}`,
        originalClosesAt: sql`${at}`,
        ...{ snipeMs: 30_000, extensionsMax: 20, overtimeMsMax: 300_000 },
        ...{ seedHash: seedHashOf(seed), seed },
        settledAt: sql`${at}`,
        raidId: sql`${lootAwards.raidId}`,
        idempotencyKey: sql`'example:' || ${lootAwards.id}`,
      },
      newest,
    ),
    ...BIDS.map((share, index) => {
      const id = newId<BidId>();
      return insertFrom(
        bids,
        {
          ...{ id, auctionId, spec: "main", state: index === LAST_BID ? "won" : "lost" },
          personId: index === LAST_BID ? sql`${personId}` : others(index),
          value: sql`cast(${price} * ${share} / 100 as integer) * 100`,
          at: sql`${at} - ${(BIDS.length - index) * 20_000}`,
          idempotencyKey: `example:${id}`,
        },
        newest,
      );
    }),
    build
      .update(lootAwards)
      .set({ auctionId, source: "auction" })
      .where(sql`${lootAwards.id} = (select ${lootAwards.id} ${newest})`),
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
