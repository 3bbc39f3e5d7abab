import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { platformMigrations } from "../../platform-migrations/index.ts";
import { parseMigrations } from "../../provisioning/migrations.ts";
import { tenantMigrations } from "../../tenant-migrations/index.ts";

type Name = string;

/** References that are only followed from the row that has them. */
const NOT_SEARCHED: Readonly<Record<"platform" | "tenant", readonly Name[]>> = {
  platform: [],
  // Pools are archived, never deleted. Their auctions are searched by state and time.
  tenant: ["accounts.pool_id", "auctions.pool_id", "loot_councils.loot_id"],
};

async function unindexed(kind: "platform" | "tenant"): Promise<readonly Name[]> {
  const db = createClient({ url: ":memory:" });
  const migrations = kind === "platform" ? platformMigrations : tenantMigrations;
  for (const { statements } of parseMigrations(migrations)) {
    for (const sql of statements) await db.execute(sql);
  }
  // A partial index counts where it leaves out nothing but rows without a reference.
  const { rows } = await db.execute(`
    SELECT t.name || '.' || f."from" AS reference FROM sqlite_master t, pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND f.seq = 0
      AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name = f."from" AND c.pk = 1)
      AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
        WHERE c.seqno = 0 AND c.name = f."from" AND (i.partial = 0
          OR (SELECT sql FROM sqlite_master WHERE name = i.name) LIKE '%' || c.name || '" IS NOT NULL'))
    ORDER BY reference`);
  db.close();
  return rows.map(({ reference }) => String(reference));
}

test("every reference to another row can be searched by an index, in the platform and in guilds", async () => {
  expect(await unindexed("platform")).toEqual(NOT_SEARCHED.platform);
  expect(await unindexed("tenant")).toEqual(NOT_SEARCHED.tenant);
});
