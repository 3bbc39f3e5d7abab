import { fork } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { Client, SqlValue } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";

/** A folder that is removed when the test is over. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), "guildhall-db-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export const urlOf = (path: string) => pathToFileURL(path).href;

/** A new database with one table, open. */
export async function newDatabase(path: string): Promise<Client> {
  const client = await openEmbedded({ url: urlOf(path) }, { create: true });
  await run(client, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v)");
  return client;
}

export async function run(client: Client, sql: string, ...args: SqlValue[]) {
  return (await client.execute({ sql, args })).rows;
}

/** The committed rows, as a new process reads them from the file. */
export async function countAfresh(path: string): Promise<number> {
  const client = await openEmbedded({ url: urlOf(path) });
  const [row] = await run(client, "SELECT count(*) FROM t");
  await client.close();
  return Number(row![0]);
}

/** Another process that takes the write lock, says so, and releases it after `holdMs` or when killed. */
export async function lockElsewhere(path: string, holdMs: number) {
  const child = fork(join(import.meta.dirname, "locker.ts"), [path, String(holdMs)]);
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await new Promise<void>((resolve) => child.once("message", () => resolve()));
  return { exit, kill: () => child.kill("SIGKILL") };
}

/** Open descriptors of this process, where the system reports them. */
export function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
