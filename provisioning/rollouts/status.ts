import { MINUTE_MS } from "../../src/kernel/time.ts";
import type { Rollout, Rollouts } from "./rollouts.ts";

/** The progress of a rollout: its waves, its failures by cause, and the operator's next step. */
export interface RolloutView extends Omit<Rollout, "waves"> {
  /** True when its process has died or its lease has expired. */
  readonly isAbandoned: boolean;
  readonly waves: readonly {
    readonly name: string;
    readonly done: number;
    readonly failed: number;
    readonly pending: number;
    readonly reverted: number;
  }[];
  readonly failures: readonly {
    readonly cause: string;
    readonly count: number;
    readonly slugs: readonly string[];
  }[];
  /** The number of remaining guilds, and the speed of the running process; null before its first guild. */
  readonly remaining: number;
  readonly perMinute: number | null;
  readonly remainingMs: number | null;
  readonly next: readonly string[];
}

export async function viewRollout(
  { rollouts }: { readonly rollouts: Rollouts },
  rollout: Rollout,
): Promise<RolloutView> {
  const counts = await rollouts.counts(rollout);
  const of = (wave: number, status: string) =>
    counts.find((one) => one.wave === wave && one.status === status)?.count ?? 0;
  const isAbandoned = rollouts.isAbandoned(rollout);
  const remaining = counts.reduce(
    (sum, one) => sum + (one.status === "pending" ? one.count : 0),
    0,
  );
  const { guilds, tookMs } = await rollouts.pace(rollout);
  const perMs = guilds > 0 ? guilds / Math.max(1, tookMs) : null;
  return {
    ...rollout,
    isAbandoned,
    waves: rollout.waves.map((name, wave) => ({
      name,
      done: of(wave, "done"),
      failed: of(wave, "failed"),
      pending: of(wave, "pending"),
      reverted: of(wave, "reverted"),
    })),
    failures: (await rollouts.failures(rollout)).map(({ cause, count, slugs }) => ({
      cause,
      count,
      slugs: slugs.split(" "),
    })),
    remaining,
    perMinute: perMs && Math.round(perMs * MINUTE_MS),
    remainingMs: perMs && Math.round(remaining / perMs),
    next: nextOf(rollout, isAbandoned),
  };
}

function nextOf({ status }: Rollout, isAbandoned: boolean): readonly string[] {
  if (isAbandoned || status === "paused" || status === "stopped") {
    return ["guildhall migrate resume"];
  }
  if (status === "running") return ["guildhall migrate pause"];
  if (status === "halted" || status === "failed") {
    return [
      "guildhall migrate retry",
      "guildhall migrate apply",
      "guildhall migrate revert --dry-run",
    ];
  }
  return [];
}
