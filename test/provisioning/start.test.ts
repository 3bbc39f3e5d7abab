import { execFile } from "node:child_process";
import { mkdtemp, readFile, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../provisioning/cli/build.ts";
import { DIST, ROOT } from "../../provisioning/cli/built-from.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-start-"));
});
afterAll(() => removeSearched(dir));

/** The command that operators type. */
async function guildhall(...args: readonly string[]): Promise<string> {
  const { PATH, HOME } = process.env;
  const options = { cwd: ROOT, env: { PATH, HOME, DATA_DIR: dir } };
  const typed = ["run", "--silent", "guildhall", "--", ...args];
  return (await promisify(execFile)("npm", typed, options)).stdout;
}

const record = join(DIST, "built-from.json");
const recorded = async (path: string) =>
  (JSON.parse(await readFile(record, "utf8")) as [string, string][]).find(
    ([name]) => name === path,
  )?.[1];

test("the operators' command line is built once, and again when one of its files changes", async () => {
  expect(await guildhall("--help")).toMatch(/^Examples:\n {2}guildhall /);
  const first = (await stat(record)).mtimeMs;
  await guildhall("init");
  expect(JSON.parse(await guildhall("guilds", "list", "--json"))).toEqual([]);
  expect((await stat(record)).mtimeMs).toBe(first);
  const source = "provisioning/cli/sweep.ts";
  const { atime, mtime, size } = await stat(join(ROOT, source));
  // An update may bring a file that is older than the build.
  const older = new Date(1_000_000_000_000);
  await utimes(join(ROOT, source), older, older);
  try {
    expect(await guildhall("sweep", "--help")).toMatch(/^Examples:\n {2}guildhall sweep/);
    expect(await recorded(source)).toBe(`${size} ${older.getTime()}`);
  } finally {
    await utimes(join(ROOT, source), atime, mtime);
  }
}, 120_000);

test("the build contains schemas together with their descriptions", async () => {
  const { metafile } = await build({ ...bundle, write: false, metafile: true });
  const holding = (path: string) =>
    Object.entries(metafile.outputs)
      .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes(path)))
      .map(([output]) => output);
  expect(holding("node_modules/zod/v4/core/core.js")).toEqual(
    holding("node_modules/@hono/zod-openapi/dist/"),
  );
}, 60_000);
