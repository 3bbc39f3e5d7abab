import { Counter, Gauge, type Registry } from "prom-client";

/** Makes the gauges and counters of one registry. Adds the product's prefix to each name. */
export class Instruments {
  readonly #registers: Registry[];

  constructor(registry: Registry) {
    this.#registers = [registry];
  }

  gauge<L extends string = never>(name: string, help: string, ...labelNames: readonly L[]) {
    return new Gauge<L>({
      name: `guildhall_${name}`,
      help,
      labelNames,
      registers: this.#registers,
    });
  }

  /** A gauge that is read at each scrape. */
  reading(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `guildhall_${name}`,
      help,
      registers: this.#registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** A counter whose value is kept elsewhere and read at each scrape. */
  total(name: string, help: string, read: () => number): void {
    new Counter({
      name: `guildhall_${name}_total`,
      help,
      registers: this.#registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
