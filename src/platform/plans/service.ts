import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import type { UserId } from "../../kernel/ids.ts";
import type { Guild, Plan, PlatformStore } from "../store.ts";
import { guildsReached, membersReached, type Used } from "./plans.ts";

/** How much of a guild's plan is used. */
export interface Usage {
  readonly plan: string;
  readonly members: Used;
  readonly guilds: Used;
}

export async function listPlans(platform: PlatformStore): Promise<readonly Plan[]> {
  const rows = await platform.db.all<Omit<Plan, "features"> & { features: string }>(
    `SELECT name, guilds_per_account_max AS guildsPerAccountMax, members_max AS membersMax,
       retention_days AS retentionDays, features FROM plans ORDER BY position`,
  );
  return rows.map((row) => ({ ...row, features: JSON.parse(row.features) }));
}

/** A plan by its name. @throws Error when it was taken away though guilds still need it. */
export async function planByName(platform: PlatformStore, name: string): Promise<Plan> {
  const plan = (await listPlans(platform)).find((one) => one.name === name);
  if (plan) return plan;
  throw new Error(`The plan "${name}" is missing from the table of plans.`);
}

export async function usageOf(platform: PlatformStore, guild: Guild): Promise<Usage> {
  const row = await platform.db.first<{ members: number; guilds: number }>(
    `SELECT (SELECT count(*) FROM memberships WHERE guild_id = ?1) AS members,
       (SELECT count(*) FROM guilds WHERE owner_id = ?2 AND plan = ?3 AND status NOT IN ('deleted', 'deleting'))
         AS guilds`,
    guild.id,
    guild.ownerId,
    guild.plan.name,
  );
  return {
    plan: guild.plan.name,
    members: { used: row!.members, limit: guild.plan.membersMax },
    guilds: { used: row!.guilds, limit: guild.plan.guildsPerAccountMax },
  };
}

/** Holds the plan's number of guilds per owner, inside the write that would add one. */
export function guildLimit(ownerId: UserId, plan: Plan): Guard {
  // A guild that failed keeps its name and can be tried again, so it counts.
  return guard(
    sql`(select count(*) from guilds where owner_id = ${ownerId} and plan = ${plan.name}
          and status not in ('deleted', 'deleting'))
        < (select coalesce(guilds_per_account_max, 1e9) from plans where name = ${plan.name})`,
    () => guildsReached(plan),
  );
}

/** Holds the plan's number of members, inside the write that would add one. */
export function memberLimit(guild: Guild): Guard {
  return guard(
    sql`(select count(*) from memberships where guild_id = ${guild.id})
        < (select coalesce(p.members_max, 1e9) from guilds g join plans p on p.name = g.plan
           where g.id = ${guild.id})`,
    () => membersReached(guild.plan),
  );
}
