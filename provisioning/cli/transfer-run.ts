import { Conflict } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { record } from "../../src/platform/context.ts";
import type { Guild } from "../../src/platform/store.ts";
import {
  addStagedFights,
  clearStaging,
  removeMovedFights,
  rowsOfFights,
  stageRows,
  type TransferPart,
  undoAddedFights,
} from "../../src/tenant/combat-logs/transfer-rows.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { fault } from "../fault.ts";
import { contextOf } from "./guild-context.ts";
import { atThisMachine } from "./operators.ts";
import { type Transfer, Transfers } from "./transfer-record.ts";

/** Nothing was written by the step that failed with one of these. */
const REFUSALS: ReadonlySet<string> = new Set(["transfer/rows-missing", "transfer/source-changed"]);

/**
 * Runs a transfer to its end from the step that is recorded. Every step can run twice. Up to the removal
 * from the source, a failure undoes the transfer.
 *
 * @throws the error because of which it was undone
 */
export async function runTransfer(services: NodeServices, begun: Transfer): Promise<Transfer> {
  const transfers = new Transfers(services);
  const [from, to] = [
    await guildOf(services, begun.fromGuild),
    await guildOf(services, begun.toGuild),
  ];
  using source = await contextOf(services, from);
  using target = await contextOf(services, to);
  const { id, fights, reverts } = begun;
  const part = { id, fights, reverts };
  const [out, into] = [
    { ...part, other: to.id },
    { ...part, other: from.id },
  ] as const;
  let transfer = begun;
  const next = async (
    state: Transfer["state"],
    alongside: Parameters<Transfers["advance"]>[2] = [],
  ) => {
    transfer = await transfers.advance(transfer, { state }, alongside);
    fault(`transfer.${state}`);
  };
  if (transfer.state === "copying") {
    await copyFights(source.ctx, target.ctx, into);
    await next("adding");
  }
  // Only a refusal undoes it. After any other failure, a later run continues with the same step.
  const step = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Conflict) || !REFUSALS.has(error.code)) throw error;
      transfer = await transfers.advance(transfer, { state: "undoing", error: error.code });
      fault("transfer.undoing");
      await undo(services, transfers, transfer, target.ctx, into);
      throw error;
    }
  };
  if (transfer.state === "adding") {
    await step(() => addStagedFights(target.ctx, into, rowsMissing));
    fault("transfer.added");
    await next("removing");
  }
  if (transfer.state === "removing") {
    await step(() => removeMovedFights(source.ctx, out, sourceChanged));
    fault("transfer.removed");
    const change = { guildId: from.id, after: { to: to.id } };
    await next("done", [
      ...(reverts === null ? [] : [transfers.revertedRow(reverts)]),
      record(atThisMachine(services), "guild.transfer-done", id, change),
    ]);
  }
  if (transfer.state !== "undoing") return transfer;
  return await undo(services, transfers, transfer, target.ctx, into);
}

async function undo(
  services: NodeServices,
  transfers: Transfers,
  transfer: Transfer,
  target: GuildContext,
  part: TransferPart,
): Promise<Transfer> {
  await undoAddedFights(target, part);
  fault("transfer.undone");
  const change = { guildId: transfer.fromGuild, after: { error: transfer.error } };
  return await transfers.advance(transfer, { state: "canceled" }, [
    record(atThisMachine(services), "guild.transfer-cancel", transfer.id, change),
  ]);
}

/** Copies the rows to the target, a few fights at a time. They count from the next step on. */
async function copyFights(
  source: GuildContext,
  target: GuildContext,
  part: TransferPart,
): Promise<void> {
  await clearStaging(target.db, part.id);
  const reports = new Map<string, string>();
  const copied = new Set<string>();
  let position = 0;
  const { copiedAtOnce } = limits.transfers;
  for (let at = 0; at < part.fights.length; at += copiedAtOnce) {
    const rows = await rowsOfFights(source.db, part.fights.slice(at, at + copiedAtOnce));
    const staged = rows
      .filter(({ kind, row, reportId }) => {
        // Fights share reports and keystones.
        const key = kind === "report" ? reportId : kind === "keystone" ? row : undefined;
        if (key === undefined) return true;
        if (copied.has(key)) return false;
        copied.add(key);
        return true;
      })
      .map((row) => {
        if (!reports.has(row.reportId)) reports.set(row.reportId, newId<string>());
        return { ...row, reportId: reports.get(row.reportId)!, position: position++ };
      });
    await stageRows(target.db, part.id, staged);
    fault("transfer.copied");
  }
}

async function guildOf(services: NodeServices, id: GuildId): Promise<Guild> {
  const guild = await services.platform.guild(id);
  if (guild) return guild;
  throw new Conflict("guild/status-changed", "One of the guilds of this transfer does not exist.");
}

function rowsMissing(): Conflict {
  return new Conflict("transfer/rows-missing", "Some of its rows were not copied. Repeat it.");
}

function sourceChanged(): Conflict {
  return new Conflict(
    "transfer/source-changed",
    "Some of these fights were removed or are being read again. Choose the fights again.",
  );
}
