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

/**
 * The seed and the path of a failed run of a model, to run it again, and another number of runs:
 * `MODEL_SEED=1 MODEL_PATH=3:0:2 MODEL_RUNS=100`.
 */
export function seeded() {
  const { MODEL_SEED: seed, MODEL_PATH: path, MODEL_RUNS: numRuns } = process.env;
  return {
    ...(seed && { seed: Number(seed) }),
    ...(path && { path }),
    ...(numRuns && { numRuns: Number(numRuns) }),
  };
}
