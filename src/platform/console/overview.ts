import { and, asc, count, desc, eq, or, sql } from "drizzle-orm";
import {
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { DAY_MS } from "../../kernel/time.ts";
import type { OperatorContext } from "../context.ts";
import { databaseFaults, guilds, jobs, sessions, users } from "../schema.ts";

const guildCounts = prepare(() =>
  build
    .select({ ...columnsOf(guilds, "status", "schemaVersion"), guilds: count() })
    .from(guilds)
    .groupBy(guilds.status, guilds.schemaVersion)
    .orderBy(asc(guilds.status), desc(guilds.schemaVersion)),
);

/** Numbers of databases with a fault, by code. */
const faultCounts = prepare(() => {
  const isCurrent = and(
    eq(guilds.id, databaseFaults.guildId),
    eq(guilds.generation, databaseFaults.generation),
  );
  return build
    .select({ code: databaseFaults.code, databases: count() })
    .from(databaseFaults)
    .where(or(eq(databaseFaults.guildId, ""), existsIn(guilds, isCurrent)))
    .groupBy(databaseFaults.code)
    .orderBy(asc(databaseFaults.code));
});

const figures = ({ nowMs, since }: Values<{ readonly nowMs: number; readonly since: number }>) => ({
  users: asNumber(sql`(select count(*) from ${users})`),
  signedInToday: asNumber(sql`(select count(distinct ${sessions.userId}) from ${sessions}
    where ${sessions.lastUsedAt} > ${since})`),
  jobsDue: asNumber(sql`(select count(*) from ${jobs} where ${jobs.dueAt} <= ${nowMs})`),
  jobsFailing: asNumber(sql`(select count(*) from ${jobs} where ${jobs.error} is not null)`),
});

const figuresOf = prepare((values: Parameters<typeof figures>[0]) =>
  rowsOf(figures(values), (columns) => sql`select ${columns}`),
);

/** Figures of the platform for the console's first page. */
export interface Overview extends Readonly<RowOf<ReturnType<typeof figures>>> {
  readonly guilds: readonly Awaited<ReturnType<typeof guildCounts.all>>[number][];
  readonly faults: readonly Awaited<ReturnType<typeof faultCounts.all>>[number][];
}

/** Counts everything. Every operator may see the figures. */
export async function overview(ctx: OperatorContext): Promise<Overview> {
  const { db } = ctx.services.platform;
  const nowMs = ctx.services.now().getTime();
  const [inStates, faults, rest] = await Promise.all([
    guildCounts.all(db),
    faultCounts.all(db),
    figuresOf.first(db, { nowMs, since: nowMs - DAY_MS }),
  ]);
  return { guilds: inStates, faults, ...rest! };
}
