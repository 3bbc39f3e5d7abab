import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type TestApp, testApp } from "../../support/app.ts";
import { makeLegacyDatabase } from "../../support/legacy-database.ts";
import { seen } from "../../support/secrets/seen.ts";
import { balances, isProved } from "./support.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** Forty awards of one point; the table has two points more. Commits in four slices and a correction. */
const entries = Array.from(
  { length: 40 },
  (_, at) =>
    `{ ["players"] = "Alto,Bravo,", ["index"] = "O-${at}", ["dkp"] = 1, ` +
    `["date"] = ${1_580_000_000 + at}, ["reason"] = "Boss" },`,
);
const HISTORY = `MonDKP_DKPTable = {
  { ["player"] = "Alto", ["class"] = "MAGE", ["dkp"] = 42 },
  { ["player"] = "Bravo", ["class"] = "PRIEST", ["dkp"] = 42 },
}
MonDKP_DKPHistory = {
${entries.join("\n")}
}
`;

/** Every write of a commit and of a reversal, each before and after it, with IMPORT_KILLS=full. */
const isFull = process.env["IMPORT_KILLS"] === "full";
const STRIKES = isFull ? Array.from({ length: 10 }, (_, at) => at + 1) : [1];
const MOMENTS = isFull ? ["before", "after"] : ["after"];

/** Runs a command that may be killed. Resolves with the signal, its exit code, or 0. */
function dying(t: TestApp, ...args: readonly string[]): Promise<number | string> {
  const env = { ...t.env, PATH: process.env["PATH"] };
  return new Promise((resolve) => {
    const script = ["test/support/dying-import.ts", ...args];
    execFile(process.execPath, script, { env, cwd: ROOT }, (error, out, err) => {
      seen.answer(out);
      seen.lines.push(err);
      resolve(error ? (error.signal ?? error.code ?? 1) : 0);
    });
  });
}

const TEST_MS = isFull ? 600_000 : 90_000;

test(
  "an import and its reversal that are killed between two writes are finished with the same result",
  async () => {
    // The command has the clock of the machine.
    let aheadMs = 0;
    await using t = await testApp({}, { clock: () => new Date(Date.now() + aheadMs) });
    const { owner } = await t.guild("iron-vow");
    const file = join(t.env["DATA_DIR"]!, "history.lua");
    await writeFile(file, HISTORY);
    const before = await balances(owner);
    /** Another process takes the work over. */
    const resumed = async (state: string) => {
      aheadMs += 120_000;
      await t.services.importRunner.drain();
      const [batch] = (await owner.get("/imports")).body.items;
      expect(batch.state).toBe(state);
      return batch.id as string;
    };
    for (const strike of STRIKES) {
      for (const moment of MOMENTS) {
        const command = ["file", file, "--guild", "iron-vow", "--yes"];
        const end = await dying(t, String(strike), moment, ...command);
        expect(["SIGKILL", 0]).toContain(end);
        if (!isFull) expect(end).toBe("SIGKILL");
        const [begun] = (await owner.get("/imports")).body.items;
        // A kill before the first write leaves the preview.
        if (begun.state === "preview") await owner.post(`/imports/${begun.id}/commitment`, {});
        const id = await resumed("done");
        expect([strike, moment, await balances(owner)]).toEqual([
          strike,
          moment,
          { ...before, Alto: "42", Bravo: "42" },
        ]);
        expect(await isProved(owner)).toBe(true);
        await dying(t, String(strike), moment, "revert", id, "--guild", "iron-vow", "--yes");
        const { state } = (await owner.get(`/imports/${id}`)).body;
        if (state === "done") await owner.post(`/imports/${id}/reversal`, {});
        await resumed("reverted");
        expect([strike, moment, await balances(owner)]).toEqual([strike, moment, before]);
        expect(await isProved(owner)).toBe(true);
      }
    }
  },
  TEST_MS,
);

test("a legacy database whose import is killed is finished by the server, and a second run knows all of it", async () => {
  let aheadMs = 0;
  await using t = await testApp({}, { clock: () => new Date(Date.now() + aheadMs) });
  const { owner } = await t.guild("iron-vow");
  const file = join(t.env["DATA_DIR"]!, "legacy.db");
  makeLegacyDatabase(file, {
    members: [
      { id: 1, name: "Alto", points: 45 },
      { id: 2, name: "Bravo", points: 45 },
    ],
    nights: 3,
  });
  const command = ["legacy", file, "--owner", "owner@example.test", "--guild", "iron-vow", "--yes"];
  // The first write is that of the job.
  expect(await dying(t, "2", "after", ...command)).toBe("SIGKILL");
  expect((await owner.get("/imports")).body.items).toMatchObject([{ state: "committing" }]);
  aheadMs += 120_000;
  await t.services.importRunner.drain();
  expect((await owner.get("/imports")).body.items).toMatchObject([{ state: "done" }]);
  const done = await balances(owner);
  expect(Object.keys(done).length).toBeGreaterThan(2);
  expect(await isProved(owner)).toBe(true);
  expect(await dying(t, "0", "after", ...command)).toBe(0);
  expect(await balances(owner)).toEqual(done);
});
