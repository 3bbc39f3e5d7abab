import { readFile, stat } from "node:fs/promises";
import { processBackground } from "../../../src/kernel/background.ts";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";
import { limits } from "../../../src/limits.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { DeclaredFile } from "../../../src/platform/declared/guild-file.ts";
import {
  basisOf,
  presentGuilds,
  type StoredGuild,
} from "../../../src/platform/declared/present.ts";
import { type Change, differences, filesOfDeleted } from "../../../src/platform/declared/rules.ts";
import { beginRun, endRun, type Run, renewRun } from "../../../src/platform/declared/runs.ts";
import { type Owners, ownersOf, refuseImpossible } from "../../../src/platform/declared/service.ts";
import { describeFailure } from "../failures.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output, plural } from "../output.ts";
import { changesText, filesHash, type Plan, parsePlan } from "./diff.ts";
import { applyGuild } from "./guild.ts";
import { validFiles } from "./validate.ts";

/** What is to be applied: files, and the plan if there is one. */
export interface Intent {
  readonly files: readonly DeclaredFile[];
  readonly plan: Plan | undefined;
  readonly hash: string;
}

/** A guild that could not be changed. */
export interface FailedGuild {
  readonly id: string;
  readonly slug: string;
  readonly code: string;
  readonly message: string;
}

export interface Applied {
  readonly changes: readonly Change[];
  readonly failed: readonly FailedGuild[];
  readonly isResumed: boolean;
}

/** Makes the platform as the files, or a plan, say. */
export async function apply(
  services: NodeServices,
  out: Output,
  from: string,
  isConfirmed: boolean,
): Promise<number> {
  const intent = await intentOf(from);
  if (!isConfirmed) {
    const changes =
      intent.plan?.changes ?? differences(intent.files, await presentGuilds(services.platform));
    const next = [`guildhall declared apply ${from} --yes`];
    const what = `${plural(changes.length, "difference")} would be applied.`;
    throw new Invalid("cli/not-confirmed", `${what} Nothing was changed.`, { next });
  }
  const applied = await applyIntent(services, intent);
  out.result(applied, () => appliedText(applied));
  return applied.failed.length === 0 ? EXIT.done : EXIT.partial;
}

/** Describes what `apply` would do. */
export async function describeApply(services: NodeServices, from: string): Promise<string> {
  const { files, plan } = await intentOf(from);
  const changes = plan?.changes ?? differences(files, await presentGuilds(services.platform));
  return `apply ${plural(changes.filter(isApplied).length, "difference")}:\n${changesText(changes)}`;
}

/**
 * Applies files under the lock of declared runs. `only` limits the changes, for repairs.
 * @throws {Conflict} `declared/running`, `declared/plan-stale`, `declared/deleted`, `declared/run-lost`
 * @throws {NotFound} `declared/no-account` @throws {Invalid} `declared/no-host`
 */
export async function applyIntent(
  services: NodeServices,
  intent: Intent,
  only: (change: Change) => boolean = () => true,
): Promise<Applied> {
  const ctx = atThisMachine(services);
  const run = await beginRun(services, intent.hash, ctx.caller.name);
  const renewal = processBackground.every("declared.renew", limits.declared.runLeaseMs / 3, () =>
    renewRun(services, run),
  );
  let end: "refused" | "failed" | "done" = "refused";
  try {
    const work = await preparedWork(services, intent, run, only);
    end = "failed";
    const failed = await applyAll(services, work);
    if (failed.length === 0) end = "done";
    return { changes: work.changes, failed, isResumed: run.isResumed };
  } finally {
    await renewal.stop();
    await endRun(services, run, intent.hash, end).catch((error: unknown) => {
      // Another process has taken the lock, which the failed work reports.
      if (!(error instanceof Conflict)) throw error;
    });
  }
}

interface Work {
  readonly run: Run;
  readonly owners: Owners;
  readonly files: readonly DeclaredFile[];
  readonly present: ReadonlyMap<string, StoredGuild>;
  readonly changes: readonly Change[];
}

