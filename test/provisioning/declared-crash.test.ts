import { spawn } from "node:child_process";
import { mkdir, readdir, rm, watch } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endRunner, isRunnerGone, newRunner } from "../../src/node/runners.ts";
import { beginRun, endRun } from "../../src/platform/declared/runs.ts";
import { bundleScript } from "../support/bundle.ts";
import { guildText, openDeclared } from "../support/declared.ts";
import { openProvisioning } from "../support/provisioning.ts";

const GUILDS = 25;
const KILLED_AFTER = 3;

let main: string;
let at: Awaited<ReturnType<typeof openDeclared>>;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  at = await openDeclared(main);
  await mkdir(join(at.data, "guilds"), { recursive: true });
  for (let number = 0; number < GUILDS; number++) {
    await at.write(`${number}.yaml`, guildText(number));
  }
});
afterAll(async () => {
  await rm(main, { force: true });
  await at.end();
});

const databases = async () => {
  const names = await readdir(join(at.data, "guilds")).catch((): string[] => []);
  return names.filter((name) => /^g.*\.db$/.test(name)).length;
};

/** Starts to apply a plan, and kills the process once some guilds have a database. */
async function applyAndKill(plan: string): Promise<string | null> {
  const env = { PATH: process.env["PATH"], DATA_DIR: at.data };
  const child = spawn(process.execPath, [main, "declared", "apply", plan, "--yes"], { env });
  const ended = new Promise<string | null>((resolve) => {
    child.once("close", (_code, signal) => resolve(signal));
  });
  const seen = new AbortController();
  child.once("close", () => seen.abort());
  try {
    for await (const _change of watch(join(at.data, "guilds"), { signal: seen.signal })) {
      if ((await databases()) >= KILLED_AFTER) child.kill("SIGKILL");
    }
  } catch (error) {
    if (!seen.signal.aborted) throw error;
  }
  return await ended;
}

test("an apply that is killed is finished by the next one, also by the same plan", async () => {
  const plan = join(at.dir, "plan.json");
  expect((await at.read("plan", at.files, "--out", plan)).code).toBe(0);
  expect(await applyAndKill(plan)).toBe("SIGKILL");
  const { changes } = await at.read("diff", at.files);
  expect(changes.length).toBeGreaterThan(0);
  const applied = await at.read("apply", plan, "--yes");
  expect(applied).toMatchObject({ code: 0, failed: [], isResumed: true });
  expect(await at.read("diff", at.files)).toEqual({ code: 0, changes: [] });
  const ready = await at.row("SELECT count(*) AS n FROM guilds WHERE status = 'ready'");
  expect([ready, await databases()]).toEqual([{ n: GUILDS }, GUILDS]);
});

test("of two operators who apply files at once, one is refused and nothing is done twice", async () => {
  await at.write("0.yaml", guildText(0, { faction: "alliance" }));
  const { platform, close } = await openProvisioning(at.data);
  const runner = newRunner();
  const other = { platform, runner, isRunnerGone };
  const held = await beginRun(other, "another plan", "olga");
  for (const words of [
    ["apply", at.files, "--yes"],
    ["prune", at.files, "--confirm", "9"],
  ]) {
    const { code, error } = await at.read(words[0]!, ...words.slice(1));
    expect([code, error.code]).toEqual([1, "declared/running"]);
    expect(error.message).toContain("olga");
  }
  await endRun(other, held, "another plan", "done");
  endRunner(runner);
  await close();
  expect(await at.read("apply", at.files, "--yes")).toMatchObject({
    ...{ code: 0, failed: [] },
    changes: [{ field: "faction", from: "horde", to: "alliance" }],
  });
});
