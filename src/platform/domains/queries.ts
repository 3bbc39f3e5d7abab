import { and, asc, eq, lte, ne, notInArray, sql } from "drizzle-orm";
import { asBoolean, columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { hasDomains } from "../rights/plan-features.ts";
import { guildDomains, guilds, plans } from "../schema.ts";

const CLAIM = columnsOf(
  guildDomains,
  "guildId",
  "domain",
  "status",
  "challenge",
  "createdAt",
  "provedAt",
  "checkedAt",
  "missingSince",
);

/** A claim and what an email about it says. */
const TOLD_CLAIM = { ...CLAIM, guildName: guilds.name, ...columnsOf(guilds, "slug", "ownerId") };

export type ClaimRow = Readonly<Awaited<ReturnType<typeof claimOfGuild.all>>[number]>;
export type ToldClaim = Readonly<Awaited<ReturnType<typeof dueClaims.all>>[number]>;

const isThere = notInArray(guilds.status, ["deleted", "deleting"]);

export const claimOfGuild = prepare(({ guildId }: Values<{ readonly guildId: GuildId }>) =>
  build.select(CLAIM).from(guildDomains).where(eq(guildDomains.guildId, guildId)),
);

/** The claim of another guild that is active for a domain. */
export const activeClaim = prepare(
  ({ domain, butFor }: Values<{ readonly domain: string; readonly butFor: GuildId }>) =>
    build
      .select({ ...TOLD_CLAIM, isThere: asBoolean(sql`${isThere}`) })
      .from(guildDomains)
      .innerJoin(guilds, eq(guilds.id, guildDomains.guildId))
      .where(
        and(
          eq(guildDomains.domain, domain),
          // The index of active claims applies only to this literal.
          sql`${guildDomains.status} = 'active'`,
          ne(guildDomains.guildId, butFor),
        ),
      ),
);

/** The guild of a domain that is served: active, in the guild's plan, and the guild not deleted. */
export const servedDomain = prepare(({ domain }: Values<{ readonly domain: string }>) =>
  build
    .select({ guildId: guildDomains.guildId, guildStatus: guilds.status })
    .from(guildDomains)
    .innerJoin(guilds, eq(guilds.id, guildDomains.guildId))
    .innerJoin(plans, eq(plans.name, guilds.plan))
    .where(
      and(
        eq(guildDomains.domain, domain),
        sql`${guildDomains.status} = 'active'`,
        isThere,
        hasDomains(plans.features),
      ),
    ),
);

/** Active claims that were last checked before a time, the longest ago first. */
export const dueClaims = prepare(
  ({ before, limit }: Values<{ readonly before: number; readonly limit: number }>) =>
    build
      .select(TOLD_CLAIM)
      .from(guildDomains)
      .innerJoin(guilds, eq(guilds.id, guildDomains.guildId))
      .where(
        and(sql`${guildDomains.status} = 'active'`, lte(guildDomains.checkedAt, before), isThere),
      )
      .orderBy(asc(guildDomains.checkedAt))
      .limit(limit),
);
