import { createReadStream } from "node:fs";
import { link, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { Client } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Guild } from "../../src/platform/store.ts";
import { draftIn, makeFolder, removeStaleDrafts, syncFolder } from "../hosts/file-drafts.ts";
import { atHostOf, databaseName, type Hosts } from "../hosts/host.ts";
import { type Migration, versionOf } from "../migrations.ts";
import { refuseStranger } from "../rollouts/guild.ts";
import { copyFromFile, copyToFile, pack, unpack, withScratch } from "./copies.ts";
import { inFile, workOnWhole } from "./whole-files.ts";

/** The database that was copied. */
export interface CopyOf {
  readonly guild: Pick<Guild, "id" | "generation">;
  /** The number of migrations in the ledger of the database. */
  readonly version: number;
}

/** A copy that was opened and matches its name. */
export interface OpenedCopy extends CopyOf {
  /** A temporary libSQL file of this machine, which exists only while the work runs. */
  readonly path: string;
  /** The newest number of the guild's audit log in the copy; 0 for an empty log. */
  readonly lastAudit: number;
}

interface Deps extends Hosts {
  /** The folder with one subfolder per rollout. */
  readonly root: string;
  readonly migrations: readonly Migration[];
}

const REFERENCE = /^([a-z0-9-]{1,63})\/([0-9a-f-]{36})\.g(\d+)\.v(\d+)\.([0-9a-f]{64})(?:\.\d+)?$/;

/**
 * Copies of guilds' databases for the revert of a rollout, each one compressed libSQL file. A copy's name
 * contains the rollout, guild, generation, schema version and hash of its bytes. It is written once, never
 * replaced, and counts only after it was read back, opened and checked.
 */
export class RolloutCopies {
  readonly #deps: Deps;
  readonly #tidied = new Set<string>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * Copies a guild's database and returns the name for `open`. A database that has not changed since an
   * earlier call uses the existing copy.
   *
   * @throws {DatabaseError} `corrupt` when the database is damaged, another guild's, or at another schema
   * version than `version`.
   */
  async keep(rolloutId: string, guild: Guild, version: number): Promise<string> {
    const folder = await this.#folder(rolloutId);
    const { host } = atHostOf(this.#deps, guild);
    const [copy, packed] = [draftIn(folder), draftIn(folder)];
    return await withScratch([copy, packed], async () => {
      await copyToFile(host, databaseName(guild.databaseName), copy);
      const { sha256 } = await pack(copy, packed);
      await this.#checked(packed, sha256, { guild, version }, async () => {});
      await syncFile(packed);
      const name = `${guild.id}.g${guild.generation}.v${version}.${sha256}`;
      return `${rolloutId}/${await linkOnce(packed, folder, name, sha256)}`;
    });
  }

  /**
   * Opens a copy while `work` runs, after checking that it is complete and matches its name.
   *
   * @throws {DatabaseError} `corrupt`, `missing`
   */
  async open<T>(reference: string, work: (copy: OpenedCopy) => Promise<T>): Promise<T> {
    const [, rolloutId = "", id, generation, version, sha256 = ""] =
      REFERENCE.exec(reference) ?? [];
    if (!id) {
      throw new DatabaseError(
        "missing",
        "This copy was made by an earlier release and cannot be checked. Restore a backup instead.",
      );
    }
    const guild = { id: id as Guild["id"], generation: Number(generation) };
    const path = `${join(this.#deps.root, reference)}.db.gz`;
    await this.#folder(rolloutId);
    return await this.#checked(path, sha256, { guild, version: Number(version) }, work);
  }

  /** Converts a copy to the format that `restore` of the guild's host takes. */
  async streamFor(guild: Guild, { path }: OpenedCopy): Promise<ReadableStream<Uint8Array>> {
    return await copyFromFile(atHostOf(this.#deps, guild).host, path);
  }

  /** The copies of a rollout in the folder. */
  async list(rolloutId: string): Promise<readonly string[]> {
    const files = await readdir(await this.#folder(rolloutId));
    const names = files.map((file) => `${rolloutId}/${file.replace(/\.db\.gz$/, "")}`);
    return names.filter((name) => REFERENCE.test(name)).sort();
  }

  async #checked<T>(
    packed: string,
    sha256: string,
    of: CopyOf,
    work: (copy: OpenedCopy) => Promise<T>,
  ): Promise<T> {
    const path = draftIn(this.#deps.root);
    return await withScratch([path], async () => {
      await unpack(fileStream(packed), path, sha256);
      await workOnWhole({ kind: "check", path });
      const lastAudit = await inFile(path, async (client) => {
        await refuseOther(client, of, this.#deps.migrations);
        return await newestAudit(client);
      });
      return await work({ ...of, path, lastAudit });
    });
  }

  async #folder(rolloutId: string): Promise<string> {
    const folder = join(this.#deps.root, databaseName(rolloutId));
    await makeFolder(folder, dirname(this.#deps.root));
    if (!this.#tidied.has(rolloutId)) {
      this.#tidied.add(rolloutId);
      // Incomplete files of killed processes do not count and take up space.
      await removeStaleDrafts(this.#deps.root);
      await removeStaleDrafts(folder);
    }
    return folder;
  }
}

/**
 * Checks that this database is the guild's, at this schema version by its own ledger.
 *
 * @throws {DatabaseError} `corrupt`
 *
 * @throws {MigrationError} for a ledger that is not ours.
 */
export async function refuseOther(
  client: Client,
  { guild, version }: CopyOf,
  migrations: readonly Migration[],
): Promise<void> {
  await refuseStranger(client, guild);
  const reached = await versionOf(client, migrations);
  if (reached === version) return;
  throw new DatabaseError(
    "corrupt",
    `The database is at schema ${reached}, where schema ${version} is wanted.`,
  );
}

async function newestAudit(client: Client): Promise<number> {
  const sql = "SELECT coalesce(max(seq), 0) FROM audit_log";
  const { rows } = await client.execute({ sql, args: [] });
  return Number(rows[0]?.[0] ?? 0);
}

/** Names a file unless the name is taken: an existing copy stays. */
async function linkOnce(
  from: string,
  folder: string,
  name: string,
  sha256: string,
): Promise<string> {
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name}.${n}`;
    const path = join(folder, `${tried}.db.gz`);
    try {
      await link(from, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      // With equal bytes the existing file counts. With other bytes it is damaged, and stays for
      // inspection.
      if (!(await isWhole(path, sha256, folder))) continue;
    }
    await syncFolder(folder);
    return tried;
  }
}

async function isWhole(path: string, sha256: string, folder: string): Promise<boolean> {
  const scratch = draftIn(folder);
  return await withScratch([scratch], async () => {
    try {
      await unpack(fileStream(path), scratch, sha256);
      return true;
    } catch (error) {
      if (error instanceof DatabaseError) return false;
      throw error;
    }
  });
}

function fileStream(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
