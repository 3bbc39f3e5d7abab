import { eq } from "drizzle-orm";
import { build } from "../../../src/database/statements.ts";
import { write } from "../../../src/database/write.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { record } from "../../../src/platform/context.ts";
import type { DeclaredFile } from "../../../src/platform/declared/guild-file.ts";
import type { StoredGuild } from "../../../src/platform/declared/present.ts";
import { runningOperation } from "../../../src/platform/declared/queries.ts";
import type { Change } from "../../../src/platform/declared/rules.ts";
import {
  changeDeclared,
  type DeclaredRun,
  foundDeclared,
} from "../../../src/platform/declared/service.ts";
import { operations } from "../../../src/platform/schema.ts";
import { fault } from "../../fault.ts";
import { moveGuild } from "../../moves/move.ts";
import { Moves } from "../../moves/record.ts";
import { purgeMoved } from "../../moves/sweep.ts";

/** One guild of a run: its present state, undefined for a new one, and what is to change. */
export interface GuildWork {
  readonly present: StoredGuild | undefined;
  readonly changes: readonly Change[];
}

/** Applies the file of one guild: founds it, sets its fields, moves it. Each step can be repeated. */
export async function applyGuild(
  services: NodeServices,
  run: DeclaredRun,
  file: DeclaredFile,
  { present, changes }: GuildWork,
): Promise<void> {
  const id = file.document.id as GuildId;
  if (present === undefined) {
    if (changes.length === 0) return;
    await foundDeclared(run, file);
    fault("declared.recorded");
    await services.provisioner.provision(id);
    fault("declared.founded");
    return;
  }
  const moves = changes.filter(({ action }) => action === "move");
  const rest = changes.filter(({ action }) => action !== "move");
  if (rest.length > 0 || !isSameFile(file, present)) {
    await changeDeclared(run, file, present, rest);
    fault("declared.changed");
  }
  if (present.status === "creating") await finishFounding(services, id);
  if (present.status === "failed") await services.provisioner.retry(id);
  for (const { to } of moves) await moveDeclared(services, run, id, String(to));
}

function isSameFile(file: DeclaredFile, { applied }: StoredGuild): boolean {
  return (
    applied?.file === file.file &&
    JSON.stringify(applied.document) === JSON.stringify(file.document)
  );
}

/** Continues a founding that a crash interrupted, without waiting for its lease on the same machine. */
async function finishFounding(services: NodeServices, id: GuildId): Promise<void> {
  const { db } = services.platform;
  const held = await runningOperation.first(db, { id });
  if (held && services.isRunnerGone?.(held.runner)) {
    await write(db, [
      build.update(operations).set({ leaseUntil: 0 }).where(eq(operations.id, held.id)),
    ]);
  }
  await services.provisioner.provision(id);
}

/**
 * Moves a guild's database while it is served. The database of an earlier move is superseded, so it is
 * removed first: a host keeps one database of a guild.
 */
async function moveDeclared(
  services: NodeServices,
  { ctx }: DeclaredRun,
  id: GuildId,
  to: string,
): Promise<void> {
  const guild = await services.platform.guild(id);
  if (!guild) return;
  const earlier = await new Moves(services.platform).find(id);
  if (earlier?.status === "moved") {
    const row = record(ctx, "guild.purge-moved", id, { guildId: id });
    await purgeMoved(services, guild, [row], { ofProtected: true });
  }
  const change = { guildId: id, before: { host: guild.host }, after: { host: to } };
  await moveGuild(services, guild, to, [record(ctx, "guild.move", id, change)]);
  fault("declared.moved");
}
