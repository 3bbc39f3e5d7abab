import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { Analyzer } from "../../src/tenant/combat-logs/parser/analyzer.ts";
import { testApp } from "../support/app.ts";
import { generatedText, generateLog } from "../support/log-generator.ts";
import { figure, median } from "./figures.ts";
import type { Figure } from "./main.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const ROUNDS = 7;
/** Two hundred events a second, as in a raid of twenty-five. */
const RAID = { players: 25, pauseMsMax: 10 };
const CHUNK = { highWaterMark: 1024 * 1024 };

/** A log from disk to figures; the floor reads the same bytes and splits them into lines. */
export async function parse(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-bench-"));
  try {
    const file = join(folder, "log.txt");
    const { bytes, answer } = generatedText({
      seed: 1,
      generation: 22,
      events: 60_000,
      players: 20,
    });
    await writeFile(file, bytes);
    const [ours, floor]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const oursAt = performance.now();
      const analyzer = new Analyzer({ writtenBefore: 0, onFight: () => {} });
      for await (const chunk of createReadStream(file, CHUNK)) analyzer.push(chunk);
      if (analyzer.end().lines !== answer.lines) throw new Error("lines are missing");
      ours.push(performance.now() - oursAt);
      const floorAt = performance.now();
      if ((await countLines(file)) !== answer.lines) throw new Error("lines are missing");
      floor.push(performance.now() - floorAt);
    }
    const rate = (ms: number) => bytes.length / 1e6 / (ms / 1_000);
    const [a, b] = [median(ours), median(floor)];
    const figures = [
      figure("parse", "rate", ROUNDS, "MB/s", rate(a), rate(b)),
      figure("parse", "time", ROUNDS, "ms", a, b),
    ];
    return FULL ? [...figures, await memory(folder)] : figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function countLines(file: string): Promise<number> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let count = 0;
  for await (const chunk of createReadStream(file, CHUNK)) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop()!;
    count += lines.length;
  }
  return count;
}

/** The peak memory of `guildhall logs analyze` for a log of a gigabyte. */
async function memory(folder: string): Promise<Figure> {
  const file = join(folder, "large.txt");
  const out = createWriteStream(file);
  let written = 0;
  for (let seed = 1; written < 1024 ** 3; seed++) {
    const { lines } = generateLog({ seed, generation: 22, events: 20_000, fights: 3, ...RAID });
    const text = [...lines].join("");
    written += Buffer.byteLength(text);
    if (!out.write(text)) await new Promise<void>((resolve) => out.once("drain", () => resolve()));
  }
  out.end();
  await finished(out);
  const main = join(import.meta.dirname, "../provisioning/cli/main.ts");
  const child = spawn(process.execPath, [main, "logs", "analyze", file, "--json"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let peakMb = 0;
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 50);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`analyze ended with ${code}`);
  return figure("parse", "peak memory, 1 GB", 1, "MB", peakMb, null);
}

/** An upload to rows in the guild's database; the floor is reading the log alone. */
export async function ingest(): Promise<readonly Figure[]> {
  await using t = await testApp();
  const { bytes } = generatedText({ seed: 2, generation: 22, events: 15_000, fights: 20, ...RAID });
  const [ours, floor]: [number[], number[]] = [[], []];
  for (let round = 0; round < 3; round++) {
    const guild = await t.guild(`ingest-${round}`);
    const floorAt = performance.now();
    const analyzer = new Analyzer({ writtenBefore: 0, onFight: () => {} });
    for (let at = 0; at < bytes.length; at += CHUNK.highWaterMark) {
      analyzer.push(bytes.subarray(at, at + CHUNK.highWaterMark));
    }
    analyzer.end();
    floor.push(performance.now() - floorAt);
    const begun = await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: bytes.length });
    const { id } = begun.body;
    // Ends when the report is ready. The log is compressed after that.
    const ready = guild.owner.get(`/logs/${id}/events`);
    const oursAt = performance.now();
    const step = 8 * 1024 * 1024;
    for (let at = 0; at < bytes.length; at += step) {
      const headers = { "upload-offset": String(at) };
      await guild.owner.putBytes(`/logs/${id}/content`, bytes.subarray(at, at + step), headers);
    }
    const packed = t.services.logIngest.drain();
    await ready;
    ours.push(performance.now() - oursAt);
    await packed;
    const report = (await guild.owner.get(`/logs/${id}`)).body;
    if (report.state !== "ready" || report.encounters !== 20) throw new Error("fights are missing");
  }
  return [
    figure("ingest", `${(bytes.length / 1e6).toFixed(0)} MB`, 3, "ms", median(ours), median(floor)),
  ];
}

