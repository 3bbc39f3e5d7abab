import { pathToFileURL } from "node:url";
import type { Client } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { PlatformStore } from "../../src/platform/store.ts";
import { dumpOf } from "../hosts/dump.ts";
import { draftIn, isThere, makeFolder, removeDatabase } from "../hosts/file-drafts.ts";
import { statementsIn } from "../hosts/sql-snapshot.ts";
import {
  checkpoint,
  countRows,
  inFile,
  pack,
  refuseDamage,
  unpack,
  withScratch,
} from "./copies.ts";
import { hashIn, keyOf, takenAtIn } from "./keys.ts";
import { type Policy, retainedBy } from "./policy.ts";
import type { BackupStore } from "./store.ts";

const FOLDER = "platform";

/** A copy of the platform's database in the store. Its content is known only after opening it. */
export interface PlatformCopy {
  readonly key: string;
  readonly takenAt: number;
}

/**
 * Backups of the platform's own database. The store lists them, not the platform, because they are needed
 * when the platform is lost.
 */
export class PlatformBackups {
  readonly #deps: {
    readonly platform: PlatformStore;
    readonly store: BackupStore;
    readonly scratch: string;
    readonly kept: Policy;
  };

  constructor(deps: {
    readonly platform: PlatformStore;
    readonly store: BackupStore;
    readonly scratch: string;
    readonly kept: Policy;
  }) {
    this.#deps = deps;
  }

  /** Creates, stores, reads back and opens a copy. Then removes copies that the policy does not retain. */
  async create(): Promise<PlatformCopy> {
    const { platform, store, scratch } = this.#deps;
    const to = { store, scratch, folder: FOLDER, now: platform.now };
    const key = await storePlatformCopy(platform.db.client, to).catch(async (error: unknown) => {
      // Remove old copies even if the new one failed; otherwise a full store stays full.
      await this.#prune();
      throw error;
    });
    await this.#prune();
    return { key, takenAt: takenAtIn(key)! };
  }

  /** All copies, newest first. */
  async list(): Promise<readonly PlatformCopy[]> {
    const found: PlatformCopy[] = [];
    for await (const key of this.#deps.store.list(`${FOLDER}/`)) {
      const takenAt = takenAtIn(key);
      if (takenAt !== undefined) found.push({ key, takenAt });
    }
    return found.sort((a, b) => b.takenAt - a.takenAt);
  }

  /**
   * Reads a copy, opens it and returns its row counts by table.
   *
   * @throws {DatabaseError} `corrupt`
   */
  async verify(key: string): Promise<Readonly<Record<string, number>>> {
    const copy = draftIn(this.#deps.scratch);
    return await withScratch([copy], () => fetchCopy(this.#deps.store, key, copy));
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

/**
 * Writes a copy of the platform's database to the path that a server opens. Works without a platform.
 *
 * @throws {Conflict} `backup/platform-there` rather than replace a platform.
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function restorePlatform(
  store: BackupStore,
  key: string,
  path: string,
): Promise<Readonly<Record<string, number>>> {
  await refusePlatformThere(path);
  try {
    return await fetchCopy(store, key, path);
  } catch (error) {
    await removeDatabase(path);
    throw error;
  }
}

/** @throws {Conflict} `backup/platform-there` */
export async function refusePlatformThere(path: string): Promise<void> {
  if (!(await isThere(path))) return;
  throw new Conflict(
    "backup/platform-there",
    "There is a platform database already. Stop the server and move it away first.",
  );
}

async function fetchCopy(
  store: BackupStore,
  key: string,
  path: string,
): Promise<Readonly<Record<string, number>>> {
  await unpack(await store.get(key), path, hashIn(key));
  return await inFile(path, async (client) => {
    await refuseDamage(client);
    const rows = await countRows(client);
    await checkpoint(client);
    return rows;
  });
}

/**
 * Copies the platform's database into a folder of the store, reads the copy back and opens it. Returns its
 * key.
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function storePlatformCopy(
  platform: Client,
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
    await inFile(copy, refuseDamage);
    const { sha256 } = await pack(copy, packed);
    const key = keyOf(folder, now(), sha256);
    await store.put(key, packed);
    await fetchCopy(store, key, back);
    return key;
  });
}

async function copyPlatform(platform: Client, path: string): Promise<void> {
  const statements = await statementsIn(await dumpOf(platform));
  const copy = await openEmbedded({ url: pathToFileURL(path).href }, { create: true });
  try {
    await copy.migrate(statements);
    await checkpoint(copy);
  } finally {
    await copy.close();
  }
}
