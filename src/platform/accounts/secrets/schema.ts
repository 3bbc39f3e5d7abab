import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../../kernel/ids.ts";
import type { SecretKind } from "../../../kernel/secret-kinds.ts";

/** What opens other services in a person's own name. Only ever as an envelope; one of each kind. */
export const userSecrets = sqliteTable(
  "user_secrets",
  {
    userId: text("user_id").$type<UserId>().notNull(),
    kind: text().$type<SecretKind>().notNull(),
    /** New with every value, so that an envelope of before opens no more. */
    id: text().notNull(),
    account: text(),
    sealed: text().notNull(),
    keyId: text("key_id").notNull(),
    hint: text().notNull(),
    setAt: integer("set_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.kind] }), index("user_secrets_by_key").on(t.keyId)],
);
