import type { Client, OpenClient, Statement } from "../../src/database/client.ts";
import type { Writable } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { allowanceOf } from "../allowance.ts";
import { fault } from "../fault.ts";
import { type DatabaseHost, databaseName, type Hosts, hostNamed } from "../hosts/host.ts";
import { type Move, Moves, refuseUnmovable, refuseUnpurged } from "./record.ts";
import { type Content, contentOf, copyTable, sequencesOf, tablesOf } from "./tables.ts";
import {
  allowWrites,
  blockWrites,
  ours,
  releaseTarget,
  shapeOf,
  takeTarget,
} from "./write-barrier.ts";

export interface MoveDeps extends Hosts {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly tenants: { drain(guildId: GuildId): Promise<void> };
  readonly runner: string;
}

/** The result of a move, or of a dry run. */
export interface MoveReport {
  readonly from: string;
  readonly to: string;
  readonly tables: Readonly<Record<string, Content>>;
  readonly rows: number;
  /** How long the guild refused changes, in milliseconds. */
  readonly blockedMs: number;
}

/** The state of one attempt from its beginning. */
interface MoveAttempt {
  readonly deps: MoveDeps;
  readonly moves: Moves;
  readonly move: Move;
  readonly guild: Guild;
  readonly source: Client;
  readonly renewLease: () => Promise<void>;
}

/** An attempt with a target database. */
interface CopyAttempt extends MoveAttempt {
  readonly target: Client;
  readonly url: string;
}

/**
 * Moves a guild's database to another host while the guild is served. After a crash at any point, one of
 * the two databases serves and has every acknowledged write; repeating the move continues it.
 *
 * @throws {Conflict} `guild/operation-running`, `guild/operation-lost`, `guild/not-purged`,
 * `guild/status-changed`, `guild/already-there`, `guild/schema-differs`, `guild/copy-differs`
 */
export async function moveGuild(
  deps: MoveDeps,
  guild: Guild,
  toKind: string,
  alongside: readonly Writable[] = [],
): Promise<MoveReport> {
  const { platform, openClient } = deps;
  const moves = new Moves(platform);
  const to = hostNamed(deps, toKind);
  refuseUnmovable(guild, toKind);
  const move = await moves.begin(guild, toKind, deps.runner, alongside);
  fault("move.recorded");
  const renewLease = leaseRenewer(moves, move);
  const source = await openClient(guild.location);
  const attempt = { deps, moves, move, guild, source, renewLease };
  try {
    const url = await readyTarget(attempt, to);
    fault("move.created");
    const target = await openClient({ url });
    try {
      return await walk({ ...attempt, target, url });
    } finally {
      await target.close();
    }
  } catch (error) {
    await giveUp(attempt, error);
    throw error;
  } finally {
    await source.close();
  }
}

/**
 * Checks a move and counts the rows without moving anything.
 *
 * @throws {Conflict} `guild/not-purged`, `guild/status-changed`, `guild/already-there`
 */
export async function planMove(deps: MoveDeps, guild: Guild, toKind: string): Promise<MoveReport> {
  hostNamed(deps, toKind);
  refuseUnmovable(guild, toKind);
  refuseUnpurged(guild, await new Moves(deps.platform).find(guild.id));
  const source = await deps.openClient(guild.location);
  try {
    const tables: Record<string, Content> = {};
    for (const table of await tablesOf(source)) {
      tables[table.name] = await contentOf(source, table);
    }
    return { ...reportOf(guild, toKind, tables), blockedMs: 0 };
  } finally {
    await source.close();
  }
}

async function walk(attempt: CopyAttempt): Promise<MoveReport> {
  const { deps, moves, move, guild, source, target, url, renewLease } = attempt;
  await takeTarget(target, move.fence);
  fault("move.taken");
  for (let pass = 1; pass <= limits.guild.movePassesMax; pass++) {
    const { written } = await copy(attempt);
    if (written <= 1) break;
  }
  fault("move.copied");
  await renewLease();
  const blockedAt = performance.now();
  await blockWrites(source, move.fence);
  fault("move.blocked");
  const { tables } = await copy(attempt);
  fault("move.caught-up");
  await verify(attempt, tables);
  fault("move.verified");
  await releaseTarget(source, target, move.fence, [
    ...(await sequencesOf(source)),
    { sql: "UPDATE _meta SET generation = ?", args: [guild.generation + 1] },
  ]);
  fault("move.released");
  await sameShape(source, target);
  await moves.point(move, guild, url, []);
  const blockedMs = performance.now() - blockedAt;
  fault("move.pointed");
  await deps.tenants.drain(guild.id);
  return { ...reportOf(guild, move.toHost, tables), blockedMs };
}

