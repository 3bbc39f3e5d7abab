import { limits } from "../../limits.ts";
import { auctionsOfOthers } from "../auctions/history.ts";
import type { GuildContext } from "../context.ts";
import { balancesIn, decaysSince, entriesOfOthers } from "../dkp/history.ts";
import { poolOf } from "../dkp/service.ts";
import { councilsOf, councilsOfOthers, lootOfOthers } from "../loot/history.ts";
import { attendanceOf, raidsOfOthers } from "../raids/history.ts";
import { peopleInUse } from "../roster/history.ts";
import { allPeople } from "../roster/queries.ts";
import { type Batch, batchesOfSource, targetsOf } from "./queries.ts";
import type { Obstacle } from "./report.ts";
import { add, openingsOf, sumKey, sumsOf } from "./sums.ts";

/** What was built on an import since its commit. An import with obstacles cannot be reverted. */
export async function obstaclesTo(ctx: GuildContext, batch: Batch): Promise<readonly Obstacle[]> {
  const found = [
    ...(await laterImports(ctx, batch)),
    ...(await usesOfPeople(ctx, batch)),
    ...(await usesOfRows(ctx, batch)),
    ...(await changedBalances(ctx, batch)),
  ];
  return found.slice(0, limits.imports.obstaclesMax);
}

/**
 * A later import of the same source has posted its corrections on top of this one. One that found nothing
 * new has posted none.
 */
async function laterImports(ctx: GuildContext, batch: Batch): Promise<readonly Obstacle[]> {
  const all = await batchesOfSource.all(ctx.db, { source: batch.source });
  const own = all.findIndex(({ id }) => id === batch.id);
  return all
    .slice(own + 1)
    .filter(({ counts }) =>
      Object.values(counts).some((of) => (of.new ?? 0) + (of.changed ?? 0) > 0),
    )
    .map(({ id, createdAt }) => ({ kind: "import", id, label: new Date(createdAt).toISOString() }));
}

async function usesOfPeople(ctx: GuildContext, batch: Batch): Promise<readonly Obstacle[]> {
  const { db } = ctx;
  const limit = limits.imports.obstaclesMax;
  const made = async (kind: string) =>
    (await targetsOf.all(db, { id: batch.id, kind })).flatMap(({ targetId, madeAt, verdict }) =>
      targetId !== null && madeAt !== null && verdict === "new" ? [targetId] : [],
    );
  const people = JSON.stringify(await made("person"));
  const list = async (kind: string) => JSON.stringify(await made(kind));
  const entries = await entriesOfOthers.all(db, { people, batch: batch.id, limit });
  const loot = await lootOfOthers.all(db, { people, made: await list("loot"), limit });
  const raids = await raidsOfOthers.all(db, { people, made: await list("raid"), limit });
  const auctions = await auctionsOfOthers.all(db, { people, made: await list("auction"), limit });
  const councils = await councilsOfOthers.all(db, { people, made: await list("council"), limit });
  const used = await peopleInUse.all(db, { people, made: await list("character") });
  const ofImport = new Set(
    (await targetsOf.all(db, { id: batch.id, kind: "raid" })).map(({ targetId }) => targetId),
  );
  return [
    ...entries.map(
      ({ id, name, reason }): Obstacle => ({ kind: "entry", id, label: `${name}: ${reason}` }),
    ),
    ...loot.map(({ id, itemName }): Obstacle => ({ kind: "loot", id, label: itemName })),
    ...raids
      .filter(({ id }) => !ofImport.has(id))
      .map(({ id, name }): Obstacle => ({ kind: "raid", id, label: name })),
    ...[...auctions, ...councils].map(
      ({ id, itemName }): Obstacle => ({ kind: "loot", id, label: itemName }),
    ),
    ...used.map(({ id, name }): Obstacle => ({ kind: "link", id, label: name })),
  ];
}

async function usesOfRows(ctx: GuildContext, batch: Batch): Promise<readonly Obstacle[]> {
  const { db } = ctx;
  const rows = async (kind: string) =>
    (await targetsOf.all(db, { id: batch.id, kind })).filter(({ madeAt }) => madeAt !== null);
  const ids = async (kind: string) => (await rows(kind)).flatMap(({ targetId }) => targetId ?? []);
  const own = new Set(await ids("council"));
  const decided = await councilsOf.all(db, { loot: JSON.stringify(await ids("loot")) });
  const councils = decided.filter(({ id }) => !own.has(id));
  const presences = new Set(await ids("attendance"));
  const there = await attendanceOf.all(db, { raids: JSON.stringify(await ids("raid")) });
  return [
    ...councils.map(({ id, itemName }): Obstacle => ({ kind: "loot", id, label: itemName })),
    ...there
      .filter(({ raidId, personId }) => !presences.has(`${raidId} ${personId}`))
      .map(({ raidId }): Obstacle => ({ kind: "attendance", id: raidId, label: "" })),
  ];
}

/** Decay since then took its share of the imported points, and a spend may have used them. */
async function changedBalances(ctx: GuildContext, batch: Batch): Promise<readonly Obstacle[]> {
  const pool = await poolOf(ctx, batch.poolId ?? undefined);
  const decays = await decaysSince.all(ctx.db, { pool: pool.id, at: batch.committedAt ?? 0 });
  const found = decays.map(
    ({ period }): Obstacle => ({ kind: "decay", id: period, label: period }),
  );
  if (pool.floor === null || pool.kind === "epgp") return found;
  const { history } = await sumsOf(ctx, pool, batch.id);
  for (const [key, amount] of (await openingsOf(ctx, batch.id)).sums) add(history, key, amount);
  const names = new Map((await allPeople.all(ctx.db)).map(({ id, name }) => [id as string, name]));
  for (const { personId, unit, balance } of await balancesIn.all(ctx.db, { pool: pool.id })) {
    const own = personId === null ? 0 : (history.get(sumKey(personId, unit)) ?? 0);
    if (personId === null || own <= 0 || balance - own >= Math.min(pool.floor, balance)) continue;
    found.push({ kind: "balance", id: personId, label: names.get(personId) ?? "" });
  }
  return found;
}
