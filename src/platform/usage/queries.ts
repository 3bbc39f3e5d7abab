import { and, asc, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { asNumber, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { DAY_MS, HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { apiKeys, apiUsage, guilds, users } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { type Buckets, percentile } from "./percentiles.ts";
import type { UsageCaller } from "./schema.ts";

/** Requests, and how they were answered. Times in milliseconds; null when they are over a second. */
export interface Usage {
  readonly requests: number;
  /** Answers with a status of 400 or above. */
  readonly failures: number;
  /** Answers that were not sent again, because the caller had them. */
  readonly cacheHits: number;
  readonly meanMs: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

interface DayUsage extends Usage {
  readonly day: string;
}

export interface OperationUsage extends Usage {
  readonly operation: string;
  /** Different sets of names in the query string. */
  readonly queries: number;
}

export interface CallerUsage extends Usage {
  readonly callerType: UsageCaller;
  readonly callerId: string;
  readonly name: string | null;
  /** Null outside of a guild. */
  readonly guildId: GuildId | null;
  readonly slug: string | null;
}

/** What to count: the last days, of one guild or of all, of keys or of all callers. */
export interface UsageQuery {
  readonly days: number;
  readonly guildId?: GuildId | undefined;
  readonly callerType?: UsageCaller | undefined;
}

export interface UsageReport {
  readonly total: Usage;
  readonly days: readonly DayUsage[];
  readonly operations: readonly OperationUsage[];
  readonly callers: readonly CallerUsage[];
}

const sum = (of: SQL | typeof apiUsage.requests) => asNumber(sql`coalesce(sum(${of}), 0)`);
const SUMS = {
  requests: sum(apiUsage.requests),
  failures: sum(sql`${apiUsage.failures}`),
  cacheHits: sum(sql`${apiUsage.cacheHits}`),
  totalMs: sum(sql`${apiUsage.totalMs}`),
  upTo5: sum(sql`${apiUsage.upTo5}`),
  upTo10: sum(sql`${apiUsage.upTo10}`),
  upTo25: sum(sql`${apiUsage.upTo25}`),
  upTo50: sum(sql`${apiUsage.upTo50}`),
  upTo100: sum(sql`${apiUsage.upTo100}`),
  upTo250: sum(sql`${apiUsage.upTo250}`),
  upTo1000: sum(sql`${apiUsage.upTo1000}`),
  slower: sum(sql`${apiUsage.slower}`),
};

interface Filter {
  readonly since: number;
  readonly until: number;
  readonly guildId: string;
  readonly callerType: string;
}

/** In one guild, the index of guilds finds the rows. Over all guilds, the index of hours does. */
const within = ({ since, until, guildId, callerType }: Values<Filter>, isOneGuild: boolean) =>
  and(
    isOneGuild ? eq(apiUsage.guildId, guildId as never) : sql`${guildId} = ''`,
    gte(apiUsage.hour, since),
    lte(apiUsage.hour, until),
    sql`(${callerType} = '' or ${apiUsage.callerType} = ${callerType})`,
  );

const queries = (isOneGuild: boolean) => ({
  days: prepare((values: Values<Filter>) =>
    build
      .select({ day: asNumber(sql`${apiUsage.hour} / 24`), ...SUMS })
      .from(apiUsage)
      .where(within(values, isOneGuild))
      .groupBy(sql`1`)
      .orderBy(sql`1`),
  ),
  operations: prepare((values: Values<Filter>) =>
    build
      .select({
        operation: apiUsage.operation,
        queries: asNumber(sql`count(distinct ${apiUsage.queryHash})`),
        ...SUMS,
      })
      .from(apiUsage)
      .where(within(values, isOneGuild))
      .groupBy(apiUsage.operation)
      .orderBy(desc(SUMS.requests), asc(apiUsage.operation))
      .limit(limits.usage.ranked),
  ),
  callers: prepare((values: Values<Filter>) =>
    build
      .select({
        callerType: apiUsage.callerType,
        callerId: apiUsage.callerId,
        keyName: apiKeys.name,
        userName: users.name,
        guildId: apiUsage.guildId,
        slug: guilds.slug,
        ...SUMS,
      })
      .from(apiUsage)
      .leftJoin(apiKeys, and(eq(apiUsage.callerType, "key"), eq(apiKeys.id, apiUsage.callerId)))
      .leftJoin(
        users,
        and(eq(apiUsage.callerType, "user"), sql`${users.id} = ${apiUsage.callerId}`),
      )
      .leftJoin(guilds, eq(guilds.id, apiUsage.guildId))
      .where(within(values, isOneGuild))
      .groupBy(apiUsage.callerType, apiUsage.callerId, apiUsage.guildId)
      .orderBy(desc(SUMS.requests), asc(apiUsage.callerId))
      .limit(limits.usage.ranked),
  ),
});
const OF_GUILD = queries(true);
const OF_ALL = queries(false);

/** Requests of the last days: together, by day, by operation and by caller. */
export async function usageReport(
  { db, now }: PlatformStore,
  { days, guildId, callerType }: UsageQuery,
): Promise<UsageReport> {
  const nowMs = now().getTime();
  const today = Math.floor(nowMs / DAY_MS);
  const filter = {
    since: (today - days + 1) * 24,
    until: Math.floor(nowMs / HOUR_MS),
    guildId: guildId ?? "",
    callerType: callerType ?? "",
  };
  const of = guildId === undefined ? OF_ALL : OF_GUILD;
  const [byDay, operations, callers] = await Promise.all([
    of.days.all(db, filter),
    of.operations.all(db, filter),
    of.callers.all(db, filter),
  ]);
  const found = new Map(byDay.map((one) => [one.day, one]));
  return {
    total: usageOf(byDay.reduce<Sums>((all, one) => added(all, one), NOTHING)),
    days: Array.from({ length: days }, (_, at) => today - days + 1 + at).map((day) => ({
      day: new Date(day * DAY_MS).toISOString().slice(0, 10),
      ...usageOf(found.get(day) ?? NOTHING),
    })),
    operations: operations.map((one) => ({
      operation: one.operation,
      queries: one.queries,
      ...usageOf(one),
    })),
    callers: callers.map((one) => ({
      callerType: one.callerType,
      callerId: one.callerId,
      name: one.keyName ?? one.userName,
      guildId: one.guildId || null,
      slug: one.slug,
      ...usageOf(one),
    })),
  };
}

type Sums = Buckets & Readonly<Record<"requests" | "failures" | "cacheHits" | "totalMs", number>>;
const NAMES = Object.keys(SUMS) as readonly (keyof Sums)[];
const NOTHING = Object.fromEntries(NAMES.map((name) => [name, 0])) as unknown as Sums;

function added(a: Sums, b: Sums): Sums {
  return Object.fromEntries(NAMES.map((name) => [name, a[name] + b[name]])) as unknown as Sums;
}

function usageOf(sums: Sums): Usage {
  const { requests, failures, cacheHits, totalMs } = sums;
  return {
    requests,
    failures,
    cacheHits,
    meanMs: requests === 0 ? 0 : Math.round(totalMs / requests),
    p50Ms: percentile(sums, 0.5),
    p95Ms: percentile(sums, 0.95),
  };
}
