import { runOnFileAtRest } from "../../src/database/embedded-at-rest.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { type Migration, type MigrationReport, schemaOf } from "../migrations.ts";
import type { MigratedGuild } from "./guild.ts";

/**
 * Migrates a guild's file that nothing else has open, with one script. Undefined if that is not possible: the
 * file is open, the migrations need more checks, or the database is not as the platform knows it. Nothing was
 * changed then, and `migrateGuild` migrates it or says why not.
 */
export function migrateAtRest(
  { migrations, now }: { readonly migrations: readonly Migration[]; readonly now: Clock },
  guild: MigratedGuild,
): MigrationReport | undefined {
  const script = scriptAtRest(guild, migrations, now().getTime());
  if (script === undefined || !runOnFileAtRest(guild.location, script)) return undefined;
  const { schemaVersion: from } = guild;
  return { from, to: migrations.length, applied: migrations.slice(from).map(({ name }) => name) };
}

/**
 * The pending migrations of a guild as one script, for a database that nothing else has open. It changes
 * nothing and fails unless the database has the guild's stamp and exactly the history that the platform
 * knows. Undefined if nothing is pending, or if a migration needs more than a script: a check of all
 * references, or an operator's consent.
 */
function scriptAtRest(
  { id, generation, schemaVersion }: MigratedGuild,
  migrations: readonly Migration[],
  nowMs: number,
): string | undefined {
  const pending = migrations.slice(schemaVersion);
  const isPlain = pending.every((one) => one.keepsKeys && !one.isDestructive);
  if (pending.length === 0 || !isPlain) return undefined;
  const known = migrations.slice(0, schemaVersion);
  const history = known.map(({ name, hash }) => `${name} ${hash}`).join("\n");
  const { version, hash } = schemaOf(migrations);
  const isKnown = `(SELECT guild_id || ' ' || generation FROM _meta) = ${textOf(`${id} ${generation}`)}
    AND (SELECT group_concat(name || ' ' || hash, char(10))
      FROM (SELECT name, hash FROM _migrations ORDER BY position)) = ${textOf(history)}`;
  const steps = pending.flatMap((one, index) => {
    const name = textOf(one.name);
    // A name of null is refused, and with it the script.
    const written = index === 0 ? `CASE WHEN ${isKnown} THEN ${name} END` : name;
    const position = schemaVersion + index + 1;
    return [
      `${LEDGER_ROW} SELECT ${position}, ${written}, ${textOf(one.hash)}, ${nowMs}`,
      ...one.statements,
      `${DRIZZLE_ROW} VALUES (${textOf(one.hash)}, ${one.when})`,
    ];
  });
  const stamp = `${STAMP} schema_version = ${version}, schema_hash = ${textOf(hash)}`;
  return [...steps, stamp].map((sql) => sql.trim().replace(/;$/, "")).join(";\n");
}

const LEDGER_ROW = "INSERT INTO _migrations (position, name, hash, applied_at)";
const STAMP = "UPDATE _meta SET";
const DRIZZLE_ROW = "INSERT INTO __drizzle_migrations (hash, created_at)";

function textOf(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
