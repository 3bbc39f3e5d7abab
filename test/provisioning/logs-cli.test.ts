import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { serve } from "@hono/node-server";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LiveLogs } from "../../src/node/logs/live-logs.ts";
import { testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { type End, holdAgainstShape } from "../support/cli.ts";
import { hit, retailLine, START } from "../support/log-analysis.ts";
import { generatedText } from "../support/log-generator.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let main: string;
let dir: string;
beforeAll(async () => {
  main = await bundleScript("provisioning/cli/main.ts");
  dir = await mkdtemp(join(tmpdir(), "guildhall-logs-"));
});
afterAll(async () => {
  await rm(main, { force: true });
  // The key file belongs to the user. The product does not keep keys there.
  await rm(join(dir, "key.txt"), { force: true });
  await removeSearched(dir);
});

function analyze(args: readonly string[], input?: Uint8Array): Promise<End> {
  return new Promise<End>((resolve) => {
    const env = { PATH: process.env["PATH"] };
    const child = execFile(
      process.execPath,
      [main, "logs", "analyze", ...args],
      { env, maxBuffer: 1e8 },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
    child.stdin!.end(input);
  }).then((end) => {
    if (args.includes("--json")) holdAgainstShape(["logs", "analyze"], end);
    return end;
  });
}

describe("logs analyze", () => {
  test("prints the same figures for a plain log, a compressed one, or a pipe", async () => {
    const { bytes, answer } = generatedText({ seed: 5, generation: 22, events: 80 });
    const files = { "a.txt": bytes, "a.gz": gzipSync(bytes), "a.zip": zipSync({ "a.txt": bytes }) };
    const documents: unknown[] = [];
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(dir, name), content);
      const { code, out } = await analyze([join(dir, name), "--json"]);
      expect(code).toBe(0);
      const { file, ...document } = JSON.parse(out);
      expect(file).toBe(join(dir, name));
      documents.push(document);
    }
    const { file, ...piped } = JSON.parse((await analyze(["-", "--json"], gzipSync(bytes))).out);
    expect(file).toBe("-");
    expect(documents).toEqual([piped, piped, piped]);
    expect(piped).toMatchObject({ lines: answer.lines, unknown: answer.unknown, bad: answer.bad });
    const [fight] = answer.fights;
    expect(piped.encounters[0]).toMatchObject({
      id: fight!.id,
      name: fight!.name,
      startMs: fight!.startMs,
      outcome: "kill",
      unattributedDamage: fight!.unattributedDamage,
    });
    for (const { guid, damageOwn, damagePets, activeMs, deaths } of fight!.players) {
      const found = piped.encounters[0].players.find((one: { guid: string }) => one.guid === guid);
      expect(found).toMatchObject({ damage: damageOwn + damagePets, activeMs, deaths });
    }
  });

  test("shows people a table, several files, and where the years come from", async () => {
    const { bytes } = generatedText({ seed: 6, generation: 17, events: 30 });
    await writeFile(join(dir, "old.txt"), bytes);
    const one = await analyze([
      join(dir, "old.txt"),
      "--year",
      "2021",
      "--timezone",
      "Europe/Berlin",
    ]);
    expect(one.out).toContain("2021-02-03 19:15");
    expect(one.out).toMatch(/player +spec +damage/);
    const two = await analyze([join(dir, "old.txt"), join(dir, "a.txt"), "--json"]);
    expect(JSON.parse(two.out)).toHaveLength(2);
  });

  test("ends with 1 for a missing file, 3 when only some were missing, 2 for misuse", async () => {
    expect(await analyze([join(dir, "none.txt")])).toMatchObject({ code: 1, out: "" });
    expect((await analyze([join(dir, "none.txt"), join(dir, "a.txt")])).code).toBe(3);
    expect((await analyze([join(dir, "a.txt"), "--timezone", "Moon/Base"])).code).toBe(2);
    expect((await analyze([])).code).toBe(2);
  });
});

