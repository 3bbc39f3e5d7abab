import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { Area } from "../../kernel/areas.ts";
import type { UserId } from "../../kernel/ids.ts";

/** Accounts that run the platform, and what each of them is trusted with. */
export const operators = sqliteTable("operators", {
  userId: text("user_id").$type<UserId>().primaryKey(),
  areas: text({ mode: "json" }).$type<readonly Area[]>().notNull(),
  addedBy: text("added_by").notNull(),
  addedAt: integer("added_at").notNull(),
});
