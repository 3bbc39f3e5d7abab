import { type Migration, parseMigrations, schemaOf } from "../../provisioning/migrations.ts";
import type { Client, OpenClient, Statement } from "../../src/database/client.ts";
import type { Guild } from "../../src/platform/store.ts";
import { guildSchema } from "./provisioning.ts";

/** The guild schema and `count` further migrations, each a table with one row in it. */
export function schemaWithSteps(count: number): readonly Migration[] {
  const steps = Array.from({ length: count }, (_, i) => {
    const n = i + 1;
    return {
      name: `${9000 + n}_step`,
      when: 9e12 + n,
      sql: `CREATE TABLE step_${n} (x)\n--> statement-breakpoint\nINSERT INTO step_${n} VALUES (${n})`,
    };
  });
  return [...guildSchema, ...parseMigrations(steps)];
}

/**
 * The faults of a guild whose database may be at any of these steps: its version, its
 * ledger, its schema's hash, its tables and their rows must all belong to the same step.
 */
export async function wrongIn(
  client: Client,
  guild: Guild,
  allowed: readonly number[],
): Promise<readonly string[]> {
  const plain = (sql: string): Statement => ({ sql, args: [] });
  const rowsOf = async (sql: string) => (await client.execute(plain(sql))).rows.flat();
  const wrong: string[] = [];
  const [version, hash, id] = await rowsOf(
    "SELECT schema_version, schema_hash, guild_id FROM _meta",
  );
  const steps = Number(version) - guildSchema.length;
  if (!allowed.includes(steps)) return [`version ${version}`];
  if (hash !== schemaOf(schemaWithSteps(steps)).hash) wrong.push("the hash of another schema");
  if (id !== guild.id) wrong.push("another guild's stamp");
  const [ledger] = await rowsOf("SELECT count(*) FROM _migrations");
  if (ledger !== version) wrong.push(`${ledger} migrations in the ledger`);
  const tables = await rowsOf("SELECT name FROM sqlite_schema WHERE name LIKE 'step_%'");
  if (tables.length !== steps) wrong.push(`${tables.length} tables`);
  if (tables.length > 0) {
    const counts = await rowsOf(
      tables.map((table) => `SELECT count(*) FROM ${table}`).join(" UNION ALL "),
    );
    for (const count of counts) if (count !== 1) wrong.push(`${count} rows in a table`);
  }
  if (guild.schemaVersion > Number(version)) wrong.push("the platform is ahead");
  const [integrity] = await rowsOf("PRAGMA integrity_check");
  if (integrity !== "ok") wrong.push(String(integrity));
  return wrong;
}

/**
 * Does what the real client must never do: the tables in one transaction, their record in another.
 * Some time passes between the two, so that a strike at a random moment hits there.
 */
export function splitting(open: OpenClient): OpenClient {
  return async (location) => {
    const client = await open(location);
    const migrate = client.migrate.bind(client);
    client.migrate = async (statements) => {
      const isRecord = ({ sql }: Statement) => /(INTO|UPDATE) (_meta|_migrations)/.test(sql);
      await migrate(statements.filter((one) => !isRecord(one)));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await migrate(statements.filter(isRecord));
    };
    return client;
  };
}

/** The guild schema with one more table, and one row in it that names no person. */
export const WITH_KEEPSAKES = [
  ...guildSchema,
  ...parseMigrations([
    {
      name: "9000_keepsakes",
      when: 9e12,
      sql: "CREATE TABLE keepsakes (x)\n--> statement-breakpoint\nINSERT INTO keepsakes VALUES ('kept')",
    },
  ]),
];

/** The same schema, two migrations further. The first of them drops that table. */
export const WITHOUT_KEEPSAKES = [
  ...WITH_KEEPSAKES,
  ...parseMigrations([
    { name: "9001_away", when: 9e12 + 1, sql: "DROP TABLE keepsakes" },
    { name: "9002_more", when: 9e12 + 2, sql: "CREATE TABLE more (x)" },
  ]),
];