/** Hits on one boss, each by another player, in pieces of some hundred kilobytes. */
function* manyPlayers(players: number): Iterable<string> {
  yield retailLine(0, START);
  for (let first = 0; first < players; first += 2_000) {
    const lines: string[] = [];
    for (let player = first; player < first + 2_000; player++) {
      const guid = `Player-1-${player.toString(16).toUpperCase().padStart(8, "0")}`;
      lines.push(retailLine(1, hit(9, { source: `${guid},"Name${player}-Realm",0x512,0x0` })));
    }
    yield lines.join("");
  }
}

test("L19 1.5 million players in one fight are refused by name, in bounded memory", async () => {
  const heap = "--max-old-space-size=192";
  const child = spawn(process.execPath, [heap, main, "logs", "analyze", "-", "--json"], {
    env: { PATH: process.env["PATH"] },
  });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  // The program ends long before the log does, which breaks the pipe.
  await pipeline(Readable.from(manyPlayers(1_500_000)), child.stdin).catch(() => {});
  expect(await ended).toBe(1);
  expect(err).toContain("logs/too-many-names");
}, 60_000);

test("L20 logs follow sends a log while it grows, across a server that restarts, and the log after it", async () => {
  await using t = await testApp();
  const guild = await t.guild("followed");
  const { key } = (await guild.owner.post("/settings/keys", { name: "f", scopes: ["stream"] }))
    .body;
  const { bytes } = generatedText({ seed: 8, generation: 22, events: 200 });
  const file = join(dir, "WoWCombatLog.txt");
  const keyFile = join(dir, "key.txt");
  await writeFile(file, bytes.subarray(0, 5_000));
  await writeFile(keyFile, `${key}\n`);
  const begin = async (port: number) => {
    const server = serve({ fetch: t.app.fetch, port, hostname: "127.0.0.1" });
    const live = new LiveLogs(t.services);
    server.on("upgrade", live.upgrade);
    await new Promise<void>((resolve) => server.once("listening", () => resolve()));
    const stop = async () => {
      await live.close();
      await new Promise((resolve) => server.close(resolve));
    };
    return { stop, port: (server.address() as AddressInfo).port };
  };
  const first = await begin(0);
  const args = ["logs", "follow", file, "--guild", "followed", "--key-file", keyFile];
  const server = `http://127.0.0.1:${first.port}`;
  const more = ["--server", server, "--until-idle", "2", "--json"];
  const child = spawn(process.execPath, [main, ...args, ...more], {
    env: { PATH: process.env["PATH"] },
  });
  let out = "";
  let said = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  const heard = (words: string) =>
    new Promise<void>((resolve) => {
      const look = () => said.includes(words) && resolve();
      child.stderr.on("data", look);
      look();
    });
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await heard("Connected");
  await appendFile(file, bytes.subarray(5_000, 20_000));
  await first.stop();
  await heard("Trying again");
  const second = await begin(first.port);
  await appendFile(file, bytes.subarray(20_000));
  await rename(file, `${file}.old`);
  const next = generatedText({ seed: 9, generation: "wrath", events: 40, fights: 1 });
  await writeFile(file, next.bytes);
  expect(await ended).toBe(0);
  holdAgainstShape(args, { code: 0, out, err: "" });
  const { session: last, bytes: sent, earlier } = JSON.parse(out);
  expect(sent).toBe(next.bytes.length);
  expect((await guild.owner.get(`/logs/${last}`)).body).toMatchObject({
    state: "ready",
    parsedBytes: next.bytes.length,
  });
  const [session] = earlier;
  expect((await guild.owner.get(`/logs/${session}`)).body).toMatchObject({
    state: "ready",
    parsedBytes: bytes.length,
    encounters: 2,
  });
  expect(said).not.toContain(key);
  await second.stop();
}, 60_000);
