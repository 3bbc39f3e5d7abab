import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { clientOf, listening, type ServerProcess } from "../support/processes.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let server: string;
let main: string;
beforeAll(async () => {
  [server, main] = await Promise.all([
    bundleScript("src/node.ts"),
    bundleScript("provisioning/cli/main.ts"),
  ]);
});
afterAll(async () => {
  for (const path of [server, main]) await rm(path);
});

const SECRET = "a secret of this test that is long enough for the server";
const env = (dir: string) => ({
  PATH: process.env["PATH"],
  PORT: "0",
  DATA_DIR: dir,
  GUILDHALL_SECRET: SECRET,
  LOG_LEVEL: "info",
  RATE_LIMITS: "sign-up.address=off,read.address=off,write.address=off",
});
const guildhall = (dir: string, ...args: readonly string[]) =>
  runCli(main, dir, args, { GUILDHALL_SECRET: SECRET });

const spawned = (dir: string) =>
  spawn(process.execPath, [server], { env: env(dir), stdio: ["ignore", "pipe", "pipe"] });

/** How a start ends that is refused: its exit code and what it wrote. */
async function refusedStart(dir: string) {
  const child = spawned(dir);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  const [code] = await once(child, "close");
  return { code, text };
}

async function kill({ child }: ServerProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

async function signUp(at: ServerProcess, name: string): Promise<void> {
  const password = `pass phrase of ${randomUUID()}`;
  const made = await clientOf(at).post("/api/users", {
    email: `${name}@example.test`,
    password,
    name,
  });
  expect(made.status, made.text).toBe(201);
}

/** A folder whose server was killed after it acknowledged accounts; its log was then harmed. */
async function withHarmedLog(harm: (wal: string, at: number) => Promise<void>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-witness-"));
  const wal = join(dir, "platform.db-wal");
  const running = await listening(spawned(dir));
  await signUp(running, "early");
  const early = await endOf(wal);
  for (const name of ["later", "latest"]) await signUp(running, name);
  await kill(running, "SIGKILL");
  const last = await endOf(wal);
  // After a checkpoint the log begins again, and all of it is later.
  const at = last.salt === early.salt ? early.bytes : HEADER_BYTES;
  expect(last.bytes).toBeGreaterThan(at);
  await harm(wal, at);
  return dir;
}

const HEADER_BYTES = 32;

/** How far a log is written. The rest of the file has another salt: it is older than a checkpoint. */
async function endOf(path: string): Promise<{ salt: string; bytes: number }> {
  const log = await readFile(path);
  const frameBytes = 24 + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let bytes = HEADER_BYTES;
  while (bytes + frameBytes <= log.length && log.subarray(bytes + 8, bytes + 16).equals(salt)) {
    bytes += frameBytes;
  }
  return { salt: salt.toString("hex"), bytes };
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.of(byte[0]! ^ 0x10), 0, 1, at);
  await file.close();
}

const HARMS: readonly [string, Parameters<typeof withHarmedLog>[0]][] = [
  ["one byte of its log was flipped", (wal, at) => flip(wal, at + 2_000)],
  ["its log was cut", (wal, at) => truncate(wal, at)],
];

test.each(HARMS)(
  "R49 a platform that lost acknowledged accounts because %s is not started, and doctor says so",
  async (_, harm) => {
    const dir = await withHarmedLog(harm);
    try {
      const { code, text } = await refusedStart(dir);
      expect(code).not.toBe(0);
      expect(text).toContain("platform/older-than-known");
      expect(text).toMatch(/lacks the newest \d+ writes that were acknowledged/);
      expect(text).toContain("guildhall backups restore-platform");
      const doctor = await guildhall(dir, "doctor");
      expect(doctor.code).not.toBe(0);
      expect(doctor.out + doctor.err).toMatch(/lacks the newest \d+ writes/);
      // Commands refuse this platform database too.
      expect((await guildhall(dir, "guilds", "list")).code).not.toBe(0);
    } finally {
      await removeSearched(dir);
    }
  },
);

test("R49 an operator accepts the loss of a platform once, and it is started as it is", async () => {
  const dir = await withHarmedLog((wal, at) => flip(wal, at + 2_000));
  const accept = ["audit", "accept", "--platform", "--reason", "the log was damaged"];
  try {
    const dry = await guildhall(dir, ...accept, "--dry-run");
    expect(dry.code, dry.err).toBe(0);
    expect(dry.out).toMatch(/lacks \d+ writes that were acknowledged/);
    expect((await refusedStart(dir)).code).not.toBe(0);
    const accepted = await guildhall(dir, ...accept);
    expect(accepted.code, accepted.err).toBe(0);
    const started = await listening(spawned(dir));
    await signUp(started, "later");
    await kill(started, "SIGTERM");
    expect((await guildhall(dir, "audit", "verify", "--platform")).code).toBe(0);
  } finally {
    await removeSearched(dir);
  }
});

test("R49 a deleted log, and a deleted platform without guilds, are never replaced by an empty platform", async () => {
  const dir = await withHarmedLog((wal) => rm(wal));
  try {
    const { code, text } = await refusedStart(dir);
    expect(code).not.toBe(0);
    expect(text).toMatch(/platform\/(older-than-known|lost)/);
    for (const end of ["", "-wal", "-shm"])
      await rm(join(dir, `platform.db${end}`), { force: true });
    expect((await refusedStart(dir)).text).toContain("platform/lost");
  } finally {
    await removeSearched(dir);
  }
});

test("R49 an older backup of the platform is restored and started although newer writes were known", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-witness-"));
  try {
    const first = await listening(spawned(dir));
    await signUp(first, "early");
    const copied = await guildhall(dir, "backups", "platform", "--json");
    expect(copied.code, copied.err).toBe(0);
    const [{ key }] = JSON.parse(copied.out) as [{ key: string }];
    await signUp(first, "later");
    await kill(first, "SIGKILL");
    for (const end of ["", "-wal", "-shm"])
      await rm(join(dir, `platform.db${end}`), { force: true });
    const restored = await guildhall(dir, "backups", "restore-platform", key);
    expect(restored.code, restored.err).toBe(0);
    const again = await listening(spawned(dir));
    await signUp(again, "later");
    await kill(again, "SIGTERM");
  } finally {
    await removeSearched(dir);
  }
});

test("R49 a server that was killed while it wrote starts again every time, without a false alarm", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-witness-"));
  const rounds = process.env["GUILDHALL_SCALE"] === "full" ? 200 : 6;
  try {
    for (let round = 0; round < rounds; round++) {
      const running = await listening(spawned(dir));
      // The first answers show that writes are in progress. The others are cut by the kill.
      const writes = Array.from({ length: 12 }, (_, n) =>
        clientOf(running)
          .post("/api/users", {
            email: `p${round}.${n}@example.test`,
            password: `pass phrase ${round} ${n} of Ironforge`,
            name: "Person",
          })
          .catch(() => undefined),
      );
      for (const write of writes.slice(0, 1 + (round % 4))) await write;
      await kill(running, "SIGKILL");
      await Promise.all(writes);
    }
    const last = await listening(spawned(dir));
    await kill(last, "SIGTERM");
    const doctor = await guildhall(dir, "doctor");
    expect(doctor.out + doctor.err).not.toContain("acknowledged");
  } finally {
    await removeSearched(dir);
  }
});
