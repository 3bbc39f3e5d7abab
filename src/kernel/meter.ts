import type { GuildId } from "./ids.ts";
import type { RateCategory, RateSubject } from "./rates.ts";

/** One answered request. */
export interface MeteredRequest {
  /** The template of the path, such as `/g/:guild/roster`. Never the path itself. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly ms: number;
}

/** `retried`: the attempt failed, and another one follows. `failed`: the last attempt failed. */
export type MeteredOutcome = "done" | "failed" | "cancelled" | "retried";

/** Counts events for metrics. No method waits, throws or writes to a disk. */
export interface Meter {
  request(request: MeteredRequest): void;
  guildRequest(guildId: GuildId): void;
  rateLimited(category: RateCategory, subject: RateSubject): void;
  jobEnded(kind: string, outcome: MeteredOutcome): void;
  /** A step of creating or deleting a guild's database. */
  provisioningStep(step: string, outcome: "done" | "failed"): void;
}

/** Counts nothing. Used when metrics are off. */
export const noMeter: Meter = {
  request: () => {},
  guildRequest: () => {},
  rateLimited: () => {},
  jobEnded: () => {},
  provisioningStep: () => {},
};
