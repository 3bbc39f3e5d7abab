import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDITIONS } from "../../src/kernel/game/editions.ts";
import { bundleScript } from "../support/bundle.ts";
import { holdAgainstShape } from "../support/cli.ts";
import { clientOf, signUp } from "../support/processes.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { type StartedServer, startedServer } from "../support/server.ts";
import { pathFor } from "./exports.ts";
import { type GameWorld, play } from "./game.ts";

/** The oldest Node that the downloaded companion runs on, where this machine has it. */
const NODES = [process.execPath, "/usr/bin/node"].filter((path) => existsSync(path));

const world: GameWorld = {
  interface: EDITIONS.retail.interfaceNumber,
  namespace: true,
  hasSecrets: true,
  region: 3,
  realmName: "Area 52",
  guild: "Night Watch",
  ranks: ["Guild Leader", "Officer"],
  seesOfficerNotes: true,
  members: Array.from({ length: 40 }, (_, index) => ({
    name: `Ñam${"abcdefghij"[index % 10]}${"klmno"[Math.floor(index / 10)]}`,
    guid: `Player-1-${index}`,
    rank: index === 0 ? 0 : 1,
    level: 80,
    class: "MAGE",
    note: `DC: "m${index}"`,
  })),
  now: 1_796_000_000,
};

let server: StartedServer;
let main: string;
let dir: string;
let owner: ReturnType<typeof clientOf>;
let key: string;
beforeAll(async () => {
  server = await startedServer();
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-chain-"));
  const at = { url: server.url, child: undefined as unknown as ChildProcess };
  const person = await signUp("officer", at);
  const account = clientOf(at, person);
  const guild = { name: "Night Watch", realm: "Area 52", region: "eu", faction: "horde" };
  const made = await account.post("/api/guilds", { ...guild, slug: "night-watch" });
  expect(made.status, made.text).toBe(201);
  owner = account.within("night-watch");
  const settings = {
    blizzard: { region: "eu", realmSlug: "area-52", guildSlug: "night-watch", edition: "retail" },
    discord: null,
    rankToRole: {},
    staleDays: 30,
  };
  expect((await owner.put("/guild-sync/settings", settings)).status).toBe(200);
  key = (await owner.post("/settings/keys", { name: "c", scopes: ["identity"] })).body.key;
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await rm(main, { force: true });
  await removeSearched(dir);
});

/** A started program. `said` resolves once a line of its output is such a one. */
function started(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let notice = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      notice();
    });
  }
  const over = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      notice = () => pattern.test(text) && resolve();
      notice();
      child.once("exit", () => reject(new Error(`It ended and said: ${text}`)));
    });
  return { child, over, said, output: () => text };
}

describe("the way from the game to the guild", () => {
  test("the addon's export, written in pieces, is uploaded by the companion and shown in the status", async () => {
    const folder = join(dir, "game");
    const path = await pathFor(folder, "_retail_", "ANNA");
    const args = ["companion", "watch", folder, "--server", server.url, "--json"];
    const companion = started(
      process.execPath,
      [main, ...args, "--state", join(dir, "watch.json")],
      { GUILDHALL_KEY: key },
    );
    await companion.said(/"files":\[\]/);
    const { file, messages } = await play(world);
    expect(messages.at(-1)).toContain("40 members exported");
    const size = Math.ceil(file.length / 5);
    await writeFile(path, "");
    for (let at = 0; at < file.length; at += size) {
      await appendFile(path, file.slice(at, at + size));
    }
    await companion.said(/"state":"delivered"/);
    const { body } = await owner.get("/guild-sync/addon-upload/status");
    expect(body).toMatchObject({ rows: 40, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { runs, sources } = (await owner.get("/guild-sync/status")).body;
    expect(runs.filter((one: { kind: string }) => one.kind === "addon")).toMatchObject([
      { state: "done", counts: { seen: 40, joined: 40 } },
    ]);
    expect(sources).toMatchObject([{ kind: "addon", rows: 40, error: null }]);
    expect(await readFile(path, "utf8")).toBe(file);
    companion.child.kill("SIGINT");
    expect(await companion.over).toBe(0);
    const lines = companion.output().trim().split("\n");
    for (const out of lines) holdAgainstShape(args, { code: 0, out, err: "" });
    const onceArgs = ["companion", "once", folder, "--server", server.url, "--json"];
    const state = ["--state", join(dir, "watch.json")];
    const once = started(process.execPath, [main, ...onceArgs, ...state], { GUILDHALL_KEY: key });
    expect(await once.over).toBe(0);
    holdAgainstShape(onceArgs, { code: 0, out: once.output(), err: "" });
    expect(JSON.parse(once.output()).files).toMatchObject([{ state: "delivered", rows: 40 }]);
  });

  test("the companion ends with 1 and a sentence when its key is revoked, and with 2 without a key", async () => {
    const folder = join(dir, "other");
    await writeFile(await pathFor(folder, "_retail_", "ANNA"), (await play(world)).file);
    const args = [main, "companion", "watch", folder, "--server", server.url];
    const state = ["--state", join(dir, "revoked.json")];
    const wrong = started(process.execPath, [...args, ...state], { GUILDHALL_KEY: "gh_wrong" });
    expect(await wrong.over).toBe(1);
    expect(wrong.output()).toContain("does not accept the key");
    const without = started(process.execPath, [...args, ...state]);
    expect(await without.over).toBe(2);
    expect(without.output()).toContain("--key-file");
    const open = ["companion", "once", folder, "--server", "http://guilds.example"];
    const insecure = started(process.execPath, [main, ...open], { GUILDHALL_KEY: key });
    expect(await insecure.over).toBe(2);
    expect(insecure.output()).toContain("has to begin with https://");
  });

  test.each(NODES)("the downloaded companion needs no npm, and runs on %s", async (node) => {
    const { token } = owner.identity;
    const answer = await fetch(`${server.url}/api/g/night-watch/guild-sync/companion`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.headers.get("content-disposition")).toContain("guildhall-companion.zip");
    const home = await mkdtemp(join(dir, "zip-"));
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(home, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    }
    const unpacked = join(home, "guildhall-companion");
    const settings = JSON.parse(await readFile(join(unpacked, "settings.json"), "utf8"));
    expect(settings).toEqual({ server: "http://localhost", guild: "night-watch", folder: "" });
    const folder = join(home, "game");
    const later = { ...world, now: world.now + home.length };
    await writeFile(await pathFor(folder, "_retail_", "ANNA"), (await play(later)).file);
    await writeFile(
      join(unpacked, "settings.json"),
      JSON.stringify({ ...settings, server: server.url, folder }),
    );
    const unset = started(node, [join(unpacked, "companion.mjs"), "once"]);
    expect(await unset.over).toBe(1);
    expect(unset.output()).toContain("Put the guild's key into");
    await writeFile(join(unpacked, "key.txt"), `${key}\r\n`);
    const script = join(unpacked, "start-linux.sh");
    await chmod(script, 0o755);
    const path = `${dirname(node)}:/usr/bin:/bin`;
    const companion = started("/bin/sh", [script], { PATH: path });
    await companion.said(/40 characters delivered/);
    await companion.said(/1 file watched/);
    companion.child.kill("SIGINT");
    expect(await companion.over).toBe(0);
    await rm(join(unpacked, "key.txt"));
  });
});
