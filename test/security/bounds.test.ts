import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type Answer, type TestClient, testApp } from "../support/app.ts";
import { boundedServer, expectFairness } from "../support/bounded-server.ts";
import * as worst from "../support/worst-logs.ts";

const MEMORY_BYTES_MAX = 64 * 1024 ** 2;
const FULL = process.env["GUILDHALL_SCALE"] === "full";
const ENDED = new Set(["ready", "failed", "duplicate"]);

let server: Awaited<ReturnType<typeof boundedServer>>;
beforeAll(async () => {
  server = await boundedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

let number = 0;
const newGuild = () => server.guild(`worst-${++number}`);
const zeros = (bytes: number) => new Uint8Array(bytes);
const text = (of: string) => new TextEncoder().encode(of);
/** One pull that two files of an archive have counts once, so the pulls of this test are on two days. */
const nextDay = (log: Uint8Array) =>
  text(new TextDecoder().decode(log).replaceAll("2/3/2026", "2/4/2026"));
const LINE = "2/3/2026 20:00:00.0000  EMOTE,x\n";

/** Uploads a log and returns when it was read or refused. */
async function sendLog(guild: TestClient, bytes: Uint8Array): Promise<Answer> {
  const begun = await guild.post("/logs", { fileName: "log.txt", sizeBytes: bytes.length });
  expect(begun.status).toBe(201);
  const path = `/logs/${begun.body.id}`;
  const size = limits.logs.chunkBytesMax;
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const sent = await guild.putBytes(`${path}/content`, piece, { "upload-offset": String(at) });
    if (sent.status !== 200) return await guild.get(path);
  }
  // The stream of the report's events ends when the report does.
  for (;;) {
    await guild.get(`${path}/events`);
    const report = await guild.get(path);
    if (ENDED.has(report.body.state)) return report;
  }
}

const LOGS: Readonly<Record<string, () => readonly [log: Uint8Array, state: string]>> = {
  "20,000 players in one fight": () => [worst.manyPlayers(20_000), "ready"],
  "9,000 spell rows of 300 players": () => [worst.manySpells(300, 30), "ready"],
  "200 spells of each of 300 players": () => [worst.manySpells(300, 200), "ready"],
  "60,000 ids in one fight": () => [worst.manyPlayers(60_000), "ready"],
  "thousands of enemies, each hit by many": () => [worst.manyEnemies(3_000, 10), "ready"],
  "5,000 deaths in one fight": () => [worst.manyDeaths(5_000), "ready"],
  "a hit in every hour of six by each of 200 players": () => [worst.longFight(200), "ready"],
  "500 fights of a few moments": () => [worst.manyFights(500), "ready"],
  "2,000 dungeon runs": () => [worst.manyKeystones(2_000), "ready"],
  "more dungeon runs than a log may have": () => [worst.manyKeystones(2_001), "failed"],
  "a line of 50 MB": () => [text(`${LINE}${"x".repeat(50 * 1024 ** 2)}`), "ready"],
  "names of a megabyte": () => [worst.longNames(20), "ready"],
  ...(FULL && { "1.5 million units": () => [gzipSync(worst.manyPlayers(1_500_000)), "failed"] }),
};

describe("one guild's log", () => {
  test.each(Object.keys(LOGS))(
    "S66 of %s lets another guild wait no longer than a moment",
    async (name) => {
      const { api: guild, slug } = await newGuild();
      const [bytes, state] = LOGS[name]!();
      let report: Answer | undefined;
      const cost = await server.cost(async () => {
        report = await sendLog(guild, bytes);
        const [first] = report.body.fights;
        for (const id of first ? [first.id] : []) {
          expect((await guild.get(`/fights/${id}`)).status).toBe(200);
          expect((await guild.page(`/g/${slug}/fights/${id}`)).status).toBe(200);
        }
        expect((await guild.page(`/g/${slug}/logs/${report.body.id}`)).status).toBe(200);
      });
      expect(report!.body).toMatchObject({ state });
      expectFairness(name, cost);
      const removed = await server.cost(async () => {
        expect((await guild.delete(`/logs/${report!.body.id}`)).status).toBe(204);
      });
      expectFairness(`${name}, deleted`, removed);
    },
  );
});

/** A zip of many files, each with the same bytes. */
function zipOf(files: number, bytes: Uint8Array): Uint8Array {
  const entries = Array.from({ length: files }, (_, i) => [`log-${i}.txt`, bytes] as const);
  return zipSync(Object.fromEntries(entries), { level: files > 10 ? 0 : 9 });
}

describe("an archive", () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...zeros(5_000));
  const night = worst.manyFights(2);
  const ARCHIVES: Readonly<
    Record<string, () => readonly [bytes: Uint8Array, expected: Readonly<Record<string, unknown>>]>
  > = {
    "a zip of zeros": () => [
      zipOf(1, zeros(64 * 1024 ** 2)),
      { state: "failed", error: "logs/bomb" },
    ],
    "a zip of ten files of zeros": () => [
      zipOf(10, zeros(6 * 1024 ** 2)),
      { state: "failed", error: "logs/bomb" },
    ],
    "a gzip of zeros": () => [
      gzipSync(zeros(64 * 1024 ** 2)),
      { state: "failed", error: "logs/bomb" },
    ],
    "a zip of as many files as are read": () => [
      zipOf(limits.logs.archiveFilesMax, text(LINE)),
      { state: "ready", lines: limits.logs.archiveFilesMax, bad: 0 },
    ],
    "a zip of more files than are read": () => [
      zipOf(limits.logs.archiveFilesMax + 1, text("x")),
      { state: "failed", error: "logs/too-many-files" },
    ],
    "a zip of files that end without a line break": () => [
      zipSync({ a: night.subarray(0, -1), b: nextDay(worst.manyPlayers(3)) }),
      // 45 lines of the first and 6 of the second.
      { state: "ready", encounters: 3, lines: 51, bad: 0 },
    ],
    "a gzip of two members": () => [
      Buffer.concat([gzipSync(night.subarray(0, 2_000)), gzipSync(night.subarray(2_000))]),
      { state: "ready", encounters: 2, bad: 0 },
    ],
    "a gzip that was cut": () => [
      gzipSync(night).subarray(0, -20),
      { state: "failed", error: "logs/cut-off" },
    ],
    "a picture": () => [png, {}],
  };
  test.each(Object.keys(ARCHIVES))(
    "S88 %s is read or refused with its reason, in little memory and without a wait for others",
    async (name) => {
      const { api } = await newGuild();
      const [bytes, expected] = ARCHIVES[name]!();
      let report: Answer | undefined;
      const cost = await server.cost(async () => {
        report = await sendLog(api, bytes);
      });
      expect(report!.body).toMatchObject(expected);
      expectFairness(name, cost);
      expect(cost.grewBytes, name).toBeLessThanOrEqual(MEMORY_BYTES_MAX);
    },
  );
});

