import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Suites that take minutes. If one starts last, all processors but one are idle. */
const LONG = [
  "provisioning/move.test.ts",
  "provisioning/rollouts/copies-crash.test.ts",
  "security/bounds.test.ts",
  "reliability/data-folder.test.ts",
  "provisioning/rollouts/resume-cli.test.ts",
  "provisioning/backups.test.ts",
  "provisioning/cli-shapes.test.ts",
  "browser.test.ts",
  "browser-raid.test.ts",
  "provisioning/turso-faults.test.ts",
  "provisioning/backups-crash.test.ts",
  "provisioning/move-turso.test.ts",
  "reliability/platform-witness.test.ts",
  "provisioning/turso.test.ts",
  "provisioning/cli.test.ts",
  "runtimes/runtimes.test.ts",
  "provisioning/crash.test.ts",
  "connections/rotation.test.ts",
];

/** Starts the longest suites first, and all others in vitest's order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONG.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index === -1 ? LONG.length : index;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
