import { Counter, Histogram, type Registry } from "prom-client";
import type { GuildId } from "../../kernel/ids.ts";
import type { Meter, MeteredOutcome, MeteredRequest } from "../../kernel/meter.ts";
import type { RateCategory, RateSubject } from "../../kernel/rates.ts";
import { PROVISION_STEPS } from "../../platform/guilds/operations.ts";
import { MESSAGE_JOB } from "../../platform/messages/queue.ts";
import { TopGuilds } from "./top-guilds.ts";

/** Every other method is counted as `OTHER`, so that clients cannot add labels. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const STEPS = [...PROVISION_STEPS, "drained", "destroyed"] as const;

/** From an answer out of memory to one that people do not wait for. In seconds. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts events in the Prometheus counters of one registry. */
export class PrometheusMeter implements Meter {
  readonly topGuilds: TopGuilds;
  readonly #requests: Counter<"route" | "method" | "status">;
  readonly #latency: Histogram<"route" | "method">;
  readonly #rateLimited: Counter<"category" | "subject">;
  readonly #jobs: Counter<"kind" | "outcome">;
  readonly #deadLetters: Counter;
  readonly #steps: Counter<"step" | "outcome">;

  constructor(registry: Registry, topGuildsMax: number) {
    const registers = [registry];
    this.topGuilds = new TopGuilds(topGuildsMax);
    this.#requests = new Counter({
      name: "guildhall_http_requests_total",
      help: "Requests by the template of their route, method and class of status.",
      labelNames: ["route", "method", "status"],
      registers,
    });
    this.#latency = new Histogram({
      name: "guildhall_http_request_duration_seconds",
      help: "Time from a request's head until its answer begins.",
      labelNames: ["route", "method"],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.#rateLimited = new Counter({
      name: "guildhall_rate_limited_total",
      help: "Uses that a rate limit refused, by what was done and who is counted.",
      labelNames: ["category", "subject"],
      registers,
    });
    this.#jobs = new Counter({
      name: "guildhall_job_runs_total",
      help: "Attempts of jobs by kind and outcome. After `retried` comes another attempt.",
      labelNames: ["kind", "outcome"],
      registers,
    });
    this.#deadLetters = new Counter({
      name: "guildhall_outbox_dead_letters_total",
      help: "Emails that were given up.",
      registers,
    });
    this.#steps = new Counter({
      name: "guildhall_provisioning_steps_total",
      help: "Steps of making and removing guilds' databases, by outcome.",
      labelNames: ["step", "outcome"],
      registers,
    });
    // Starts each series at 0, so that alerting rules see the first failure as an increase.
    for (const step of STEPS) {
      for (const outcome of ["done", "failed"]) this.#steps.inc({ step, outcome }, 0);
    }
  }

  request({ route, method, status, ms }: MeteredRequest): void {
    const known = METHODS.has(method) ? method : "OTHER";
    this.#requests.inc({ route, method: known, status: `${Math.floor(status / 100)}xx` });
    this.#latency.observe({ route, method: known }, ms / 1_000);
  }

  guildRequest(guildId: GuildId): void {
    this.topGuilds.count(guildId);
  }

  rateLimited(category: RateCategory, subject: RateSubject): void {
    this.#rateLimited.inc({ category, subject });
  }

  jobEnded(kind: string, outcome: MeteredOutcome): void {
    this.#jobs.inc({ kind, outcome });
    if (kind === MESSAGE_JOB && outcome === "failed") this.#deadLetters.inc();
  }

  provisioningStep(step: string, outcome: "done" | "failed"): void {
    this.#steps.inc({ step, outcome });
  }
}
