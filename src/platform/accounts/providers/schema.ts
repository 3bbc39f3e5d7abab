import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { UserId } from "../../../kernel/ids.ts";

export type ProviderId = "discord" | "battlenet";

/** External accounts that sign in to an account here. No token of the provider is stored. */
export const identities = sqliteTable(
  "identities",
  {
    provider: text().$type<ProviderId>().notNull(),
    /** The provider's id of the account. Names and addresses there may change. */
    subject: text().notNull(),
    userId: text("user_id").$type<UserId>().notNull(),
    name: text().notNull(),
    linkedAt: integer("linked_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.provider, t.subject] }),
    uniqueIndex("identities_one_of_a_provider").on(t.userId, t.provider),
  ],
);

/** Finished OAuth flows. Each can finish only once. */
export const usedRounds = sqliteTable(
  "used_rounds",
  {
    stateHash: text("state_hash").primaryKey(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("used_rounds_by_end").on(t.expiresAt)],
);
