import { DAY_MS } from "../../kernel/time.ts";
import type { OperatorContext } from "../context.ts";
import type { GuildStatus } from "../schema.ts";

/** Figures of the platform for the console's first page. */
export interface Overview {
  readonly guilds: readonly {
    readonly status: GuildStatus;
    readonly schemaVersion: number;
    readonly guilds: number;
  }[];
  readonly users: number;
  readonly signedInToday: number;
  readonly jobsDue: number;
  readonly jobsFailing: number;
  /** Numbers of databases with a fault, by code. */
  readonly faults: readonly { readonly code: string; readonly databases: number }[];
}

/** Counts everything. Every operator may see the figures. */
export async function overview(ctx: OperatorContext): Promise<Overview> {
  const { db } = ctx.services.platform;
  const nowMs = ctx.services.now().getTime();
  const [guilds, faults, rest] = await Promise.all([
    db.all<Overview["guilds"][number]>(
      `SELECT status, schema_version AS schemaVersion, count(*) AS guilds FROM guilds
       GROUP BY status, schema_version ORDER BY status, schema_version DESC`,
    ),
    db.all<Overview["faults"][number]>(
      `SELECT code, count(*) AS databases FROM database_faults f
       WHERE guild_id = '' OR EXISTS (SELECT 1 FROM guilds g
         WHERE g.id = f.guild_id AND g.generation = f.generation)
       GROUP BY code ORDER BY code`,
    ),
    db.first<Omit<Overview, "guilds" | "faults">>(
      `SELECT (SELECT count(*) FROM users) AS users,
         (SELECT count(DISTINCT user_id) FROM sessions WHERE last_used_at > ?2) AS signedInToday,
         (SELECT count(*) FROM jobs WHERE due_at <= ?1) AS jobsDue,
         (SELECT count(*) FROM jobs WHERE error IS NOT NULL) AS jobsFailing`,
      nowMs,
      nowMs - DAY_MS,
    ),
  ]);
  return { guilds, faults, ...rest! };
}