/** Every check that can be made before the first change. */
async function preparedWork(
  services: NodeServices,
  { files, plan }: Intent,
  run: Run,
  only: (change: Change) => boolean,
): Promise<Work> {
  const present = await presentGuilds(services.platform);
  const changes = differences(files, present).filter(isApplied).filter(only);
  if (plan) refuseStale(plan, run, changes, basisOf(present));
  const [deleted] = filesOfDeleted(files, present);
  if (deleted) {
    throw new Conflict(
      "declared/deleted",
      `${deleted.file} declares a guild that is deleted. Undelete the guild, or remove the file.`,
      { next: [`guildhall guilds undelete ${deleted.document.slug}`] },
    );
  }
  const ctx = atThisMachine(services);
  const owners = await ownersOf(ctx, files);
  const changed = new Set(changes.map(({ id }) => id));
  const changing = files.filter(({ document }) => changed.has(document.id));
  await refuseImpossible(ctx, changing, owners);
  return { run, owners, files, present: new Map(present.map((one) => [one.id, one])), changes };
}

/** A resumed plan may be done in part. What is left must be a part of it. */
function refuseStale(plan: Plan, run: Run, changes: readonly Change[], basis: string): void {
  const key = ({ id, field, from, to }: Change) => JSON.stringify([id, field, from, to]);
  const planned = new Set(plan.changes.map(key));
  const isSame = run.isResumed
    ? changes.every((change) => planned.has(key(change)))
    : basis === plan.basis;
  if (isSame) return;
  throw new Conflict(
    "declared/plan-stale",
    "The platform has changed since this plan was made. Make a new plan, and look at it.",
    { next: ["guildhall declared plan <dir> --out plan.json"] },
  );
}

/** Applies guild by guild. A slug that another guild of the run gives up is tried again at the end. */
async function applyAll(services: NodeServices, work: Work): Promise<readonly FailedGuild[]> {
  const byGuild = Map.groupBy(work.changes, ({ id }) => id);
  const ctx = atThisMachine(services);
  const one = async (file: DeclaredFile) =>
    await applyGuild(services, { ctx, run: work.run, owners: work.owners }, file, {
      present: work.present.get(file.document.id as GuildId),
      changes: byGuild.get(file.document.id) ?? [],
    });
  const failed: FailedGuild[] = [];
  const later: DeclaredFile[] = [];
  for (const file of work.files) {
    try {
      await one(file);
    } catch (error) {
      refuseLost(error);
      if (error instanceof Conflict && error.code === "guild/slug-taken") later.push(file);
      else failed.push(failureOf(file, error));
    }
  }
  for (const file of later) {
    await one(file).catch((error: unknown) => {
      refuseLost(error);
      failed.push(failureOf(file, error));
    });
  }
  return failed;
}

/** After another process has taken the lock, nothing more may be changed. */
function refuseLost(error: unknown): void {
  if (error instanceof Conflict && error.code === "declared/run-lost") throw error;
}

function failureOf({ document: { id, slug } }: DeclaredFile, error: unknown): FailedGuild {
  const { code, message } = describeFailure(error);
  return { id, slug, code, message };
}

/** Guilds without a file are only reported. */
function isApplied({ action }: Change): boolean {
  return action !== "unmanaged";
}

/** A folder of files, or a plan. */
async function intentOf(from: string): Promise<Intent> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) {
    throw new Invalid("declared/no-folder", `There is no folder and no plan ${from}.`);
  }
  if (found.isDirectory()) {
    const files = await validFiles(from);
    return { files, plan: undefined, hash: filesHash(files) };
  }
  const plan = parsePlan(await readFile(from, "utf8"));
  return { files: plan.files, plan, hash: plan.hash };
}

function appliedText({ changes, failed, isResumed }: Applied): string {
  const lines = [changes.length === 0 ? "Nothing was to be done." : changesText(changes)];
  if (isResumed) lines.push("An earlier run of this was interrupted. This one has finished it.");
  for (const { slug, code, message } of failed) lines.push(`${slug} failed: ${code}: ${message}`);
  return lines.join("\n");
}
