import type { GuildId } from "./ids.ts";
import type { RateCategory, RateSubject } from "./rates.ts";

/** One request that was answered. */
export interface MeteredRequest {
  /** The template of its path, such as `/g/:guild/roster`: never the path itself. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly ms: number;
}

/** `retried`: the attempt failed, and another one follows. `failed`: no other one follows. */
export type MeteredOutcome = "done" | "failed" | "cancelled" | "retried";

/** Counts what happens, for metrics. No method waits, throws or stores anything on a disk. */
export interface Meter {
  request(request: MeteredRequest): void;
  guildRequest(guildId: GuildId): void;
  rateLimited(category: RateCategory, subject: RateSubject): void;
  jobEnded(kind: string, outcome: MeteredOutcome): void;
  /** A step of making or removing a guild's database. */
  provisioningStep(step: string, outcome: "done" | "failed"): void;
}

/** Counts nothing: metrics are off. */
export const noMeter: Meter = {
  request: () => {},
  guildRequest: () => {},
  rateLimited: () => {},
  jobEnded: () => {},
  provisioningStep: () => {},
};
