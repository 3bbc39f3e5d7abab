import { collectDefaultMetrics, Registry } from "prom-client";
import { PrometheusMeter } from "./meter.ts";

/** The metrics of one server: what is counted as it happens, and where a scrape reads all of it. */
export class Metrics {
  readonly registry = new Registry();
  readonly meter: PrometheusMeter;

  constructor(topGuildsMax: number) {
    this.meter = new PrometheusMeter(this.registry, topGuildsMax);
    collectDefaultMetrics({ register: this.registry });
  }
}
