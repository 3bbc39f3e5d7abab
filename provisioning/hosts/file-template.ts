import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Client, DatabaseLocation } from "../../src/database/client.ts";
import { type Migration, migrate, schemaOf } from "../migrations.ts";

interface TemplateOptions {
  readonly root: string;
  readonly migrations: readonly Migration[];
  readonly openClient: (
    location: DatabaseLocation,
    options?: { readonly create?: boolean },
  ) => Promise<Client>;
  readonly nowMs: () => number;
}

/**
 * The bytes that every new guild's database begins with: an empty database with the newest schema,
 * named by the schema's hash. Made once, checked when it is first read, made again if damaged.
 */
export function fileTemplate(options: TemplateOptions): () => Promise<Uint8Array> {
  let bytes: Promise<Uint8Array> | undefined;
  return () => {
    bytes ??= load(options).catch((error: unknown) => {
      bytes = undefined;
      throw error;
    });
    return bytes;
  };
}

async function load(options: TemplateOptions): Promise<Uint8Array> {
  const root = resolve(options.root);
  const name = `template-${schemaOf(options.migrations).hash.slice(0, 16)}.db`;
  const path = join(root, name);
  await mkdir(root, { recursive: true });
  if (!(await isWhole(path, options))) await build(path, options);
  for (const file of await readdir(root)) {
    if (/^template-.*\.db/.test(file) && !file.startsWith(name)) {
      await rm(join(root, file), { force: true });
    }
  }
  return await readFile(path);
}

async function build(path: string, options: TemplateOptions): Promise<void> {
  const draft = `${path}.${randomUUID()}.draft`;
  const client = await options.openClient({ url: pathToFileURL(draft).href }, { create: true });
  try {
    const report = await migrate(client, options.migrations, { nowMs: options.nowMs() });
    if (report.error) throw report.error;
    await client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
  } finally {
    await client.close();
  }
  const file = await open(draft, "r");
  await file.sync();
  await file.close();
  await rename(draft, path);
  for (const suffix of ["-wal", "-shm"]) await rm(draft + suffix, { force: true });
}

async function isWhole(path: string, options: TemplateOptions): Promise<boolean> {
  try {
    const client = await options.openClient({ url: pathToFileURL(path).href });
    try {
      const { rows } = await client.execute({ sql: "PRAGMA integrity_check", args: [] });
      const nowMs = options.nowMs();
      const report = await migrate(client, options.migrations, { nowMs, dryRun: true });
      return rows[0]?.[0] === "ok" && !report.error && report.applied.length === 0;
    } finally {
      await client.close();
    }
  } catch {
    // Missing, empty or damaged: in each case the answer is to make it again.
    return false;
  }
}
