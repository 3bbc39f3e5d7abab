import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { exportText, saved } from "./exports.ts";

const DYING_STEPS = [
  "before save 1",
  "within save 1",
  "after save 1",
  "before the upload",
  "after the upload",
  "before save 2",
  "within save 2",
  "after save 2",
] as const;

let t: TestApp;
let server: ReturnType<typeof serve>;
let url: string;
let dying: string;
let main: string;
let dir: string;
beforeAll(async () => {
  t = await testApp();
  server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  dying = await bundleScript("test/support/dying-companion.ts");
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-companion-"));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await t.close();
  await Promise.all([rm(dying), rm(main)]);
  await removeSearched(dir);
});

function ended(args: readonly string[], key: string) {
  return new Promise<{ code: number | null; signal: string | null; out: string; err: string }>(
    (resolve) => {
      const env = { PATH: process.env["PATH"], GUILDHALL_KEY: key };
      const child = execFile(process.execPath, args, { env }, (_error, out, err) =>
        resolve({ code: child.exitCode, signal: child.signalCode, out, err }),
      );
    },
  );
}

describe("a companion that is killed", () => {
  test.each(DYING_STEPS)("%s loses nothing, and uploads exactly once", async (step) => {
    const slug = `died-${step.replaceAll(" ", "-")}`;
    const guild = await t.guild(slug);
    const made = await guild.owner.post("/settings/keys", { name: "c", scopes: ["identity"] });
    const folder = await mkdtemp(join(dir, "game-"));
    const file = await saved(folder, "_retail_", "ANNA", exportText({ guild: slug }));
    const state = join(folder, "state.json");
    const killed = await ended([dying, folder, state, url, step], made.body.key);
    expect([step, killed.signal]).toEqual([step, "SIGKILL"]);
    // Once it is in the state, the game's file may disappear.
    if (!/save 1$/.test(step) || step.startsWith("after")) await rm(file);
    const after = await ended([dying, folder, state, url, "never"], made.body.key);
    expect([after.code, after.err]).toEqual([0, ""]);
    expect(JSON.parse(after.out)).toMatchObject({ waiting: 0 });
    const { runs } = (await guild.owner.get("/guild-sync/status")).body;
    expect(runs.filter((one: { kind: string }) => one.kind === "addon")).toHaveLength(1);
    expect((await guild.owner.get("/guild-sync/addon-upload/status")).body.rows).toBe(2);
  });

  test("with kill -9 while it watches starts again and delivers what was written meanwhile", async () => {
    const guild = await t.guild("watched");
    const made = await guild.owner.post("/settings/keys", { name: "c", scopes: ["identity"] });
    const folder = await mkdtemp(join(dir, "game-"));
    const key = join(folder, "key.txt");
    await writeFile(key, `\ufeff${made.body.key}\r\n`);
    const path = await saved(folder, "_classic_era_", "ANNA", exportText({ at: 1_700_000_000 }));
    const args = ["companion", "watch", folder, "--server", url, "--key-file", key, "--json"];
    const start = () =>
      spawn(process.execPath, [main, ...args, "--state", join(folder, "state.json")], {
        env: { PATH: process.env["PATH"] },
        stdio: ["ignore", "pipe", "inherit"],
      });
    const first = start();
    await until(first, ({ files }) => files[0]?.state === "delivered");
    first.kill("SIGKILL");
    const newer = exportText({ at: 1_700_000_060, note: "DC: anna" });
    await writeFile(path, newer);
    const second = start();
    await until(second, ({ files }) => files[0]?.state === "delivered");
    const over = new Promise((resolve) => second.once("exit", resolve));
    second.kill("SIGINT");
    expect(await over).toBe(0);
    const { runs } = (await guild.owner.get("/guild-sync/status")).body;
    expect(runs.filter((one: { kind: string }) => one.kind === "addon")).toHaveLength(2);
    expect(await readFile(path, "utf8")).toBe(newer);
    expect(await readFile(join(folder, "state.json"), "utf8")).not.toContain(made.body.key);
    await rm(key);
  });
});

interface PrintedStatus {
  readonly files: readonly { readonly state: string; readonly rows: number }[];
}

/** Resolves once the companion prints such a status. Rejects when it ends before. */
function until(
  child: ReturnType<typeof spawn>,
  isIt: (status: PrintedStatus) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", () => reject(new Error(`The companion ended after: ${text}`)));
    child.stdout!.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split("\n").slice(0, -1);
      if (lines.some((line) => isIt(JSON.parse(line)))) resolve();
    });
  });
}
