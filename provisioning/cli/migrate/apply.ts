import { processBackground } from "../../../src/kernel/background.ts";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import { processes } from "../../../src/node/processes.ts";
import { rolloutDeps } from "../../../src/node/rollout-services.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import { record } from "../../../src/platform/context.ts";
import { planRollout } from "../../rollouts/plan.ts";
import { type Rollout, Rollouts } from "../../rollouts/rollouts.ts";
import { runRollout } from "../../rollouts/run.ts";
import { viewRollout } from "../../rollouts/status.ts";
import { DEFAULT_WAVES } from "../../rollouts/waves.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output } from "../output.ts";
import type { ApplyOptions } from "./commands.ts";
import { planText, statusText } from "./look.ts";

export async function applyRollout(
  services: NodeServices,
  out: Output,
  options: ApplyOptions,
): Promise<number> {
  const waves = options.wave ?? DEFAULT_WAVES;
  const plan = await planRollout(services.platform, guildSchema, waves);
  if (options.dryRun || plan.behind === 0) {
    out.result(plan, () => planText(plan));
    return EXIT.done;
  }
  const rollouts = new Rollouts(services.platform, processes);
  const ctx = atThisMachine(services);
  const unfinished = await rollouts.newest();
  const isAllowed = unfinished?.options.allowDestructive || !options.allowDestructive;
  if (unfinished && isUnfinished(unfinished, plan.target.hash) && isAllowed) {
    const resumed = await rollouts.resume(unfinished, { retry: true }, (id) => [
      record(ctx, "rollout.retry", id),
    ]);
    return await runHere(services, out, resumed);
  }
  if (plan.isDestructive && !options.allowDestructive) {
    throw new Invalid(
      "rollout/destructive",
      "This schema deletes data. Check the plan, then confirm that data may be deleted.",
      { next: ["guildhall migrate plan", "guildhall migrate apply --allow-destructive"] },
    );
  }
  const { lanes, failuresMax, slownessMax, reason } = options;
  const [snapshots, allowDestructive] = [options.snapshots === true, plan.isDestructive];
  const rollout = await rollouts.begin(
    plan.target,
    {
      waves,
      options: { lanes, failuresMax, slownessMax, snapshots, allowDestructive },
      reason,
      startedBy: ctx.caller.name,
    },
    (id) => [record(ctx, "rollout.begin", id, { after: { reason, snapshots, allowDestructive } })],
  );
  return await runHere(services, out, rollout);
}

export async function resumeRollout(
  services: NodeServices,
  out: Output,
  options: { readonly retry: boolean },
): Promise<number> {
  const rollouts = new Rollouts(services.platform, processes);
  const ctx = atThisMachine(services);
  const action = options.retry ? "rollout.retry" : "rollout.resume";
  const rollout = await rollouts.resume(await newest(rollouts), options, (id) => [
    record(ctx, action, id),
  ]);
  return await runHere(services, out, rollout);
}

export async function pauseRollout(services: NodeServices, out: Output): Promise<number> {
  const rollouts = new Rollouts(services.platform, processes);
  const rollout = await newest(rollouts);
  const ctx = atThisMachine(services);
  await rollouts.pause(rollout, ctx.caller.name, (id) => [record(ctx, "rollout.pause", id)]);
  out.result(
    { paused: rollout.id },
    () => "Paused. Guilds under way are finished.\nTry:   guildhall migrate resume",
  );
  return EXIT.done;
}

/** The newest rollout's name and status, as part of a sentence. */
export async function newestNamed({ platform }: NodeServices): Promise<string> {
  const { id, status } = await newest(new Rollouts(platform, processes));
  return `rollout ${id}, which is ${status}`;
}

/** @throws {Conflict} `rollout/none` before the first rollout. */
export async function newest(rollouts: Rollouts): Promise<Rollout> {
  const rollout = await rollouts.newest();
  if (rollout) return rollout;
  throw new Conflict("rollout/none", "There is no rollout yet. Start one.", {
    next: ["guildhall migrate plan"],
  });
}

/** Runs a rollout in this process, with a progress bar. The first Ctrl-C stops it cleanly. */
async function runHere(services: NodeServices, out: Output, rollout: Rollout): Promise<number> {
  const rollouts = new Rollouts(services.platform, processes);
  const interrupt = new AbortController();
  const leave = processBackground.once(process, "SIGINT", () => interrupt.abort());
  const bar = out.progress();
  try {
    const counts = await rollouts.counts(rollout);
    bar.begin(
      counts.reduce((sum, { status, count }) => sum + (status === "pending" ? count : 0), 0),
    );
    const ended = await runRollout(
      rolloutDeps({ ...services, migrations: guildSchema }, rollouts),
      rollout,
      {
        signal: interrupt.signal,
        stoppedBy: atThisMachine(services).caller.name,
        onOutcome: ({ slug }, { status, durationMs }) =>
          bar.tick(status === "failed", { name: slug, ms: durationMs }),
      },
    );
    bar.end();
    const status = await viewRollout({ rollouts }, ended);
    out.result(status, () => statusText(status));
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (ended.status === "done") return EXIT.done;
    return status.waves.some(({ done }) => done > 0) ? EXIT.partial : EXIT.failed;
  } finally {
    leave();
  }
}

function isUnfinished({ status, targetHash }: Rollout, hash: string): boolean {
  return targetHash === hash && !["done", "superseded", "reverted"].includes(status);
}
