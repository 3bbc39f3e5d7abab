/** Whether tests with many random cases, and tests of torture, run all of them. */
export const IS_FULL = process.env["GUILDHALL_SCALE"] === "full";

/**
 * The number of runs of a property test that uses a database: `full` at full scale, else a quarter of it,
 * and two on a server, where each statement is a request.
 */
export function runs(full: number): { readonly numRuns: number } {
  if (IS_FULL) return { numRuns: full };
  const isRemote = process.env["GUILDHALL_TEST_HOST"] !== undefined;
  return { numRuns: isRemote ? 2 : Math.ceil(full / 4) };
}
