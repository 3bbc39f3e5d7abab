import { eq, notInArray, sql } from "drizzle-orm";
import { asNumber, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { isNewest, todayOf } from "../fleet/guild-figures.ts";
import { apiKeys, guildFigures, guilds, memberships, plans, rateSlots } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import type { Used } from "./plans.ts";
import { limitOfGuild } from "./queries.ts";

/** How much of its limits a guild uses. The size is that of its last count. */
export interface GuildShares {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly plan: string;
  readonly members: Used;
  readonly keys: Used;
  readonly databaseBytes: Used;
  /** Requests of the last minute, as far as processes have shared them. */
  readonly requests: Used;
  /** The largest share of a limit, 1 at the limit. */
  readonly share: number;
}

const SHARES = prepare(
  ({ nowMs, today }: Values<{ readonly nowMs: number; readonly today: number }>) =>
    build
      .select({
        ...columnsOf(guilds, "id", "slug", "name", "plan"),
        members: asNumber(
          sql`(select count(*) from ${memberships} as m where m.guild_id = ${guilds.id})`,
        ),
        membersMax: limitOfGuild("membersMax"),
        keys: asNumber(sql`(select count(*) from ${apiKeys} as k where k.guild_id = ${guilds.id}
          and k.revoked_at is null and k.successor_id is null
          and (k.expires_at is null or k.expires_at > ${nowMs}))`),
        keysMax: limitOfGuild("keysMax"),
        databaseBytes: guildFigures.databaseBytes,
        databaseBytesMax: limitOfGuild("databaseBytesMax"),
        requests: asNumber(sql`(select coalesce(sum(r.uses), 0) from ${rateSlots} as r
          where r.subject = 'requests:guild:' || ${guilds.id} and r.expires_at > ${nowMs})`),
        requestsMax: plans.requestsPerMinuteMax,
      })
      .from(guilds)
      .innerJoin(plans, eq(plans.name, guilds.plan))
      .leftJoin(guildFigures, isNewest(today))
      .where(notInArray(guilds.status, ["deleted", "deleting"])),
);

/** The guilds that are nearest to one of their limits, the nearest first. */
export async function guildsByShare(platform: PlatformStore): Promise<readonly GuildShares[]> {
  const nowMs = platform.now().getTime();
  const rows = await SHARES.all(platform.db, { nowMs, today: todayOf(platform) });
  return rows
    .map(({ id, slug, name, plan, ...row }) => {
      const used = {
        members: { used: row.members, limit: row.membersMax },
        keys: { used: row.keys, limit: row.keysMax },
        databaseBytes: { used: row.databaseBytes ?? 0, limit: row.databaseBytesMax },
        requests: { used: row.requests, limit: row.requestsMax },
      };
      return {
        id,
        slug,
        name,
        plan,
        ...used,
        share: Math.max(...Object.values(used).map(shareOf)),
      };
    })
    .toSorted((a, b) => b.share - a.share || (a.slug < b.slug ? -1 : 1))
    .slice(0, limits.usage.ranked);
}

function shareOf({ used, limit }: Used): number {
  return limit === null ? 0 : used / Math.max(1, limit);
}
