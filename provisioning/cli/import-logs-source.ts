import { Invalid } from "../../src/kernel/errors.ts";
import {
  type LegacyRow,
  legacyFlag,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../src/kernel/legacy-values.ts";
import {
  type Assignment,
  type LegacyLogs,
  type LogPlan,
  type MetricReason,
  metricReason,
} from "../../src/tenant/combat-logs/legacy/plan.ts";
import {
  characterFrom,
  fightFrom,
  fileFrom,
  guildFrom,
  LEGACY_LOG_COLUMNS,
  metricFrom,
  metricIds,
} from "../../src/tenant/combat-logs/legacy/rows.ts";
import type { LegacySource } from "./legacy/source.ts";

type Table = keyof typeof LEGACY_LOG_COLUMNS;

/** A key of the legacy system. Its hash is not read. */
export interface LegacyKey {
  readonly keyId: string;
  readonly clientId: string;
  readonly guild: number | null;
  readonly scopes: readonly string[];
  readonly eventsPerMinute: number | null;
  readonly maxConnections: number | null;
  readonly active: boolean;
  readonly imported: false;
}

/**
 * Reads everything except the figures.
 *
 * @throws {Invalid} `import/unknown-kind`, `import/unknown-version`
 */
export async function readLogs(source: LegacySource): Promise<LegacyLogs> {
  const version = await versionOf(source);
  const guilds = new Map<number, ReturnType<typeof guildFrom>>();
  const files = new Map<number, ReturnType<typeof fileFrom>>();
  const fights: ReturnType<typeof fightFrom>[] = [];
  const characters = new Map<number, ReturnType<typeof characterFrom>>();
  const assignments: Assignment[] = [];
  for await (const row of rowsIn(source, "guilds")) {
    const guild = guildFrom(row);
    guilds.set(guild.id, guild);
  }
  for await (const row of rowsIn(source, "log_files")) {
    const file = fileFrom(row);
    files.set(file.id, file);
  }
  for await (const row of rowsIn(source, "encounters")) fights.push(fightFrom(row));
  for await (const row of rowsIn(source, "characters")) {
    const character = characterFrom(row);
    if (character.guid !== "") characters.set(character.id, character);
  }
  for await (const row of rowsIn(source, "manual_guild_assignments")) {
    assignments.push({
      id: legacyWhole(row["id"]) ?? 0,
      encounterId: legacyWhole(row["encounter_id"]) ?? 0,
      targetGuildId: legacyWhole(row["target_guild_id"]) ?? 0,
    });
  }
  return {
    version,
    guilds: version === 1 ? new Map() : guilds,
    files,
    fights,
    characters,
    assignments,
  };
}

/** Rows of figures with the reason why some are not imported. */
export async function* metricsIn(
  source: LegacySource,
  plan: LogPlan,
  characters: LegacyLogs["characters"],
): AsyncGenerator<
  | { readonly id: number; readonly reason: MetricReason }
  | { readonly metric: NonNullable<ReturnType<typeof metricFrom>> }
> {
  for await (const row of rowsIn(source, "character_metrics")) {
    const ids = metricIds(row);
    const reason = metricReason(plan, characters, ids);
    const metric = reason === undefined ? metricFrom(row) : undefined;
    if (metric !== undefined) yield { metric };
    else yield { id: ids.id, reason: reason ?? "figure cannot be read" };
  }
}

/** How the transfers that the legacy system wrote down stand to the data. None of them moves anything. */
export async function transfersIn(source: LegacySource, logs: LegacyLogs) {
  const guildOf = new Map(logs.fights.map(({ id, guildId }) => [id, guildId]));
  const counts = { completed: 0, pending: 0, notInEffect: 0 };
  for await (const row of rowsIn(source, "log_transfers")) {
    const isDone = legacyTime(row["completed_at"]) !== undefined;
    const encounter = legacyWhole(row["encounter_id"]) ?? 0;
    if (!isDone) counts.pending++;
    else if (guildOf.get(encounter) === legacyWhole(row["target_guild_id"])) counts.completed++;
    else counts.notInEffect++;
  }
  return counts;
}

export async function keysIn(source: LegacySource): Promise<readonly LegacyKey[]> {
  const keys: LegacyKey[] = [];
  for await (const row of rowsIn(source, "api_keys")) {
    keys.push({
      keyId: legacyText(row["key_id"]),
      clientId: legacyText(row["client_id"]),
      guild: legacyWhole(row["guild_id"]) ?? null,
      scopes: scopesFrom(legacyText(row["permissions"])),
      eventsPerMinute: legacyWhole(row["events_per_minute"]) ?? null,
      maxConnections: legacyWhole(row["max_connections"]) ?? null,
      active: legacyFlag(row["active"]),
      imported: false,
    });
  }
  return keys;
}

function scopesFrom(text: string): readonly string[] {
  try {
    const scopes: unknown = JSON.parse(text);
    return Array.isArray(scopes) ? scopes.map(String) : [];
  } catch {
    return [];
  }
}

function rowsIn(source: LegacySource, table: Table): AsyncGenerator<LegacyRow> {
  return source.rows(table, LEGACY_LOG_COLUMNS[table]);
}

/** @throws {Invalid} `import/unknown-kind`, `import/unknown-version` */
async function versionOf(source: LegacySource): Promise<1 | 2> {
  let version: string | undefined;
  for await (const row of source.rows("metadata", ["key", "value"])) {
    if (legacyText(row["key"]) === "schema_version") version = legacyText(row["value"]);
  }
  for await (const row of source.rows("schema_version", ["version"])) {
    version ??= legacyText(row["version"]);
  }
  const isLogs = source.has("encounters") && source.has("characters");
  if (version === undefined || !isLogs) {
    throw new Invalid(
      "import/unknown-kind",
      "This is a database of another program: it has no encounters with a schema version.",
    );
  }
  if (version === "1") return 1;
  if (version === "2") return 2;
  throw new Invalid(
    "import/unknown-version",
    `Its schema version '${version.slice(0, 20)}' is not known. Known are 1 and 2.`,
  );
}
