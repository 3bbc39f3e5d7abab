import { and, asc, eq, gt, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import {
  asBoolean,
  columnsOf,
  existsIn,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { crestOf } from "../../kernel/crest.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limitOfGuild, PLAN_LIMITS } from "../plans/queries.ts";
import {
  type GuildStatus,
  guilds,
  invitations,
  memberships,
  plans,
  slugHistory,
} from "../schema.ts";
import type { Guild, Locate, Membership, Plan } from "../store.ts";
import { visitorAreasOf } from "./visitor-areas.ts";

const PLAN = { planName: plans.name, features: plans.features, ...PLAN_LIMITS };

const GUILD = {
  ...columnsOf(guilds, "id", "slug", "name", "realm", "region", "faction", "ownerId", "planSince"),
  ...columnsOf(guilds, "status", "statusReason", "host", "databaseName", "databaseUrl"),
  ...columnsOf(guilds, "generation", "schemaVersion", "schemaHash", "isPublic", "description"),
  ...columnsOf(guilds, "contact", "timeZone", "raidSchedule", "createdAt", "purgeAfter"),
  ...columnsOf(guilds, "isProtected", "ownLimits", "edition", "settings"),
  ...PLAN,
};

const others = alias(guilds, "others");
const otherMembers = alias(memberships, "other_members");

/** A member's rank: the place of the role in this text, which names the strongest role first. */
const rank = (role: typeof memberships.role | typeof otherMembers.role) =>
  sql`instr('owner admin officer raider viewer', ${role})`;

const MEMBERS_MAX = limitOfGuild("membersMax");

// The last ones to come are over a limit. Among members, the strongest roles count first. Without a limit
// nothing is counted, because those guilds are the large ones.
const GUILD_FOR_USER = {
  ...GUILD,
  isGuildOver:
    asBoolean(sql`case when ${plans.guildsPerAccountMax} is not null and not ${guilds.isDeclared} then
    ${plans.guildsPerAccountMax} <= (select count(*) from ${guilds} as ${others}
      where ${others.ownerId} = ${guilds.ownerId} and ${others.plan} = ${guilds.plan}
        and not ${others.isDeclared}
        and ${others.status} not in ('deleted', 'deleting')
        and (${others.planSince}, ${others.createdAt}, ${others.id})
          < (${guilds.planSince}, ${guilds.createdAt}, ${guilds.id})) end`),
  membershipId: memberships.id,
  ...columnsOf(memberships, "role", "overrides"),
  isMemberOver: asBoolean(sql`case when ${MEMBERS_MAX} is not null then
    ${MEMBERS_MAX} <= (select count(*) from ${memberships} as ${otherMembers}
      where ${otherMembers.guildId} = ${memberships.guildId}
        and (${rank(otherMembers.role)}, ${otherMembers.createdAt}, ${otherMembers.id})
          < (${rank(memberships.role)}, ${memberships.createdAt}, ${memberships.id})) end`),
};

interface ForUser {
  readonly reference: string;
  /** Empty for callers without an account. */
  readonly userId: string;
}

const guildForUser = ({ userId }: Values<ForUser>) =>
  build
    .select(GUILD_FOR_USER)
    .from(guilds)
    .innerJoin(plans, eq(plans.name, guilds.plan))
    .leftJoin(memberships, and(eq(memberships.guildId, guilds.id), eq(memberships.userId, userId)));

/** The guild of a slug with its plan, and a user's membership in it. */
export const guildBySlug = prepare((values: Values<ForUser>) =>
  guildForUser(values).where(eq(guilds.slug, values.reference)),
);

/** The guild of an id with its plan, and a user's membership in it. */
export const guildById = prepare((values: Values<ForUser>) =>
  guildForUser(values).where(eq(guilds.id, values.reference)),
);

/** Guilds in the order of their ids, after `after`. A `status` of null does not filter. */
export const guildsAfter = prepare(
  ({
    after,
    status,
    limit,
  }: Values<{ after: string; status: GuildStatus | null; limit: number }>) =>
    build
      .select(GUILD)
      .from(guilds)
      .innerJoin(plans, eq(plans.name, guilds.plan))
      .where(and(gt(guilds.id, after), sql`(${status} is null or ${guilds.status} = ${status})`))
      .orderBy(asc(guilds.id))
      .limit(limit),
);

/** The guild that a former slug still redirects to. */
export const guildOfFormerSlug = prepare(
  ({ slug, nowMs }: Values<{ slug: string; nowMs: number }>) =>
    build
      .select({ guildId: slugHistory.guildId })
      .from(slugHistory)
      .where(and(eq(slugHistory.slug, slug), gt(slugHistory.heldUntil, nowMs))),
);

/** Whether a guild has a second member, or has invited people. */
export const guildHasCompany = prepare(({ id }: Values<{ id: GuildId }>) =>
  rowsOf(
    {
      hasCompany: asBoolean(sql`${existsIn(invitations, eq(invitations.guildId, id))}
        or (select count(*) from ${memberships} where ${memberships.guildId} = ${id}) > 1`),
    },
    (columns) => sql`select ${columns}`,
  ),
);

type GuildRow = Awaited<ReturnType<typeof guildsAfter.all>>[number];
type GuildForUserRow = Awaited<ReturnType<typeof guildBySlug.all>>[number];

/** Makes a guild of its row. `isOverLimit` is false where the query does not compute it. */
export function toGuild(row: GuildRow & Partial<GuildForUserRow>, locate: Locate): Guild {
  const { databaseUrl, isGuildOver, host, databaseName } = row;
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    realm: row.realm,
    region: row.region,
    edition: row.edition,
    faction: row.faction,
    ownerId: row.ownerId,
    plan: toPlan(row),
    planSince: row.planSince,
    isOverLimit: isGuildOver ?? false,
    status: row.status,
    statusReason: row.statusReason,
    host,
    databaseName,
    location: locate({ host, databaseName, storedUrl: databaseUrl }),
    generation: row.generation,
    schemaVersion: row.schemaVersion,
    schemaHash: row.schemaHash,
    visitorAreas: visitorAreasOf(row),
    description: row.description,
    contact: row.contact,
    timeZone: row.timeZone,
    raidSchedule: row.raidSchedule,
    crest: row.settings.crest ?? crestOf(row.id),
    createdAt: row.createdAt,
    purgeAfter: row.purgeAfter,
    isProtected: row.isProtected,
  };
}

function toPlan(row: GuildRow): Plan {
  return {
    name: row.planName,
    guildsPerAccountMax: row.guildsPerAccountMax,
    membersMax: row.membersMax,
    retentionDays: row.retentionDays,
    keysMax: row.keysMax,
    eventsPerMinuteMax: row.eventsPerMinuteMax,
    connectionsMax: row.connectionsMax,
    logBytesMax: row.logBytesMax,
    databaseBytesMax: row.databaseBytesMax,
    requestsPerMinuteMax: row.requestsPerMinuteMax,
    ...row.ownLimits,
    features: row.features,
  };
}

/** The membership of a row, or undefined for a user who is not a member. */
export function toMembership(row: GuildForUserRow): Membership | undefined {
  const { membershipId, role, overrides, isMemberOver } = row;
  if (membershipId === null || role === null) return undefined;
  return { id: membershipId, role, overrides: overrides ?? {}, isOverLimit: isMemberOver };
}
