import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const HISTORY = `MonDKP_DKPTable = {
  { ["player"] = "Alto", ["class"] = "MAGE", ["dkp"] = 20 },
  { ["player"] = "Bravo", ["class"] = "PRIEST", ["dkp"] = 15 },
}
MonDKP_DKPHistory = {
  { ["players"] = "Alto,Bravo,", ["index"] = "O-1", ["dkp"] = 20, ["date"] = 1580000000,
    ["reason"] = "On time" },
}
MonDKP_Loot = {
  { ["player"] = "Bravo", ["loot"] = "|cffa335ee|Hitem:16939::::|h[Helm]|h|r",
    ["date"] = 1580200000, ["index"] = "O-3", ["cost"] = -8, ["boss"] = "Onyxia" },
}
`;

let main: string;
let folder: string;
let t: TestApp;
let guild: TestGuild;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  folder = await mkdtemp(join(tmpdir(), "guildhall-import-"));
  t = await testApp({}, { clock: () => new Date() });
  guild = await t.guild("iron-vow");
});
afterAll(async () => {
  await t.close();
  await rm(main, { force: true });
  await removeSearched(folder);
});

type Verb = "file" | "list" | "show" | "revert";

async function run(verb: Verb, ...args: readonly string[]) {
  const words = ["import", verb, ...args, "--guild", "iron-vow", "--json"];
  const { code, out, err } = await runCli(main, t.dir, words, t.env);
  return {
    code,
    body: out === "" ? undefined : JSON.parse(out),
    problem: err === "" ? undefined : JSON.parse(err).error,
  };
}

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function balances(): Promise<Readonly<Record<string, string>>> {
  const { items } = (await guild.owner.get("/standings?limit=200")).body;
  return Object.fromEntries(
    items.map((one: { name: string; points: string }) => [one.name, one.points]),
  );
}

test("a tool's file is previewed, imported once, listed and taken back by commands", async () => {
  const file = await written("MonolithDKP.lua", HISTORY);
  const before = await balances();
  const dry = await run("file", file, "--dry-run");
  expect(dry).toMatchObject({ code: 0, body: { dryRun: true, format: "monolithdkp" } });
  expect(dry.body.totals.new).toBeGreaterThan(3);
  expect(await balances()).toEqual(before);

  const done = await run("file", file, "--yes");
  expect(done).toMatchObject({ code: 0, body: { dryRun: false, state: "done" } });
  expect(await balances()).toMatchObject({ Alto: "20", Bravo: "15" });
  expect(done.body.report.persons).toContainEqual(
    expect.objectContaining({ person: "Bravo", history: "12", balance: "15", correction: "3" }),
  );
  expect((await run("file", file, "--yes")).body.totals).toMatchObject({ new: 0, changed: 0 });

  const { id } = done.body;
  expect((await run("list")).body.map((one: { id: string }) => one.id)).toContain(id);
  expect(await run("show", id)).toMatchObject({ code: 0, body: { id, state: "done" } });
  expect(await run("revert", id)).toMatchObject({ code: 0, body: { dryRun: true, state: "done" } });
  expect(await run("revert", id, "--yes")).toMatchObject({ code: 0, body: { state: "reverted" } });
  const after = await balances();
  expect([after["Alto"] ?? "0", after["Bravo"] ?? "0"]).toEqual(["0", "0"]);
  expect((await guild.owner.get("/dkp/verification")).body.isRight).toBe(true);
});

test("a file that is no history is refused by the command, and changes nothing", async () => {
  const before = await balances();
  const unknown = await written("notes.txt", "Buy bread.\nCall home.\n");
  expect(await run("file", unknown, "--yes")).toMatchObject({
    code: 1,
    problem: { code: "imports/unknown-format" },
  });
  expect(await run("file", join(folder, "absent.lua"), "--yes")).toMatchObject({ code: 2 });
  expect(await run("file", unknown, "--format", "abacus")).toMatchObject({ code: 2 });
  expect(await run("show", "01999999-0000-7000-8000-000000000000")).toMatchObject({
    code: 1,
    problem: { code: "imports/not-found" },
  });
  expect(await balances()).toEqual(before);
});
