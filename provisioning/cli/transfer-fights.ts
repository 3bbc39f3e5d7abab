import { Conflict, Invalid, NotFound } from "../../src/kernel/errors.ts";
import { legacyTime } from "../../src/kernel/legacy-values.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { record } from "../../src/platform/context.ts";
import type { Guild } from "../../src/platform/store.ts";
import {
  countFights,
  type FightFilter,
  type MovableFight,
  movableFights,
  twinsIn,
} from "../../src/tenant/combat-logs/transfer-rows.ts";
import { contextOf } from "./guild-context.ts";
import { bySlug } from "./guilds/lookup.ts";
import { atThisMachine } from "./operators.ts";
import { EXIT, type Output, plural, table } from "./output.ts";
import type { TransferOptions } from "./transfer.ts";
import { type Transfer, Transfers } from "./transfer-record.ts";
import { runTransfer } from "./transfer-run.ts";

/** The migration that made the tables of transfers. */
const TABLES_SINCE = 10;

/** Moves fights to another guild, or says which would be moved. */
export async function transferEncounters(
  services: NodeServices,
  out: Output,
  options: TransferOptions,
): Promise<number> {
  const filter = filterOf(options);
  const [from, to] = [await bySlug(services, options.from), await bySlug(services, options.to)];
  if (from.id === to.id) throw new Invalid("cli/misused", "--from and --to name the same guild.");
  await finishInterrupted(services, [from, to]);
  const { fights, twins } = await preview(services, from, to, filter);
  const isDry = options.dryRun === true || options.yes !== true;
  const ids = fights.map(({ id }) => id);
  let transfer: Transfer | undefined;
  if (!isDry) {
    transfer = await begin(services, { from, to, fights: ids, reverts: null });
    transfer = await runTransfer(services, transfer);
  }
  const document = {
    dryRun: isDry,
    transferId: transfer?.id ?? null,
    state: transfer?.state ?? null,
    ...{ from: from.slug, to: to.slug },
    encounters: fights.length,
    metrics: fights.reduce((sum, { players }) => sum + players, 0),
    damage: fights.reduce((sum, { damage }) => sum + damage, 0),
    fights: fights.map(({ id, name, difficulty, startAt }) => ({ id, name, difficulty, startAt })),
    twins,
  };
  out.result(document, () => textOf(document));
  return EXIT.done;
}

/** Takes a finished transfer back. */
export async function revertTransfer(
  services: NodeServices,
  out: Output,
  id: string,
  options: { readonly dryRun?: boolean; readonly yes?: boolean },
): Promise<number> {
  const transfers = new Transfers(services);
  let found = await transfers.read(id);
  const [to, from] = [
    await services.platform.guild(found.fromGuild),
    await services.platform.guild(found.toGuild),
  ];
  if (!from || !to) throw new Conflict("guild/status-changed", "One of its guilds does not exist.");
  await finishInterrupted(services, [from, to]);
  found = await transfers.read(id);
  const isDry = options.dryRun === true || options.yes !== true;
  const document = { reverts: id, dryRun: isDry, encounters: found.fights.length };
  if (found.state === "reverted") {
    out.result(
      { ...document, encounters: 0, state: found.state, transferId: null },
      () => `Transfer ${id} was taken back before. Nothing was changed.`,
    );
    return EXIT.done;
  }
  if (found.state !== "done") {
    throw new Conflict(
      "transfer/not-done",
      `This transfer is ${found.state}. Nothing to take back.`,
    );
  }
  const { fights } = await preview(services, from, to, { ids: found.fights });
  let transfer: Transfer | undefined;
  if (!isDry) {
    const ids = fights.map((fight) => fight.id);
    transfer = await begin(services, { from, to, fights: ids, reverts: id });
    transfer = await runTransfer(services, transfer);
  }
  const state = transfer?.state ?? null;
  out.result({ ...document, state, transferId: transfer?.id ?? null }, () =>
    isDry
      ? `${plural(fights.length, "fight")} would return to ${to.name}. Repeat the command with --yes.`
      : `${plural(fights.length, "fight")} returned to ${to.name}.`,
  );
  return EXIT.done;
}

/** Says which transfers `transfer resume` would finish. */
export async function resumptionOf(services: NodeServices): Promise<string> {
  const found = await new Transfers(services).underWay();
  if (found.length === 0) return "finish no transfer, because none was interrupted";
  return `finish ${plural(found.length, "transfer")}: ${found.map(({ id }) => id).join(", ")}`;
}

/** Continues every transfer whose process has ended. */
export async function resumeTransfers(services: NodeServices, out: Output): Promise<number> {
  const transfers = new Transfers(services);
  const finished: { id: string; state: string }[] = [];
  for (const one of await transfers.underWay()) {
    const { id, state } = await runTransfer(services, await transfers.takeOver(one));
    finished.push({ id, state });
  }
  out.result({ finished }, () =>
    [
      `${plural(finished.length, "transfer")} finished.`,
      ...finished.map((one) => `${one.id} ${one.state}`),
    ].join("\n"),
  );
  return EXIT.done;
}

