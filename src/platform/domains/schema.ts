import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { GuildId } from "../../kernel/ids.ts";

/** `pending` until its DNS record proves it, then `active`. `lost` after the record disappeared. */
export type DomainStatus = "pending" | "active" | "lost";

/**
 * Claims of guilds to domains. Each guild has one at most. Any guild may claim a domain; only its DNS record
 * makes it active.
 */
export const guildDomains = sqliteTable(
  "guild_domains",
  {
    guildId: text("guild_id").$type<GuildId>().notNull(),
    /** In lower case, as ASCII, without a dot at its end. */
    domain: text().notNull(),
    status: text().$type<DomainStatus>().notNull(),
    /** The value of the TXT record. It is random for each guild and domain. */
    challenge: text().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When the record was last seen. Null before the first time. */
    provedAt: integer("proved_at"),
    checkedAt: integer("checked_at"),
    /** Since when every check has found no record. Null while the record exists. */
    missingSince: integer("missing_since"),
  },
  (t) => [
    primaryKey({ columns: [t.guildId, t.domain] }),
    uniqueIndex("guild_domains_one_per_guild").on(t.guildId),
    uniqueIndex("guild_domains_one_active").on(t.domain).where(sql`${t.status} = 'active'`),
    index("guild_domains_by_check").on(t.status, t.checkedAt),
  ],
);
