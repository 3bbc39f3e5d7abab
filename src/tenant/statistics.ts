import { and, count, eq, gt, gte, isNull, max, sql } from "drizzle-orm";
import { asNumber, prepare, rowsOf, type Values } from "../database/query.ts";
import { build } from "../database/statements.ts";
import { DAY_MS } from "../kernel/time.ts";
import type { CountedGuild, DayFigures, GuildTotals } from "../platform/fleet/guild-figures.ts";
import type { GuildContext } from "./context.ts";
import {
  auctions,
  auditLog,
  characters,
  encounters,
  ledgerTx,
  logReports,
  persons,
  raids,
} from "./schema.ts";

/** Statistics of one guild from its own database. */
export interface GuildStatistics
  extends Omit<GuildTotals, "databaseBytes">,
    Readonly<Record<"averageMs" | "bytes", number>> {
  /** Changes by day (UTC), from the audit log; days without changes are left out. */
  readonly activity: readonly { readonly day: string; readonly changes: number }[];
}

interface Since {
  readonly since: number;
}

const rows = (table: Parameters<typeof sql>[1]) => asNumber(sql`(select count(*) from ${table})`);

const TOTALS = prepare(() =>
  rowsOf(
    {
      characters: rows(characters),
      persons: rows(persons),
      raids: rows(raids),
      ledgerEntries: rows(ledgerTx),
      auctions: rows(auctions),
      logs: rows(logReports),
      databaseBytes: asNumber(
        sql`(select page_count * page_size from pragma_page_count(), pragma_page_size())`,
      ),
      logBytes: asNumber(
        sql`(select coalesce(sum(${logReports.storedBytes}), 0) from ${logReports})`,
      ),
      // The job that deletes old logs leaves audit rows too, and is no activity.
      changedByPeopleAt: asNumber(sql`coalesce((select ${auditLog.at} from ${auditLog}
        where ${auditLog.actorType} <> 'system' order by ${auditLog.seq} desc limit 1), 0)`),
    },
    (columns) => sql`select ${columns}`,
  ),
);

// Several logs of one pull count once. Fights between bosses do not count.
const isFight = and(eq(encounters.kind, "encounter"), isNull(encounters.sameAs));
const fightColumns = {
  fights: count(),
  kills: asNumber(sql`coalesce(sum(${encounters.outcome} = 'kill'), 0)`),
  combatMs: asNumber(sql`coalesce(sum(${encounters.durationMs}), 0)`),
};

const FIGHTS = prepare(() =>
  build
    .select({
      ...fightColumns,
      bosses: asNumber(sql`count(distinct ${encounters.gameId})`),
      lastFightAt: max(encounters.startAt),
    })
    .from(encounters)
    .where(isFight),
);

const FIGHTS_BY_DAY = prepare(({ since }: Values<Since>) =>
  build
    .select({ day: asNumber(dayOf(encounters.startAt)), ...fightColumns })
    .from(encounters)
    .where(and(isFight, gte(encounters.startAt, since)))
    .groupBy(sql`1`)
    .orderBy(sql`1`),
);

const CHANGES_BY_DAY = prepare(({ since }: Values<Since>) =>
  build
    .select({ day: asNumber(dayOf(auditLog.at)), changes: count() })
    .from(auditLog)
    .where(gt(auditLog.at, since))
    .groupBy(sql`1`)
    .orderBy(sql`1`),
);

const CHANGED = prepare(() =>
  rowsOf(
    {
      at: asNumber(sql`max(
        coalesce((select ${auditLog.at} from ${auditLog} order by ${auditLog.seq} desc limit 1), 0),
        coalesce((select max(${logReports.updatedAt}) from ${logReports}), 0))`),
    },
    (columns) => sql`select ${columns}`,
  ),
);

/** Counts a guild's rows, and its changes on each of the last `days` days. */
export async function guildStatistics(ctx: GuildContext, days: number): Promise<GuildStatistics> {
  const { databaseBytes, ...totals } = await guildTotals(ctx);
  const since = ctx.now().getTime() - days * DAY_MS;
  const activity = await CHANGES_BY_DAY.all(ctx.db, { since });
  return {
    ...totals,
    averageMs: totals.fights === 0 ? 0 : Math.round(totals.combatMs / totals.fights),
    bytes: databaseBytes,
    activity: activity.map(({ day, changes }) => ({
      day: new Date(day * DAY_MS).toISOString().slice(0, 10),
      changes,
    })),
  };
}

/** Whether anything in the guild changed after this moment, which costs one query. */
export async function hasChangedSince(ctx: GuildContext, atMs: number): Promise<boolean> {
  return (await CHANGED.first(ctx.db))!.at >= atMs;
}

/** The guild's totals now, and what happened on each day since `sinceDay` (days since 1970, UTC). */
export async function countGuild(ctx: GuildContext, sinceDay: number): Promise<CountedGuild> {
  const since = { since: sinceDay * DAY_MS };
  const totals = await guildTotals(ctx);
  const [fights, changes] = [
    await FIGHTS_BY_DAY.all(ctx.db, since),
    await CHANGES_BY_DAY.all(ctx.db, since),
  ];
  const days = new Map<number, DayFigures>();
  for (const one of fights) days.set(one.day, { ...one, changes: 0 });
  for (const one of changes) {
    days.set(one.day, { ...(days.get(one.day) ?? NO_FIGHTS), ...one });
  }
  return { totals, days: [...days.values()] };
}

const NO_FIGHTS = { fights: 0, kills: 0, combatMs: 0 };

async function guildTotals(ctx: GuildContext): Promise<GuildTotals> {
  const { changedByPeopleAt, ...totals } = (await TOTALS.first(ctx.db))!;
  const { lastFightAt, ...fights } = (await FIGHTS.first(ctx.db))!;
  const lastActivityAt = Math.max(changedByPeopleAt, lastFightAt ?? 0);
  return { ...totals, ...fights, lastActivityAt: lastActivityAt || null };
}

function dayOf(column: typeof encounters.startAt | typeof auditLog.at) {
  return sql`${column} / ${sql.raw(String(DAY_MS))}`;
}
