import { userInfo } from "node:os";
import { processBackground } from "../../src/kernel/background.ts";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import { rolloutDeps } from "../../src/node/rolling.ts";
import { guildSchema, type NodeServices } from "../../src/node/services.ts";
import { planRollout } from "../rollouts/plan.ts";
import { type Rollout, Rollouts } from "../rollouts/rollouts.ts";
import { runRollout } from "../rollouts/run.ts";
import { viewRollout } from "../rollouts/status.ts";
import { DEFAULT_WAVES } from "../rollouts/waves.ts";
import type { ApplyOptions } from "./migrate.ts";
import { planText, statusText } from "./migrate-look.ts";
import { EXIT, type Output } from "./output.ts";

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
  const rollouts = new Rollouts(services.platform);
  const unfinished = await rollouts.newest();
  if (unfinished && isUnfinished(unfinished) && unfinished.targetHash === plan.target.hash) {
    return await goOn(services, out, await rollouts.resume(unfinished, { retry: true }));
  }
  if (plan.isDestructive && !options.allowDestructive) {
    throw new Invalid(
      "rollout/destructive",
      "This schema takes data away. Look at the plan; if that is meant, say so.",
      { next: ["guildhall migrate plan", "guildhall migrate apply --allow-destructive"] },
    );
  }
  const rollout = await rollouts.begin(plan.target, {
    waves,
    options: {
      lanes: options.lanes,
      failuresMax: options.failuresMax,
      slownessMax: options.slownessMax,
      snapshots: options.snapshots === true || plan.isDestructive,
      allowDestructive: options.allowDestructive === true,
    },
    reason: options.reason,
    startedBy: userInfo().username,
  });
  return await goOn(services, out, rollout);
}

export async function resumeRollout(
  services: NodeServices,
  out: Output,
  options: { readonly retry: boolean },
): Promise<number> {
  const rollouts = new Rollouts(services.platform);
  return await goOn(services, out, await rollouts.resume(await newest(rollouts), options));
}

export async function pauseRollout(services: NodeServices, out: Output): Promise<number> {
  const rollouts = new Rollouts(services.platform);
  const rollout = await newest(rollouts);
  await rollouts.pause(rollout);
  out.result({ paused: rollout.id }, () => "Paused.\nTry:   guildhall migrate resume");
  return EXIT.done;
}

/** How the newest rollout is called, and how far it is, for a sentence. */
export async function newestNamed({ platform }: NodeServices): Promise<string> {
  const { id, status } = await newest(new Rollouts(platform));
  return `rollout ${id}, which is ${status}`;
}

/** @throws {Conflict} `rollout/none` before the first rollout. */
export async function newest(rollouts: Rollouts): Promise<Rollout> {
  const rollout = await rollouts.newest();
  if (rollout) return rollout;
  throw new Conflict("rollout/none", "There was no rollout yet.", {
    next: ["guildhall migrate plan"],
  });
}

/** Runs a rollout in this process, with a bar; the first Ctrl-C stops it cleanly. */
async function goOn(services: NodeServices, out: Output, rollout: Rollout): Promise<number> {
  const rollouts = new Rollouts(services.platform);
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
        onOutcome: ({ slug }, { status, durationMs }) =>
          bar.tick(status === "failed", { name: slug, ms: durationMs }),
      },
    );
    bar.end();
    const status = await viewRollout({ rollouts, now: services.now }, ended);
    out.result(status, () => statusText(status));
    if (interrupt.signal.aborted) return EXIT.interrupted;
    if (ended.status === "done") return EXIT.done;
    return status.waves.some(({ done }) => done > 0) ? EXIT.partial : EXIT.failed;
  } finally {
    leave();
  }
}

function isUnfinished({ status }: Rollout): boolean {
  return status !== "done" && status !== "superseded" && status !== "reverted";
}