/** One pass over all tables that writes the differences. */
async function copy({ source, target, move, renewLease }: CopyAttempt) {
  const tables: Record<string, Content> = {};
  let written = 0;
  const fence: Statement = ours(move.fence);
  for (const table of await tablesOf(source)) {
    const done = await copyTable(source, target, table, fence, renewLease);
    tables[table.name] = done.content;
    written += done.written;
    fault(`move.table`);
  }
  return { tables, written };
}

/** Reads the copy again from the new host and compares it row for row. */
async function verify(
  { target, renewLease }: CopyAttempt,
  tables: Readonly<Record<string, Content>>,
): Promise<void> {
  const { rows: broken } = await target.execute({
    sql: "SELECT 1 FROM pragma_foreign_key_check LIMIT 1",
    args: [],
  });
  const there = await tablesOf(target);
  const names = there.map(({ name }) => name).join();
  let differs = broken.length > 0 || names !== Object.keys(tables).join();
  for (const table of there) {
    const { rows, hash } = await contentOf(target, table);
    const wanted = tables[table.name];
    differs ||= rows !== wanted?.rows || hash !== wanted.hash;
    await renewLease();
  }
  if (!differs) return;
  throw new Conflict("guild/copy-differs", "The copy is not what was copied. Nothing was moved.");
}

/** Creates the database on the new host, empty and with the guild's schema. */
async function readyTarget(
  { deps, guild, source, renewLease }: MoveAttempt,
  to: DatabaseHost,
): Promise<string> {
  const name = databaseName(guild.databaseName);
  for (let tries = 1; ; tries++) {
    const { url } = await to.create(name);
    await to.allow?.(name, allowanceOf(guild.plan));
    await renewLease();
    const target = await deps.openClient({ url });
    try {
      // An interrupted attempt has removed the target's triggers; a new target has ours.
      const isTaken = ![...(await shapeOf(target)).keys()].some((name) =>
        name.startsWith("trigger "),
      );
      await sameShape(source, target, isTaken);
      return url;
    } catch (error) {
      // An earlier attempt may have created it before the guild was migrated.
      if (tries > 1) throw error;
    } finally {
      await target.close();
    }
    await to.destroy(name);
  }
}

async function sameShape(source: Client, target: Client, withoutTriggers = false): Promise<void> {
  const [ours, theirs] = [await shapeOf(source), await shapeOf(target)];
  const isWanted = (name: string) => !(withoutTriggers && name.startsWith("trigger "));
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter(isWanted)
    .filter((name) => ours.get(name) !== theirs.get(name));
  if (differing.length === 0) return;
  throw new Conflict(
    "guild/schema-differs",
    `Its schema is not the one of this release: ${differing.slice(0, 3).join(", ")}.`,
    { next: ["guildhall migrate plan", "guildhall migrate drift"] },
  );
}

/** Allows writes to the old database again, once it is certain that the guild stays with it. */
async function giveUp(
  { deps, moves, move, guild, source }: MoveAttempt,
  error: unknown,
): Promise<void> {
  try {
    await moves.release(move, guild);
    await allowWrites(source, move.fence);
    await hostNamed(deps, move.toHost).destroy(databaseName(guild.databaseName));
  } catch (unsure) {
    // Another process took the move over, or the guild was repointed, or the host is down. The next attempt
    // resolves it.
    if (!(unsure instanceof Conflict)) throw new AggregateError([error, unsure], String(error));
  }
}

/** Returns a function that renews the lease when it is due. The work calls it regularly. */
function leaseRenewer(moves: Moves, move: Move): () => Promise<void> {
  let renewedAt = performance.now();
  return async () => {
    if (performance.now() - renewedAt < limits.guild.moveLeaseMs / 4) return;
    await moves.renew(move);
    renewedAt = performance.now();
  };
}

function reportOf(guild: Guild, to: string, tables: Readonly<Record<string, Content>>) {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  return { from: guild.host, to, tables, rows };
}
