import { Invalid } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { Guild } from "../../src/platform/store.ts";
import {
  HOLDING_GUILD,
  type LeftBehind,
  type LegacyLogs,
  type LogPlan,
  ONLY_GUILD,
  planLogs,
} from "../../src/tenant/combat-logs/legacy/plan.ts";
import { contextOf } from "./guild-context.ts";
import { bySlug } from "./guilds/lookup.ts";
import type { ImportLogsOptions } from "./import.ts";
import { type Counts, GuildImport } from "./import-logs-guild.ts";
import { keysIn, metricsIn, readLogs, transfersIn } from "./import-logs-source.ts";
import { batchOf } from "./legacy/batch.ts";
import { LegacySource } from "./legacy/source.ts";
import { EXIT, type Output, plural, table } from "./output.ts";

/** Imports the database of a combat-log system, or says what it would import. */
export async function importLogs(
  services: NodeServices,
  out: Output,
  file: string,
  options: ImportLogsOptions,
): Promise<number> {
  await using source = await LegacySource.open(file);
  const logs = await readLogs(source);
  const targets = await targetsOf(services, logs, options);
  const plan = planLogs(logs);
  const batch = await batchOf(file);
  const left = new Left();
  left.add(...plan.assignments);
  using leases = new DisposableStack();
  const imports = new Map<number, GuildImport>();
  for (const [guildId, guild] of targets) {
    const { ctx } = leases.use(await contextOf(services, guild));
    imports.set(guildId, new GuildImport(ctx, batch, guildId));
  }
  placeAll(logs, plan, imports, left);
  await countMetrics(source, logs, plan, imports, left);
  placeCharacters(logs, imports, left);
  for (const one of imports.values()) await one.compare();
  const isDry = options.dryRun === true || options.yes !== true;
  const guilds = [...imports.values()].map((one) => one.result());
  if (!isDry) await commit(source, logs, plan, imports);
  const document = {
    dryRun: isDry,
    schemaVersion: String(logs.version),
    guilds,
    unassigned: left.listed,
    unassignedMore: left.more,
    notImported: left.counts,
    guildsToCreate: [...logs.guilds.values()].filter(
      ({ id }) => id !== HOLDING_GUILD && !targets.has(id),
    ),
    transfers: await transfersIn(source, logs),
    apiKeys: await keysIn(source),
  };
  out.result(document, () => textOf(document));
  return left.isIncomplete ? EXIT.partial : EXIT.done;
}

type Document = {
  readonly dryRun: boolean;
  readonly guilds: readonly ReturnType<GuildImport["result"]>[];
  readonly unassigned: readonly LeftBehind[];
  readonly unassignedMore: number;
  readonly notImported: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly guildsToCreate: readonly { readonly id: number; readonly name: string }[];
};

function textOf(found: Document): string {
  const kinds = ["encounters", "characters", "metrics", "logFiles"] as const;
  const cell = (counts: Counts, known: Counts, kind: (typeof kinds)[number]) =>
    known[kind] === 0 ? String(counts[kind]) : `${counts[kind]} (${known[kind]} known)`;
  const reasons = Object.entries(found.notImported).flatMap(([kind, whys]) =>
    Object.entries(whys).map(
      ([why, count]) => `Not imported: ${plural(count, kind.replace(/s$/, ""))}: ${why}`,
    ),
  );
  return [
    table(
      ["guild", ...kinds],
      found.guilds.map((one) => [
        one.slug,
        ...kinds.map((kind) => cell(one, one.alreadyKnown, kind)),
      ]),
    ),
    ...reasons,
    ...found.guildsToCreate.map(
      ({ id, name }) =>
        `No guild for ${id} (${name}): found one, and name it with --map ${id}=slug`,
    ),
    found.dryRun ? "Nothing was changed. Repeat the command with --yes to import." : "Imported.",
  ].join("\n");
}

/** The guilds that receive rows, by their number in the file. */
async function targetsOf(
  services: NodeServices,
  logs: LegacyLogs,
  { guild, map, unassigned }: ImportLogsOptions,
): Promise<ReadonlyMap<number, Guild>> {
  const targets = new Map<number, Guild>();
  if (logs.version === 1) {
    if (guild === undefined || map !== undefined) {
      throw new Invalid("cli/misused", "This database has no guilds. Name one guild with --guild.");
    }
    targets.set(ONLY_GUILD, await bySlug(services, guild));
    return targets;
  }
  if (guild !== undefined || map === undefined) {
    const names = [...logs.guilds.values()].map(({ id, name }) => `${id} ${name}`).join(", ");
    throw new Invalid(
      "cli/misused",
      `This database has several guilds (${names}). Say where each goes with --map 2=slug,3=slug.`,
    );
  }
  for (const pair of map.split(",")) {
    const found = /^\s*(\d{1,15})\s*=\s*([a-z0-9-]+)\s*$/.exec(pair);
    if (found === null)
      throw new Invalid("cli/misused", `--map wants pairs such as 2=iron-vow, not ${pair}.`);
    const id = Number(found[1]);
    if (!logs.guilds.has(id)) throw new Invalid("cli/misused", `The file has no guild ${id}.`);
    if (targets.has(id)) throw new Invalid("cli/misused", `--map names guild ${id} twice.`);
    targets.set(id, await bySlug(services, found[2]!));
  }
  if (unassigned !== undefined && unassigned !== "skip") {
    if (targets.has(HOLDING_GUILD)) {
      throw new Invalid("cli/misused", `--map and --unassigned both name guild ${HOLDING_GUILD}.`);
    }
    targets.set(HOLDING_GUILD, await bySlug(services, unassigned));
  }
  return targets;
}

