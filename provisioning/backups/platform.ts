import { link, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Client } from "../../src/database/client.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import { dumpOf } from "../hosts/dump.ts";
import {
  draftIn,
  isThere,
  makeFolder,
  makePrivateFile,
  syncFolder,
  writeDurably,
} from "../hosts/file-drafts.ts";
import { MigrationError } from "../migrations.ts";
import { platformStateOf, witnessOf } from "../platform.ts";
import { countRows, pack, unpack, withScratch } from "./copies.ts";
import { hashIn, keyOf, takenAtIn } from "./keys.ts";
import { type Policy, retainedBy } from "./policy.ts";
import type { BackupStore } from "./store.ts";
import { inFile, workOnWhole } from "./whole-files.ts";

const FOLDER = "platform";

/** A copy of the platform's database in the store. Its content is known only after opening it. */
export interface PlatformCopy {
  readonly key: string;
  readonly takenAt: number;
}

interface Deps {
  readonly platform: PlatformStore;
  readonly store: BackupStore;
  readonly scratch: string;
  readonly kept: Policy;
  /** The path of the platform's database. Undefined if it is on a server. */
  readonly path: string | undefined;
}

/**
 * Backups of the platform's own database. The store lists them, not the platform, because they are needed
 * when the platform is lost.
 */
export class PlatformBackups {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Creates, stores, reads back and opens a copy. Then removes copies that the policy does not retain. */
  async create(): Promise<PlatformCopy> {
    const { platform, path, store, scratch } = this.#deps;
    const to = { store, scratch, folder: FOLDER, now: platform.now };
    const key = await storePlatformCopy(path ?? platform.db.client, to).catch(
      async (error: unknown) => {
        // Remove old copies even if the new one failed; otherwise a full store stays full.
        await this.#prune();
        throw error;
      },
    );
    await this.#prune();
    return { key, takenAt: takenAtIn(key)! };
  }

