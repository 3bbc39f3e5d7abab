import { AppError } from "../../../src/kernel/errors.ts";
import type { Jobs } from "../../../src/platform/jobs/jobs.ts";
import type { PlatformStore } from "../../../src/platform/store.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { decaysDue } from "../../../src/tenant/dkp/decay.ts";
import * as service from "../../../src/tenant/dkp/service.ts";
import type { Start } from "./model-calendar.ts";

/** The rules that the model knows. Amounts in minor units, percentages in tenths. */
export interface Rules {
  readonly hardCap: number | null;
  readonly weeklyCap: number | null;
  readonly week: Start | null;
  readonly decay: {
    readonly tenths: number;
    readonly above: number;
    readonly positivesOnly: boolean;
    readonly weekly: Start | null;
  } | null;
  /** When they were saved, and how often. */
  readonly at: number;
  readonly version: number;
}

/** A change of the rules. Amounts in whole points. */
export interface RulesStep {
  readonly verb: "rules";
  readonly hardCap: number | null;
  readonly weeklyCap: number | null;
  readonly week: Start | null;
  readonly decay: {
    readonly tenths: number;
    readonly above: number;
    readonly positivesOnly: boolean;
    readonly weekly: Start | null;
  } | null;
  /** True for a change that was made for an older version. */
  readonly isStale: boolean;
}

/** Nothing waits for the jobs of a model: it runs what is due itself. */
const NO_JOBS = {
  enqueue: async () => {},
  postpone: async () => {},
  cancel: async () => {},
} as unknown as Jobs;

/** A platform whose guilds have no members. */
export const NO_PLATFORM = {
  db: { client: { execute: async () => ({ rows: [] }) } },
} as unknown as PlatformStore;

export function rulesOf(step: RulesStep): Omit<Rules, "at" | "version"> {
  const minor = (points: number | null) => (points === null ? null : points * 100);
  return {
    hardCap: minor(step.hardCap),
    weeklyCap: minor(step.weeklyCap),
    week: step.week,
    decay: step.decay && { ...step.decay, above: step.decay.above * 100 },
  };
}

/** Sends a change of the rules of the default pool. */
export async function rulesChangeOf(ctx: GuildContext, step: RulesStep, version: number) {
  const [pool] = await service.pools(ctx);
  const { hardCap, weeklyCap, week, decay } = step;
  return await service.changeRules(ctx, NO_JOBS, pool!.id, {
    ...{ hardCap, weeklyCap, week, version: step.isStale ? version - 1 : version },
    decay: decay && { ...decay, percent: decay.tenths / 10 },
  });
}

/** What the job would run, and when it is due again. */
export async function decaysDueOf(ctx: GuildContext) {
  const [pool] = await service.pools(ctx);
  return await decaysDue(ctx, pool!.id);
}

/** The result of a verb, or the code of its refusal. */
export async function outcome<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

export function nowOf(ctx: GuildContext): number {
  return ctx.now().getTime();
}