function placeAll(
  logs: LegacyLogs,
  plan: LogPlan,
  imports: ReadonlyMap<number, GuildImport>,
  left: Left,
): void {
  for (const fight of logs.fights) {
    const place = plan.places.get(fight.id)!;
    if ("reason" in place) {
      left.add({ table: "encounters", id: fight.id, why: place.why });
      left.count("encounters", place.reason);
      if (place.reason.startsWith("guild_id")) left.isIncomplete = true;
      continue;
    }
    const target = imports.get(place.guildId);
    if (target !== undefined) target.place({ ...fight, startAt: fight.startAt! });
    else {
      left.add({ table: "encounters", id: fight.id, why: whyNoTarget(logs, place.guildId) });
      left.count("encounters", "no guild was named for them");
      left.isIncomplete = true;
    }
  }
  for (const file of logs.files.values()) {
    const guildId = logs.version === 1 ? ONLY_GUILD : file.guildId;
    const target = guildId === null ? undefined : imports.get(guildId);
    if (target !== undefined) target.ownFile(file);
    else left.add({ table: "log_files", id: file.id, why: whyNoTarget(logs, guildId) });
  }
  for (const one of imports.values()) one.otherFiles(logs.files);
}

async function countMetrics(
  source: LegacySource,
  logs: LegacyLogs,
  plan: LogPlan,
  imports: ReadonlyMap<number, GuildImport>,
  left: Left,
): Promise<void> {
  for await (const found of metricsIn(source, plan, logs.characters)) {
    if ("reason" in found) {
      left.count("metrics", found.reason);
      // Figures of a fight that stays behind go with it, so only the others are listed.
      if (/missing|figure|twice/.test(found.reason)) {
        left.add({ table: "character_metrics", id: found.id, why: found.reason });
      }
      continue;
    }
    const { metric } = found;
    const place = plan.places.get(metric.encounterId!);
    const target = place && "guildId" in place ? imports.get(place.guildId) : undefined;
    if (target === undefined) left.count("metrics", "no guild was named for their encounter");
    else if (!target.tally(metric)) {
      left.count("metrics", "character counted twice in an encounter");
      left.add({
        table: "character_metrics",
        id: metric.id,
        why: "counted twice in its encounter",
      });
    }
  }
}

function placeCharacters(
  logs: LegacyLogs,
  imports: ReadonlyMap<number, GuildImport>,
  left: Left,
): void {
  for (const character of logs.characters.values()) {
    const guildId = logs.version === 1 ? ONLY_GUILD : character.guildId;
    let isPlaced = false;
    for (const [id, target] of imports) {
      if (id !== guildId && !target.hasFigures(character.id)) continue;
      target.addCharacter(character);
      isPlaced = true;
    }
    if (isPlaced) continue;
    left.add({ table: "characters", id: character.id, why: whyNoTarget(logs, guildId) });
    left.isIncomplete = true;
  }
}

async function commit(
  source: LegacySource,
  logs: LegacyLogs,
  plan: LogPlan,
  imports: ReadonlyMap<number, GuildImport>,
): Promise<void> {
  for (const one of imports.values()) await one.storeFights();
  for await (const found of metricsIn(source, plan, logs.characters)) {
    if ("reason" in found) continue;
    const place = plan.places.get(found.metric.encounterId!);
    const target = place && "guildId" in place ? imports.get(place.guildId) : undefined;
    await target?.storeMetric(found.metric, logs.characters.get(found.metric.characterId!)!);
  }
  for (const one of imports.values()) await one.finish();
}

function whyNoTarget({ guilds }: LegacyLogs, guildId: number | null): string {
  if (guildId === null) return "guild_id is NULL";
  if (!guilds.has(guildId)) return `there is no guild ${guildId}`;
  if (guildId === HOLDING_GUILD) return "lies in the default guild; name one with --unassigned";
  return `no guild was named for guild ${guildId}`;
}

/** What stays behind: counted, and listed up to a limit. */
class Left {
  readonly listed: LeftBehind[] = [];
  readonly counts: Record<string, Record<string, number>> = {};
  more = 0;
  /** Some rows have no guild, so that the import is complete only in part. */
  isIncomplete = false;

  add(...rows: readonly LeftBehind[]): void {
    for (const row of rows) {
      if (this.listed.length < limits.legacy.listedMax) this.listed.push(row);
      else this.more++;
    }
  }

  count(kind: string, why: string): void {
    this.counts[kind] ??= {};
    this.counts[kind][why] = (this.counts[kind][why] ?? 0) + 1;
  }
}
