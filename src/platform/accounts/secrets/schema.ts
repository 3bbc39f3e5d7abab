import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../../kernel/ids.ts";
import type { SecretKind } from "../../../kernel/secret-kinds.ts";

/** A person's own secrets for other services, stored only as envelopes. One of each kind. */
export const userSecrets = sqliteTable(
  "user_secrets",
  {
    userId: text("user_id").$type<UserId>().notNull(),
    kind: text().$type<SecretKind>().notNull(),
    /** New for every value, so that an earlier envelope no longer opens. */
    id: text().notNull(),
    account: text(),
    sealed: text().notNull(),
    keyId: text("key_id").notNull(),
    hint: text().notNull(),
    setAt: integer("set_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.kind] }), index("user_secrets_by_key").on(t.keyId)],
);
