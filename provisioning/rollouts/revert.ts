import type { OpenClient } from "../../src/database/client.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { Guild } from "../../src/platform/store.ts";
import { atHostOf, type DatabaseHost, databaseName, newDatabaseName } from "../hosts/host.ts";
import { type SwapDeps, swapDatabase } from "../swap.ts";
import type { Rollout, Rollouts } from "./rollouts.ts";

/** What one guild would lose by going back: what its audit log says happened since. */
export interface LostWrites {
  readonly guildId: GuildId;
  readonly slug: string;
  readonly snapshot: string;
  readonly changes: number;
  /** How often each action happened since, such as `dkp.award`. */
  readonly actions: Readonly<Record<string, number>>;
}

export interface RevertDeps extends SwapDeps {
  readonly rollouts: Rollouts;
  readonly snapshots: {
    open(reference: string): ReadableStream<Uint8Array>;
    save(group: string, name: string, copy: ReadableStream<Uint8Array>): Promise<string>;
  };
}

/** Every guild that the rollout changed and kept a copy of, with what it wrote since. */
export async function revertible(
  deps: RevertDeps,
  rollout: Rollout,
): Promise<readonly LostWrites[]> {
  const rows = await deps.platform.db.all<{ guild_id: GuildId; snapshot: string }>(
    `SELECT guild_id, snapshot FROM rollout_guilds
     WHERE rollout_id = ? AND status = 'done' AND snapshot IS NOT NULL ORDER BY guild_id`,
    rollout.id,
  );
  const found: LostWrites[] = [];
  for (const { guild_id, snapshot } of rows) {
    const guild = await deps.platform.guild(guild_id);
    if (guild) found.push(await lostWrites(deps, guild, snapshot));
  }
  return found;
}

/**
 * Gives one guild back the database it had before the rollout. The one it has now is kept among the
 * rollout's copies, so that even this can be undone by hand.
 */
export async function revertGuild(
  deps: RevertDeps,
  rollout: Rollout,
  { guildId, snapshot }: LostWrites,
): Promise<void> {
  const { platform, snapshots, rollouts } = deps;
  const guild = await platform.guild(guildId);
  if (!guild) return;
  const { host } = atHostOf(deps, guild);
  const current = databaseName(guild.databaseName);
  await snapshots.save(rollout.id, `${current}-after`, await host.snapshot(current));
  const back = await swapDatabase(deps, guild, snapshots.open(snapshot));
  await rollouts.store(rollout, [
    {
      guildId,
      status: "reverted",
      toVersion: back.schemaVersion,
      durationMs: 0,
      error: null,
      cause: null,
      snapshot: null,
    },
  ]);
}

async function lostWrites(deps: RevertDeps, guild: Guild, snapshot: string): Promise<LostWrites> {
  const { openClient, snapshots } = deps;
  const { host } = atHostOf(deps, guild);
  const copy = newDatabaseName();
  try {
    const before = await host.restore(copy, snapshots.open(snapshot));
    const last = await newestAudit(openClient, before);
    const client = await openClient(guild.location);
    try {
      const { rows } = await client.execute({
        sql: `SELECT action, count(*) FROM audit_log WHERE seq > ? GROUP BY action ORDER BY action`,
        args: [last],
      });
      const actions = Object.fromEntries(rows.map(([action, n]) => [String(action), Number(n)]));
      const changes = Object.values(actions).reduce((sum, n) => sum + n, 0);
      return { guildId: guild.id, slug: guild.slug, snapshot, changes, actions };
    } finally {
      await client.close();
    }
  } finally {
    await host.destroy(copy);
  }
}

async function newestAudit(
  openClient: OpenClient,
  location: Awaited<ReturnType<DatabaseHost["restore"]>>,
): Promise<number> {
  const client = await openClient(location);
  try {
    const { rows } = await client.execute({
      sql: "SELECT coalesce(max(seq), 0) FROM audit_log",
      args: [],
    });
    return Number(rows[0]?.[0] ?? 0);
  } finally {
    await client.close();
  }
}
