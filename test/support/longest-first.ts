import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Suites that take minutes. If one starts last, all processors but one are idle. */
const LONG = [
  "browser-raid.test.ts",
  "provisioning/turso-faults.test.ts",
  "provisioning/backups-crash.test.ts",
  "provisioning/move.test.ts",
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