  list(): Promise<readonly PlatformCopy[]> {
    return platformCopiesIn(this.#deps.store);
  }

  /**
   * Reads a copy, opens it and returns its row counts by table.
   *
   * @throws {DatabaseError} `corrupt`
   */
  async verify(key: string): Promise<Readonly<Record<string, number>>> {
    const copy = draftIn(this.#deps.scratch);
    return await withScratch([copy], () => fetchCopy(this.#deps.store, key, copy, countRows));
  }

  async #prune(): Promise<void> {
    const all = await this.list();
    const kept = retainedBy(
      this.#deps.kept,
      all.map(({ takenAt }) => takenAt),
    );
    for (const { key, takenAt } of all) if (!kept.has(takenAt)) await this.#deps.store.remove(key);
  }
}

/** All copies of a platform in a store, newest first. Needs no platform. */
export async function platformCopiesIn(store: BackupStore): Promise<readonly PlatformCopy[]> {
  const found: PlatformCopy[] = [];
  for await (const key of store.list(`${FOLDER}/`)) {
    const takenAt = takenAtIn(key);
    if (takenAt !== undefined) found.push({ key, takenAt });
  }
  return found.sort((a, b) => b.takenAt - a.takenAt);
}

/** The content of a copy of the platform's database. */
export interface PlatformContents {
  readonly rows: Readonly<Record<string, number>>;
  /** The names of migrations that the copy lacks. The next start applies them. */
  readonly pending: readonly string[];
  /** Guilds that it finds by paths of a machine, as older releases did. The next start converts them. */
  readonly oldPlaces: number;
}

/**
 * Writes a copy of the platform's database to the path that a server opens. Works without a platform.
 * The copy gets that name only once it was opened and checked.
 *
 * @throws {Conflict} `backup/platform-there` rather than replace a platform; `backup/newer-release`
 *
 * @throws {Invalid} `backup/not-a-platform`
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function restorePlatform(
  store: BackupStore,
  key: string,
  path: string,
): Promise<PlatformContents> {
  await refusePlatformThere(path);
  const folder = dirname(path);
  const scratch = join(folder, "scratch");
  await makeFolder(scratch, folder);
  const draft = draftIn(scratch);
  return await withScratch([draft], async () => {
    const contents = await inspectPlatformCopy(store, key, scratch);
    await unpack(await store.get(key), draft, hashIn(key));
    await syncFile(draft);
    // The copy is older than what was known of the lost platform.
    await rm(witnessOf(path), { force: true });
    // Unlike a rename, a link never replaces a platform that another process has made by now.
    await link(draft, path).catch(async (error: NodeJS.ErrnoException) => {
      await refusePlatformThere(path);
      throw error;
    });
    await syncFolder(folder);
    return contents;
  });
}

/**
 * Reads a copy from the store and opens it: it has to be whole, a platform's, and of this release or an
 * older one. Leaves nothing in `scratch`. Throws what `restorePlatform` throws.
 */
export async function inspectPlatformCopy(
  store: BackupStore,
  key: string,
  scratch: string,
): Promise<PlatformContents> {
  const copy = draftIn(scratch);
  return await withScratch([copy], () => fetchCopy(store, key, copy, contentsOf));
}

async function contentsOf(client: Client): Promise<PlatformContents> {
  const state = await platformStateOf(client).catch((error: unknown) => {
    if (error instanceof MigrationError && error.code === "ahead") throw copyOfNewerRelease(error);
    if (error instanceof MigrationError) throw copyOfNoPlatform(error);
    throw error;
  });
  if (state.isEmpty) throw copyOfNoPlatform();
  const { pending, oldPlaces } = state;
  return { rows: await countRows(client), pending, oldPlaces };
}

/** @throws {Conflict} `backup/platform-there` */
export async function refusePlatformThere(path: string): Promise<void> {
  // A log that is left would be read into the restored database.
  const files = [path, `${path}-wal`, `${path}-journal`];
  const found = await Promise.all(files.map(isThere));
  if (!found.includes(true)) return;
  throw new Conflict(
    "backup/platform-there",
    "There is a platform database already, or its log. Stop the server and move platform.db and " +
      "the files beside it away first.",
  );
}

/** Writes a copy to a new file and asks the whole database for something. */
async function fetchCopy<T>(
  store: BackupStore,
  key: string,
  path: string,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  await unpack(await store.get(key), path, hashIn(key));
  await workOnWhole({ kind: "check", path });
  return await inFile(path, ask);
}

/**
 * Copies the platform's database into a folder of the store, reads the copy back and opens it. Returns its
 * key. `platform` is its path, or a client for a database on a server.
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function storePlatformCopy(
  platform: Client | string,
  to: {
    readonly store: BackupStore;
    readonly scratch: string;
    readonly folder: string;
    readonly now: Clock;
  },
): Promise<string> {
  const { store, scratch, folder, now } = to;
  await makeFolder(scratch);
  const [copy, packed, back] = [draftIn(scratch), draftIn(scratch), draftIn(scratch)];
  return await withScratch([copy, packed, back], async () => {
    await copyPlatform(platform, copy);
    await workOnWhole({ kind: "check", path: copy });
    const { sha256 } = await pack(copy, packed);
    const key = keyOf(folder, now(), sha256);
    await store.put(key, packed);
    try {
      await fetchCopy(store, key, back, countRows);
    } catch (error) {
      // It would be listed as a copy that can be restored.
      await store.remove(key).catch(() => undefined);
      throw error;
    }
    return key;
  });
}

async function copyPlatform(platform: Client | string, path: string): Promise<void> {
  if (typeof platform === "string") {
    await makePrivateFile(path);
    return await workOnWhole({ kind: "snapshot", from: platform, to: path });
  }
  const dump = draftIn(dirname(path));
  await withScratch([dump], async () => {
    await writeDurably(dump, await dumpOf(platform));
    await workOnWhole({ kind: "fill", from: dump, to: path });
  });
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function copyOfNewerRelease(cause: Error): Conflict {
  return new Conflict(
    "backup/newer-release",
    "A newer release made this copy. Restore it with that release, or take an older copy.",
    {},
    { cause },
  );
}

function copyOfNoPlatform(cause?: Error): Invalid {
  return new Invalid(
    "backup/not-a-platform",
    "This is no copy of a platform's database. Take a key that begins with platform/ or " +
      "platform-upgrades/.",
    {},
    { cause },
  );
}