/** The pages of a guild with 10,000 encounters of 25 players. */
export async function logQueries(): Promise<readonly Figure[]> {
  await using t = await testApp();
  const guild = await t.guild("veterans", { plan: "premium" });
  const row = (await t.services.platform.guild(guild.id))!;
  await t.services.tenants.use(row, async (db) => {
    await db.client.batch(
      [
        {
          sql: `INSERT INTO log_reports (id, title, file_name, source, state, uploader_name, size_bytes,
                  time_zone, created_at, updated_at)
                WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                SELECT 'r' || i, 'Night ' || i, 'a', 'upload', 'ready', 'x', 1, 'UTC', i, i FROM n`,
          args: [],
        },
        {
          sql: `INSERT INTO encounters (id, report_id, kind, game_id, name, difficulty, start_at, end_at,
                  duration_ms, outcome, boss_percent, unattributed_damage, death_count, player_count,
                  start_byte, end_byte, details)
                WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                SELECT printf('00000000-0000-4000-8000-%012d', i), 'r' || (1 + i % 500), 'encounter',
                  2900 + i % 20, 'Boss ' || (i % 20), 14 + i % 3, i * 600000, i * 600000 + 300000,
                  300000, CASE i % 5 WHEN 0 THEN 'kill' ELSE 'wipe' END, i % 100, 0, 3, 25, i, i + 1,
                  '{"deaths":[],"enemies":[]}' FROM n`,
          args: [],
        },
        {
          sql: `INSERT INTO encounter_players (encounter_id, guid, name, class, spec, damage, damage_own,
                  damage_pets, overkill, absorbed_by_target, friendly_fire, support_damage, healing,
                  overhealing, absorbs_granted, damage_taken, deaths, active_ms, casts, interrupts,
                  dispels, details)
                WITH p(j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM p WHERE j < 25)
                SELECT e.id, 'Player-1-' || j, 'Raider' || j, 'Mage', 'Fire', e.start_at % 7919 * j, 0, 0,
                  0, 0, 0, 0, e.start_at % 104729 * j, 0, 0, 0, 0, 1000, 1, 0, 0,
                  '{"damageBySecond":[],"healingBySecond":[],"takenBySecond":[]}'
                FROM encounters e CROSS JOIN p`,
          args: [],
        },
      ],
      "write",
    );
  });
  const paths = [
    "/bosses",
    "/bosses/2903/14/pulls",
    "/logs",
    "/fights/00000000-0000-4000-8000-000000005000",
  ];
  const figures: Figure[] = [];
  for (const path of paths) {
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const at = performance.now();
      const { status } = await guild.owner.get(path);
      if (status !== 200) throw new Error(`${path} answered ${status}`);
      times.push(performance.now() - at);
    }
    figures.push(
      figure("log-queries", path.split("/").slice(0, 3).join("/"), 15, "ms", median(times), null),
    );
  }
  const page = performance.now();
  const shown = await guild.owner.page("/g/veterans/bosses/2903/14");
  if (shown.status !== 200) throw new Error(`the boss's page answered ${shown.status}`);
  figures.push(figure("log-queries", "page of a boss", 1, "ms", performance.now() - page, null));
  return figures;
}
