import { count } from "drizzle-orm";
import { columnsOf } from "../../../src/database/query.ts";
import { Invalid } from "../../../src/kernel/errors.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";
import { limits } from "../../../src/limits.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import { guilds } from "../../../src/platform/schema.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { schemaOf, waitsForOperator } from "../../migrations.ts";
import { EXIT, type Output, plural, table } from "../output.ts";
import type { ListOptions } from "./list-command.ts";
import { bySlug, facts, faultsByGuild } from "./lookup.ts";

/** A guild's schema compared with this release's; null for guilds that rollouts skip. */
export type SchemaState = "current" | "behind" | "waits" | "ahead" | null;

const STATES = ["ready", "suspended", "creating", "failed", "deleted", "deleting"] as const;
const SCHEMA_STATES = ["behind", "waits"] as const;

type StateFacts = Pick<Guild, "status" | "schemaVersion" | "schemaHash">;

export function schemaState({ status, schemaVersion, schemaHash }: StateFacts): SchemaState {
  if (status !== "ready" && status !== "suspended") return null;
  if (schemaHash === schemaOf(guildSchema).hash) return "current";
  if (schemaVersion > guildSchema.length) return "ahead";
  return waitsForOperator(guildSchema, schemaVersion) ? "waits" : "behind";
}

export async function listGuilds(
  services: NodeServices,
  out: Output,
  options: ListOptions,
): Promise<number> {
  const { after, state } = options;
  if (state !== undefined) refuseUnknown(state);
  const from = after === undefined ? undefined : (await bySlug(services, after)).id;
  const limit = options.limit ?? (options.json ? Number.MAX_SAFE_INTEGER : limits.fleet.listed);
  const found = matching(services, { from, state, limit });
  const faults = await faultsByGuild(services);
  const troubleOf = ({ id }: Guild) => (faults.get(id) ?? []).map(({ code }) => code).join(" ");
  if (options.json) {
    await out.stream(found, (guild) => ({
      ...facts(guild),
      faults: faults.get(guild.id) ?? [],
      schemaState: schemaState(guild),
    }));
    return EXIT.done;
  }
  const shown: Guild[] = [];
  for await (const guild of found) shown.push(guild);
  const summary = await summaryOf(services, shown.length);
  const isCut = shown.length === limit;
  out.result(null, () =>
    [
      table(
        ["slug", "name", "status", "plan", "schema", "host", "trouble"],
        shown.map((g) => [
          ...[g.slug, g.name, g.status, g.plan.name, schemaText(g), g.host],
          troubleOf(g),
        ]),
      ),
      "",
      summary,
      ...(isCut ? [`Try:   ${nextPage(options, shown.at(-1)!.slug)}`] : []),
    ].join("\n"),
  );
  return EXIT.done;
}

async function* matching(
  services: NodeServices,
  { from, state, limit }: { from: GuildId | undefined; state: string | undefined; limit: number },
): AsyncIterable<Guild> {
  let left = limit;
  const status = STATES.find((one) => one === state);
  for await (const guild of services.platform.guilds({
    ...(from && { after: from }),
    ...(status && { status }),
  })) {
    const schema = schemaState(guild);
    if (state === "waits" && schema !== "waits") continue;
    if (state === "behind" && schema !== "behind" && schema !== "waits") continue;
    yield guild;
    if (--left === 0) return;
  }
}

/** A summary of all guilds, including those that are not shown. */
async function summaryOf({ platform }: NodeServices, shown: number): Promise<string> {
  const facts = columnsOf(guilds, "status", "schemaVersion", "schemaHash");
  const rows = await platform.db.orm
    .select({ ...facts, guilds: count() })
    .from(guilds)
    .groupBy(...Object.values(facts));
  const countOf = (which: (row: StateFacts) => boolean) =>
    rows.reduce((sum, row) => sum + (which(row) ? row.guilds : 0), 0);
  const byStatus = STATES.map(
    (status) => [countOf((row) => row.status === status), status] as const,
  )
    .filter(([guilds]) => guilds > 0)
    .map(([guilds, status]) => `${guilds} ${status}`);
  const all = countOf(() => true);
  const waits = countOf((row) => schemaState(row) === "waits");
  const behind = countOf((row) => schemaState(row) === "behind") + waits;
  return [
    `${shown} of ${plural(all, "guild")} shown${all > 0 ? `: ${byStatus.join(", ")} in all` : ""}.`,
    ...(behind > 0 ? [`Behind this release's schema: ${behind}.`] : []),
    ...(waits > 0 ? [`Waiting for an operator to run a migration: ${waits}.`] : []),
  ].join(" ");
}

function schemaText(guild: Guild): string {
  const state = schemaState(guild);
  const words = { behind: " (behind)", waits: " (waits for an operator)", ahead: " (newer)" };
  return `${guild.schemaVersion}${state === null || state === "current" ? "" : words[state]}`;
}

function nextPage({ state, limit }: ListOptions, after: string): string {
  const kept = [...(state ? [`--state ${state}`] : []), ...(limit ? [`--limit ${limit}`] : [])];
  return ["guildhall guilds list", ...kept, `--after ${after}`].join(" ");
}

/** @throws {Invalid} `cli/unknown-state` */
function refuseUnknown(state: string): void {
  const known: readonly string[] = [...STATES, ...SCHEMA_STATES];
  if (known.includes(state)) return;
  throw new Invalid(
    "cli/unknown-state",
    `There is no state ${state}. Choose from: ${known.join(", ")}.`,
    { next: ["guildhall guilds list --help"] },
  );
}
