import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Client, DatabaseLocation } from "../../src/database/client.ts";
import { type Migration, migrate, schemaOf } from "../migrations.ts";
import {
  draftIn,
  makeFolder,
  removeDatabase,
  removeStaleDrafts,
  writeDurably,
} from "./file-drafts.ts";

interface TemplateOptions {
  /** The folder that contains it. */
  readonly root: string;
  readonly migrations: readonly Migration[];
  readonly openClient: (
    location: DatabaseLocation,
    options?: { readonly create?: boolean },
  ) => Promise<Client>;
  readonly nowMs: () => number;
}

/**
 * The initial bytes of every new guild's database: an empty database with the newest schema, named by the
 * schema's hash. Created once, checked when first read, and created again if damaged.
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
  await makeFolder(root);
  const kept = await readFile(path).catch(() => undefined);
  if (kept && (await isWhole(kept, root, options))) return kept;
  await build(path, root, options);
  await removeStaleDrafts(root);
  for (const file of await readdir(root)) {
    if (/^template-.*\.db$/.test(file) && file !== name) await rm(join(root, file));
  }
  return await readFile(path);
}

/** Several processes may build it at once: each builds its own, with the same content. */
async function build(path: string, root: string, options: TemplateOptions): Promise<void> {
  const draft = draftIn(root);
  try {
    const client = await options.openClient({ url: pathToFileURL(draft).href }, { create: true });
    try {
      const report = await migrate(client, options.migrations, { nowMs: options.nowMs() });
      if (report.error) throw report.error;
      // Copies are made from the file alone, so the log beside it must be empty.
      await client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
    } finally {
      await client.close();
    }
    const file = await open(draft, "r");
    await file.sync();
    await file.close();
    await rename(draft, path);
  } finally {
    await removeDatabase(draft);
  }
}

/** Checks a copy of the bytes, so that no process ever opens the template itself. */
async function isWhole(
  bytes: Uint8Array,
  root: string,
  options: TemplateOptions,
): Promise<boolean> {
  const copy = draftIn(root);
  try {
    await writeDurably(copy, [bytes]);
    const client = await options.openClient({ url: pathToFileURL(copy).href });
    try {
      const { rows } = await client.execute({ sql: "PRAGMA integrity_check", args: [] });
      const nowMs = options.nowMs();
      const report = await migrate(client, options.migrations, { nowMs, dryRun: true });
      return rows[0]?.[0] === "ok" && !report.error && report.applied.length === 0;
    } finally {
      await client.close();
    }
  } catch {
    // Empty or damaged: create it again.
    return false;
  } finally {
    await removeDatabase(copy);
  }
}
