import { type SQL, sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import type { UserId } from "../../kernel/ids.ts";
import type { GuildContext } from "../../tenant/context.ts";
import { guilds, plans } from "../schema.ts";
import type { Guild, Plan, PlatformStore } from "../store.ts";
import { listPlans } from "./list.ts";
import { guildsReached, keysReached, membersReached, type Used } from "./plans.ts";
import { guildCount, keyCount, limitOfGuild, logBytes, memberCount, usage } from "./queries.ts";

/** The use of a guild's plan. */
export interface Usage {
  readonly plan: string;
  readonly members: Used;
  readonly guilds: Used;
  readonly keys: Used;
}

/** Finds a plan by its name. @throws Error if the plan was deleted while it was still needed. */
export async function planByName(platform: PlatformStore, name: string): Promise<Plan> {
  const plan = (await listPlans(platform)).find((one) => one.name === name);
  if (plan) return plan;
  throw new Error(`The plan "${name}" is missing from the table of plans.`);
}

export async function usageOf(platform: PlatformStore, guild: Guild): Promise<Usage> {
  const row = await usage.first(platform.db, {
    id: guild.id,
    ownerId: guild.ownerId,
    plan: guild.plan.name,
    nowMs: platform.now().getTime(),
  });
  return {
    plan: guild.plan.name,
    members: { used: row!.members, limit: guild.plan.membersMax },
    guilds: { used: row!.guilds, limit: guild.plan.guildsPerAccountMax },
    keys: { used: row!.keys, limit: guild.plan.keysMax },
  };
}

/** Guards the write that adds a guild: refuses more guilds of one owner than the plan allows. */
export function guildLimit(ownerId: UserId, plan: Plan): Guard {
  const most = sql`(select coalesce(${plans.guildsPerAccountMax}, 1e9) from ${plans}
    where ${plans.name} = ${plan.name})`;
  return guard(sql`${guildCount(ownerId, plan.name)} < ${most}`, () => guildsReached(plan));
}

/** Guards the write that adds a member: refuses more members than the plan allows. */
export function memberLimit(guild: Guild): Guard {
  const isBelow = sql`${memberCount(guild.id)} < ${limitOf(guild, "membersMax")}`;
  return guard(isBelow, () => membersReached(guild.plan));
}

/** Guards the write that adds a key: refuses more keys than the plan allows. */
export function keyLimit(guild: Guild, nowMs: number): Guard {
  const isBelow = sql`${keyCount(guild.id, nowMs)} < ${limitOf(guild, "keysMax")}`;
  return guard(isBelow, () => keysReached(guild.plan));
}

/** A limit of the plan that a guild has when the write runs. */
function limitOf(guild: Guild, limit: "membersMax" | "keysMax"): SQL {
  return sql`(select coalesce(${limitOfGuild(limit)}, 1e9) from ${guilds} join ${plans} on ${plans.name} = ${guilds.plan}
    where ${guilds.id} = ${guild.id})`;
}

/** The bytes of logs in the guild's own database, in the size that was uploaded, and the plan's limit. */
export async function logStorageOf({ db, guild }: GuildContext): Promise<Used> {
  const row = await logBytes.first(db);
  return { used: row!.bytes, limit: guild.plan.logBytesMax };
}
