import { and, type Column, eq, exists, type SQL, sql } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { guilds, plans } from "../schema.ts";

/** The feature of plans that have custom domains. */
export const CUSTOM_DOMAIN = "custom-domain";

/** Whether a plan's column of features names custom domains. */
export function hasDomains(features: Column): SQL {
  return sql`instr(${features}, ${sql.raw(`'"${CUSTOM_DOMAIN}"'`)}) > 0`;
}

/** Whether a guild's plan has custom domains, as a condition of a write. */
export function planHasDomains(guildId: GuildId): SQL {
  return exists(
    build
      .select({ one: sql`1` })
      .from(guilds)
      .innerJoin(plans, eq(plans.name, guilds.plan))
      .where(and(eq(guilds.id, guildId), hasDomains(plans.features))),
  );
}
