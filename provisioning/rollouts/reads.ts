import { and, asc, count, eq, gte, inArray, max, ne, sql } from "drizzle-orm";
import {
  asNumber,
  asText,
  columnsOf,
  prepare,
  rowsOf,
  type Values,
} from "../../src/database/query.ts";
import { build } from "../../src/database/statements.ts";
import { NotFound } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { guilds, rolloutGuilds, rollouts } from "../../src/platform/schema.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import { type Rollout, recentRollouts, rolloutById, toRollout, type WaveCount } from "./records.ts";
import type { Candidate } from "./waves.ts";

const behindHash = prepare(({ hash }: Values<{ readonly hash: string }>) =>
  build
    .select(columnsOf(guilds, "id", "slug", "plan", "host", "region", "schemaVersion"))
    .from(guilds)
    .where(and(ne(guilds.schemaHash, hash), inArray(guilds.status, ["ready", "suspended"])))
    .orderBy(asc(guilds.id)),
);

interface OfWave {
  readonly id: string;
  readonly wave: number;
}

const inWave = ({ id, wave }: Values<OfWave>) =>
  and(eq(rolloutGuilds.rolloutId, id), eq(rolloutGuilds.wave, wave));

const pendingGuilds = prepare((values: Values<OfWave>) =>
  build
    .select(columnsOf(rolloutGuilds, "guildId"))
    .from(rolloutGuilds)
    .where(and(inWave(values), eq(rolloutGuilds.status, "pending")))
    .orderBy(asc(rolloutGuilds.guildId)),
);

const doneDurations = prepare((values: Values<OfWave>) =>
  build
    .select(columnsOf(rolloutGuilds, "durationMs"))
    .from(rolloutGuilds)
    .where(and(inWave(values), eq(rolloutGuilds.status, "done")))
    .orderBy(asc(rolloutGuilds.durationMs)),
);

const waveCounts = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select({ ...columnsOf(rolloutGuilds, "wave", "status"), count: count() })
    .from(rolloutGuilds)
    .where(eq(rolloutGuilds.rolloutId, id))
    .groupBy(rolloutGuilds.wave, rolloutGuilds.status)
    .orderBy(asc(rolloutGuilds.wave), asc(rolloutGuilds.status)),
);

const failuresByCause = prepare(({ id }: Values<{ readonly id: string }>) =>
  rowsOf(
    {
      cause: asText(sql`cause`),
      count: asNumber(sql`count(*)`),
      slugs: asText(sql`group_concat(slug, ' ')`),
    },
    (columns) => sql`select ${columns}
      from (select coalesce(${rolloutGuilds.cause}, '') as cause, ${guilds.slug} as slug
        from ${rolloutGuilds} join ${guilds} on ${guilds.id} = ${rolloutGuilds.guildId}
        where ${rolloutGuilds.rolloutId} = ${id} and ${rolloutGuilds.status} = 'failed'
        order by ${guilds.slug})
      group by cause order by count(*) desc, cause`,
  ),
);

const finishedSince = prepare(
  ({ id, since }: Values<{ readonly id: string; readonly since: number }>) =>
    build
      .select({ guilds: count(), last: max(rolloutGuilds.at) })
      .from(rolloutGuilds)
      .where(
        and(
          eq(rolloutGuilds.rolloutId, id),
          gte(rolloutGuilds.at, since),
          inArray(rolloutGuilds.status, ["done", "failed"]),
        ),
      ),
);

const runningFence = prepare(({ id }: Values<{ readonly id: string }>) =>
  build
    .select(columnsOf(rollouts, "fence"))
    .from(rollouts)
    .where(and(eq(rollouts.id, id), eq(rollouts.status, "running"))),
);

/** The guilds that a rollout to `hash` would change, in a stable order. One query; opens no database. */
export async function guildsBehind(
  platform: PlatformStore,
  hash: string,
): Promise<readonly (Candidate & { readonly schemaVersion: number })[]> {
  return await behindHash.all(platform.db, { hash });
}

/** Reads the platform's records of rollouts. */
export class RolloutReads {
  protected readonly platform: PlatformStore;

  constructor(platform: PlatformStore) {
    this.platform = platform;
  }

  /** Tells whether this process still owns the rollout. A pause and a takeover both end that. */
  async isOurs(rollout: Rollout): Promise<boolean> {
    const row = await runningFence.first(this.platform.db, { id: rollout.id });
    return row?.fence === rollout.fence;
  }

  /** @throws {NotFound} `rollout/not-found` */
  async byId(id: string): Promise<Rollout> {
    const row = await rolloutById.first(this.platform.db, { id });
    if (row) return toRollout(row);
    throw new NotFound("rollout/not-found", "This rollout does not exist.", {
      next: ["guildhall migrate status"],
    });
  }

  /** The rollout that began last; undefined before the first. */
  async newest(): Promise<Rollout | undefined> {
    return (await this.recent(1))[0];
  }

  /** The latest rollouts, newest first. */
  async recent(limit: number): Promise<readonly Rollout[]> {
    return (await recentRollouts.all(this.platform.db, { limit })).map(toRollout);
  }

  async pending(rollout: Rollout, wave: number): Promise<readonly GuildId[]> {
    const rows = await pendingGuilds.all(this.platform.db, { id: rollout.id, wave });
    return rows.map(({ guildId }) => guildId);
  }

  async counts(rollout: Rollout): Promise<readonly WaveCount[]> {
    return await waveCounts.all(this.platform.db, { id: rollout.id });
  }

  /** The failures by cause, most frequent first, each with some of its guilds. */
  async failures(rollout: Rollout) {
    return await failuresByCause.all(this.platform.db, { id: rollout.id });
  }

  /** The median duration of a wave's finished guilds, in milliseconds. */
  async medianMs(rollout: Rollout, wave: number): Promise<number | undefined> {
    const rows = await doneDurations.all(this.platform.db, { id: rollout.id, wave });
    return rows[rows.length >> 1]?.durationMs ?? undefined;
  }

  /** The speed of the current process: the number of finished guilds, and the time they took. */
  async pace(rollout: Rollout): Promise<{ readonly guilds: number; readonly tookMs: number }> {
    const since = rollout.heldSince ?? rollout.startedAt;
    const row = await finishedSince.first(this.platform.db, { id: rollout.id, since });
    return { guilds: row?.guilds ?? 0, tookMs: Math.max(0, (row?.last ?? since) - since) };
  }
}
