import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import Native from "libsql";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openEmbedded } from "../../src/database/embedded.ts";
import { limits } from "../../src/limits.ts";
import { UNLIMITED_REQUESTS } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { removeSearched } from "../support/secrets/folders.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const WRITERS = 3;
const ROWS = FULL ? 200_000 : 400;

let writer: string;
let dir: string;
beforeAll(async () => {
  writer = await bundleScript("test/support/checkpointing-writer.ts");
});
afterAll(() => rm(writer, { force: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "guildhall-shared-"));
});
afterEach(() => removeSearched(dir));

async function newFile(): Promise<string> {
  const path = join(dir, "shared.db");
  const client = await openEmbedded({ url: pathToFileURL(path).href }, { create: true });
  await client.execute({
    sql: "CREATE TABLE t (writer TEXT, row INTEGER, v TEXT, PRIMARY KEY (writer, row))",
    args: [],
  });
  await client.close();
  return path;
}

// With SQLite's own checkpoints this fails at full scale within minutes: MUTANT=sqlite-checkpoints.
test("R50 processes that write and checkpoint one file at once lose nothing and damage nothing", {
  timeout: FULL ? 3_600_000 : 90_000,
}, async () => {
  const path = await newFile();
  const written = await Promise.all(
    Array.from({ length: WRITERS }, async (_, at) => {
      const args = [writer, path, `writer-${at}`, String(ROWS)];
      return Number((await promisify(execFile)(process.execPath, args)).stdout);
    }),
  );
  expect(written).toEqual(Array.from({ length: WRITERS }, () => ROWS));
  const client = await openEmbedded({ url: pathToFileURL(path).href });
  const ask = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
  expect(await ask("PRAGMA integrity_check")).toEqual([["ok"]]);
  expect(await ask("SELECT count(*) FROM t")).toEqual([[WRITERS * ROWS]]);
  await client.close();
});

test("R50 no checkpoint runs while another connection may write, and the log is copied in afterwards", async () => {
  const path = await newFile();
  const client = await openEmbedded({ url: pathToFileURL(path).href }, { busyWaitMsMax: 20 });
  const fill = () =>
    client.execute({ sql: "INSERT INTO t VALUES ('w', NULL, zeroblob(500000))", args: [] });
  const checkpoint = () => client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
  await fill();
  const before = statSync(path).size;
  const other = new Native(path);
  other.exec("BEGIN IMMEDIATE");
  await expect(checkpoint()).rejects.toMatchObject({ kind: "busy" });
  expect(statSync(path).size).toBe(before);
  other.exec("ROLLBACK");
  other.close();
  const { rows } = await checkpoint();
  expect(rows[0]![1]).toBe(rows[0]![2]);
  expect(statSync(path).size).toBeGreaterThan(before);
  await client.close();
});

test("R50 the log beside a busy database is checkpointed by itself and does not grow without limit", async () => {
  const path = await newFile();
  const client = await openEmbedded({ url: pathToFileURL(path).href });
  let longest = 0;
  for (let i = 0; i < 60; i++) {
    await client.execute({ sql: "INSERT INTO t VALUES ('w', NULL, zeroblob(500000))", args: [] });
    longest = Math.max(longest, statSync(`${path}-wal`).size);
  }
  expect(statSync(path).size).toBeGreaterThan(20_000_000);
  expect(longest).toBeLessThan(2 * limits.database.logBytes);
  await client.close();
});

test("R50 two servers and commands on one folder keep every award that they acknowledged", async () => {
  const folder = join(dir, "data");
  await using fleet = await processes({ DATA_DIR: folder, RATE_LIMITS: UNLIMITED_REQUESTS });
  const [first] = await fleet.start(1);
  const [second] = await fleet.start(1);
  const owner = await signUp("owner", first!);
  const names = { name: "Steadfast", realm: "Area 52", region: "eu", faction: "horde" };
  const founder = clientOf(first!, owner);
  const made = await founder.post("/api/guilds", { ...names, slug: "steadfast" });
  if (made.status === 202) await founder.get(`/api/guilds/${made.body.id}/operation/events`);
  const clients = [first!, second!].map((one) => clientOf(one, owner).within("steadfast"));
  const person = await clients[0]!.post("/roster/persons", { name: "Thrall" });
  const award = { personIds: [person.body.id], points: 1, reason: "On time" };
  let acknowledged = 0;
  const write = async (client: (typeof clients)[number]) => {
    for (let i = 0; i < 30; i++) {
      const answer = await client.post("/dkp/awards", award);
      if (answer.status === 201) acknowledged++;
      else expect([409, 503]).toContain(answer.status);
    }
  };
  const commands = async () => {
    for (const command of [
      ["guilds", "check", "steadfast"],
      ["backups", "create", "steadfast"],
    ]) {
      await fleet.command(...command);
    }
  };
  await Promise.all([...clients.map(write), commands()]);
  const books = await clients[1]!.get("/dkp/verification");
  expect(books.body).toMatchObject({ isRight: true });
  const standing = (await clients[0]!.get("/standings")).body.items[0];
  expect(standing.balance).toBe(acknowledged * 100);
});
