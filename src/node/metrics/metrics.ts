import { collectDefaultMetrics, Registry } from "prom-client";
import { PrometheusMeter } from "./meter.ts";

/** The metrics of one server: counters of events, and the registry that a scrape reads. */
export class Metrics {
  readonly registry = new Registry();
  readonly meter: PrometheusMeter;

  constructor(topGuildsMax: number) {
    this.meter = new PrometheusMeter(this.registry, topGuildsMax);
    collectDefaultMetrics({ register: this.registry });
  }
}
