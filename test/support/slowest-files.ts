import type { Reporter, TestModule } from "vitest/node";

/** Prints the slowest files at the end of a run, with the seconds of their tests and of their set-up. */
export class SlowestFiles implements Reporter {
  readonly #count = Number(process.env["SLOWEST"] ?? 10);

  onTestRunEnd(modules: readonly TestModule[]): void {
    // Vitest already prints the time of each file in a run of few files.
    if (modules.length <= 10) return;
    const rows = modules.map((module) => {
      const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
      const rest = collectDuration + setupDuration + prepareDuration;
      return { module, ms: duration + rest, rest };
    });
    console.log(" The slowest files, in seconds, and how much of it before the first test:");
    for (const { module, ms, rest } of rows.sort((a, b) => b.ms - a.ms).slice(0, this.#count)) {
      const seconds = (ms / 1_000).toFixed(1).padStart(7);
      const before = (rest / 1_000).toFixed(1).padStart(6);
      console.log(`${seconds} ${before}  ${module.project.name} ${module.relativeModuleId}`);
    }
  }
}
