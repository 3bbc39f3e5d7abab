import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../../kernel/ids.ts";

/** Authenticator apps, one per account. The secret is stored only as an envelope. */
export const secondFactors = sqliteTable(
  "second_factors",
  {
    userId: text("user_id").$type<UserId>().primaryKey(),
    /** New for every secret, so that an earlier envelope no longer opens. */
    id: text().notNull(),
    sealed: text().notNull(),
    keyId: text("key_id").notNull(),
    /** The newest 30-second step whose code was accepted. Older and equal ones are refused. */
    lastStep: integer("last_step").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Null until a code has proved that the app works. Until then, sign-ins need no code. */
    confirmedAt: integer("confirmed_at"),
  },
  (t) => [index("second_factors_by_key").on(t.keyId)],
);

/** Unused recovery codes. A used one is deleted. */
export const recoveryCodes = sqliteTable(
  "recovery_codes",
  {
    userId: text("user_id").$type<UserId>().notNull(),
    codeHash: text("code_hash").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.codeHash] })],
);
