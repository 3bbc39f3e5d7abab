import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { UserId } from "../../kernel/ids.ts";
import type { SecretKind } from "../../kernel/secret-kinds.ts";

/** Secrets for other services. Always sealed; one per kind. */
export const secrets = sqliteTable(
  "secrets",
  {
    kind: text().$type<SecretKind>().primaryKey(),
    /** New with every value, so that an older envelope no longer opens. */
    id: text().notNull(),
    account: text(),
    sealed: text().notNull(),
    keyId: text("key_id").notNull(),
    hint: text().notNull(),
    setAt: integer("set_at").notNull(),
    setBy: text("set_by").$type<UserId>().notNull(),
    setByName: text("set_by_name").notNull(),
  },
  (t) => [index("secrets_by_key").on(t.keyId)],
);