function textOf(found: {
  readonly dryRun: boolean;
  readonly to: string;
  readonly transferId: string | null;
  readonly fights: readonly {
    readonly name: string;
    readonly difficulty: number;
    readonly startAt: number;
  }[];
  readonly metrics: number;
  readonly twins: readonly unknown[];
}): string {
  const rows = found.fights.map((fight) => [
    new Date(fight.startAt).toISOString().slice(0, 19).replace("T", " "),
    fight.name,
    String(fight.difficulty),
  ]);
  const what = `${plural(rows.length, "fight")} with ${plural(found.metrics, "player figure")}`;
  return [
    ...(rows.length === 0 ? [] : [table(["start (UTC)", "boss", "difficulty"], rows)]),
    ...(found.twins.length === 0
      ? []
      : [
          `${found.to} has ${plural(found.twins.length, "fight")} of the same pulls. They count once.`,
        ]),
    found.dryRun
      ? `${what} would move to ${found.to}. Repeat the command with --yes.`
      : `${what} moved to ${found.to}.\nTry:   guildhall transfer revert ${found.transferId}`,
  ].join("\n");
}

async function begin(
  services: NodeServices,
  input: { from: Guild; to: Guild; fights: readonly string[]; reverts: string | null },
): Promise<Transfer> {
  const { from, to, fights, reverts } = input;
  if (fights.length === 0)
    throw new Conflict("transfer/nothing", "No fight fits. Nothing was moved.");
  const ctx = atThisMachine(services);
  const { name: startedBy } = ctx.caller;
  const after = { from: from.id, to: to.id, fights: fights.length, reverts };
  return await new Transfers(services).begin(
    { fromGuild: from.id, toGuild: to.id, fights, reverts, startedBy },
    [record(ctx, "guild.transfer", from.id, { guildId: from.id, after })],
  );
}

/** The fights that would be moved, and fights of the target that are the same pulls. */
async function preview(services: NodeServices, from: Guild, to: Guild, filter: FightFilter) {
  for (const guild of [from, to]) {
    if (guild.schemaVersion > TABLES_SINCE) continue;
    throw new Conflict("guild/schema-behind", `Migrate ${guild.slug} first.`, {
      next: ["guildhall migrate apply"],
    });
  }
  using source = await contextOf(services, from);
  using target = await contextOf(services, to);
  const { fightsMax } = limits.transfers;
  const fights: readonly MovableFight[] = await movableFights(source.ctx.db, filter, fightsMax + 1);
  if (fights.length > fightsMax) {
    throw new Invalid("transfer/too-many", `Move at most ${fightsMax} fights at once.`, {
      fightsMax,
    });
  }
  if (filter.ids) refuseMissing(filter.ids, fights);
  const ids = fights.map(({ id }) => id);
  if ((await countFights(target.ctx.db, ids)) > 0) {
    throw new Conflict(
      "transfer/already-there",
      `${to.name} has fights with these ids already, as a copy of a guild does.`,
    );
  }
  return { fights, twins: await twinsIn(target.ctx.db, fights) };
}

/** Finishes interrupted transfers of these guilds, before anything new begins. */
async function finishInterrupted(services: NodeServices, guilds: readonly Guild[]): Promise<void> {
  const transfers = new Transfers(services);
  const ids = new Set(guilds.map(({ id }) => id));
  for (const one of await transfers.underWay()) {
    if (!ids.has(one.fromGuild) && !ids.has(one.toGuild)) continue;
    await runTransfer(services, await transfers.takeOver(one));
  }
}

function filterOf({ ids, since, until, boss }: TransferOptions): FightFilter {
  if (ids === undefined && since === undefined && until === undefined && boss === undefined) {
    throw new Invalid("cli/misused", "Say which fights: --ids, --since, --until or --boss.");
  }
  const list = ids
    ?.split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  return {
    ...(list && { ids: [...new Set(list)] }),
    ...(since !== undefined && { since: instant("--since", since) }),
    ...(until !== undefined && { until: instant("--until", until) }),
    ...(boss !== undefined && { boss }),
  };
}

function instant(option: string, text: string): number {
  const at = legacyTime(text);
  if (at !== undefined) return at;
  throw new Invalid(
    "cli/misused",
    `${option} wants a day or an instant, such as 2025-03-01T20:00:00Z.`,
  );
}

/** @throws {NotFound} `transfer/fights-not-found` */
function refuseMissing(wanted: readonly string[], found: readonly MovableFight[]): void {
  const known = new Set(found.map(({ id }) => id));
  const missing = wanted.filter((id) => !known.has(id));
  if (missing.length === 0) return;
  throw new NotFound(
    "transfer/fights-not-found",
    `The guild has no such fights: ${missing.slice(0, 5).join(", ")}. Fights of a log that is being ` +
      "read cannot be moved yet.",
  );
}
