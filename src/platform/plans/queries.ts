import {
  and,
  asc,
  count,
  eq,
  gt,
  isNull,
  lte,
  notInArray,
  or,
  type Placeholder,
  type SQL,
  sql,
} from "drizzle-orm";
import {
  asNumber,
  columnsOf,
  existsIn,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId, UserId } from "../../kernel/ids.ts";
import { logReports } from "../../tenant/combat-logs/schema.ts";
import type { OwnLimits } from "../schema.ts";
import { apiKeys, guilds, memberships, plans, subscriptions } from "../schema.ts";
import type { SubscriptionSource } from "./schema.ts";

/** The limits of a plan. A limit of null means that there is none. */
export const PLAN_LIMITS = columnsOf(
  plans,
  "guildsPerAccountMax",
  "membersMax",
  "retentionDays",
  "keysMax",
  "eventsPerMinuteMax",
  "connectionsMax",
  "logBytesMax",
  "databaseBytesMax",
  "requestsPerMinuteMax",
);

/** Every plan, the smallest first. */
export const allPlans = prepare(() =>
  build
    .select({ ...columnsOf(plans, "name", "features"), ...PLAN_LIMITS })
    .from(plans)
    .orderBy(asc(plans.position)),
);

// A guild whose creation failed keeps its slug and can be tried again, so it counts.
const countsForPlan = notInArray(guilds.status, ["deleted", "deleting"]);

/** How many guilds are on each plan that has any. */
export const guildsByPlan = prepare(() =>
  build
    .select({ plan: guilds.plan, guilds: count() })
    .from(guilds)
    .where(countsForPlan)
    .groupBy(guilds.plan),
);

type OwnLimit = keyof OwnLimits;
const OWN_LIMITS: Readonly<
  Record<
    OwnLimit,
    | typeof plans.membersMax
    | typeof plans.keysMax
    | typeof plans.logBytesMax
    | typeof plans.databaseBytesMax
  >
> = {
  membersMax: plans.membersMax,
  keysMax: plans.keysMax,
  logBytesMax: plans.logBytesMax,
  databaseBytesMax: plans.databaseBytesMax,
};

/** A limit of a guild with its plan: its own one, or else the plan's. Null means that there is none. */
export function limitOfGuild(name: OwnLimit): SQL<number | null> {
  return sql<
    number | null
  >`coalesce(${guilds.ownLimits} ->> ${sql.raw(`'$.${name}'`)}, ${OWN_LIMITS[name]})`;
}

/** How many members a guild has, as an expression. */
export function memberCount(guildId: SqlValueOf<GuildId>): SQL {
  return sql`(select count(*) from ${memberships} where ${memberships.guildId} = ${guildId})`;
}

/** How many guilds an account owns on a plan, as an expression. Declared guilds do not count. */
export function guildCount(ownerId: SqlValueOf<UserId>, plan: SqlValueOf<string>): SQL {
  return sql`(select count(*) from ${guilds}
    where ${guilds.ownerId} = ${ownerId} and ${guilds.plan} = ${plan} and not ${guilds.isDeclared}
      and ${countsForPlan})`;
}

/** How many keys of a guild count for its plan, as an expression. */
export function keyCount(guildId: SqlValueOf<GuildId>, nowMs: SqlValueOf<number>): SQL {
  return sql`(select count(*) from ${apiKeys} where ${apiKeys.guildId} = ${guildId}
    and ${apiKeys.revokedAt} is null and ${apiKeys.successorId} is null
    and (${apiKeys.expiresAt} is null or ${apiKeys.expiresAt} > ${nowMs}))`;
}

/** A value, or the placeholder of one. */
type SqlValueOf<T> = T | Placeholder<string, T>;

interface UsageValues {
  readonly id: GuildId;
  readonly ownerId: UserId;
  readonly plan: string;
  readonly nowMs: number;
}

export const usage = prepare(({ id, ownerId, plan, nowMs }: Values<UsageValues>) =>
  rowsOf(
    {
      members: asNumber(memberCount(id)),
      guilds: asNumber(guildCount(ownerId, plan)),
      keys: asNumber(keyCount(id, nowMs)),
    },
    (columns) => sql`select ${columns}`,
  ),
);

/** The bytes of all logs in a guild's database, in the size that was uploaded. */
export const logBytes = prepare(() =>
  build
    .select({ bytes: asNumber(sql`coalesce(sum(${logReports.sizeBytes}), 0)`) })
    .from(logReports),
);

/** What gave a guild its plan, or still gives it. */
export const subscriptionsOfGuild = prepare(({ id }: Values<{ id: GuildId }>) =>
  build
    .select(columnsOf(subscriptions, "source", "plan", "status", "until", "reason", "customer"))
    .from(subscriptions)
    .where(eq(subscriptions.guildId, id))
    .orderBy(asc(subscriptions.source)),
);

/** Active subscriptions whose time is over. */
export const pastSubscriptions = prepare(
  ({ nowMs, limit }: Values<{ nowMs: number; limit: number }>) =>
    build
      .select(columnsOf(subscriptions, "guildId", "plan", "source"))
      .from(subscriptions)
      .where(and(eq(subscriptions.status, "active"), lte(subscriptions.until, nowMs)))
      .limit(limit),
);

/** A condition: a guild has an active subscription of this source. With `untilMs`, its time must be over. */
export function hasActive(id: GuildId, source: SubscriptionSource, untilMs?: number): SQL {
  return existsIn(
    subscriptions,
    and(
      eq(subscriptions.guildId, id),
      eq(subscriptions.source, source),
      eq(subscriptions.status, "active"),
      untilMs === undefined ? undefined : lte(subscriptions.until, untilMs),
    ),
  );
}

/** The largest plan that a guild's subscriptions give it now, as an expression. Null without any. */
export function largestPlan(id: GuildId, nowMs: number): SQL {
  const isActive = and(
    eq(subscriptions.guildId, id),
    eq(subscriptions.status, "active"),
    or(isNull(subscriptions.until), gt(subscriptions.until, nowMs)),
  );
  return sql`(select ${plans.name} from ${subscriptions}
    join ${plans} on ${plans.name} = ${subscriptions.plan}
    where ${isActive} order by ${plans.position} desc limit 1)`;
}