describe("what exceeds a fight's limits", () => {
  test("S66 is counted in the API and mentioned on both pages, in English and in Spanish", async () => {
    const { api, slug } = await newGuild();
    const players = limits.logs.fight.playersMax + 70;
    const { body } = await sendLog(api, worst.manyPlayers(players));
    const leftOut = { players: 70, enemies: 0, deaths: 0, rows: 0, curves: 0 };
    expect(body).toMatchObject({ leftOut, fights: [{ playerCount: players }] });
    const [{ id }] = body.fights;
    const fight = (await api.get(`/fights/${id}`)).body;
    expect(fight).toMatchObject({ leftOut, playerCount: players, unattributedDamage: 0 });
    expect(fight.players).toHaveLength(limits.logs.fight.playersMax);
    // The player with the least damage is left out: hits grow from player to player.
    const least = Math.min(...fight.players.map((one: { damage: number }) => one.damage));
    expect(least).toBe(1_000 + 71);
    const said = { en: "Players: 70", es: "Jugadores: 70" };
    for (const path of [`/g/${slug}/logs/${body.id}`, `/g/${slug}/fights/${id}`]) {
      for (const [language, words] of Object.entries(said)) {
        const page = await api.page(path, { "accept-language": language });
        expect(page.text, `${path} ${language}`).toContain(words);
      }
    }
  });

  test("S66 a raid of forty with its adds has room for everything", async () => {
    const { api } = await newGuild();
    const { body } = await sendLog(api, worst.manyEnemies(90, 40));
    const none = { players: 0, enemies: 0, deaths: 0, rows: 0, curves: 0 };
    expect(body).toMatchObject({ state: "ready", leftOut: none });
  });
});

test("S66 a log that ends its reading thread is refused once, with the reason", async () => {
  await using t = await testApp();
  const guild = await t.guild("heavy");
  const kept = limits.logs.readerHeapMbMax;
  // A thread with very little memory ends like one that needs more than the usual limit.
  Object.assign(limits.logs, { readerHeapMbMax: 14 });
  try {
    const bytes = worst.manySpells(2_000, 40);
    const begun = await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: bytes.length });
    const path = `/logs/${begun.body.id}`;
    await guild.owner.putBytes(`${path}/content`, bytes, { "upload-offset": "0" });
    await t.services.logIngest.drain();
    const report = (await guild.owner.get(path)).body;
    expect(report).toMatchObject({ state: "failed", error: "logs/out-of-memory" });
  } finally {
    Object.assign(limits.logs, { readerHeapMbMax: kept });
  }
});
