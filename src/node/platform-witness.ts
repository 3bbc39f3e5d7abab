import { closeSync, constants, fdatasync, openSync, readSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { sql } from "drizzle-orm";
import { witnessOf } from "../../provisioning/platform.ts";
import { platformOlder } from "../../provisioning/platform-errors.ts";
import type { Client } from "../database/client.ts";
import type { WriteCounter } from "../database/embedded-connection.ts";
import { insertInto, statementOf } from "../database/statements.ts";
import { processBackground, type Timer } from "../kernel/background.ts";
import { delay } from "../kernel/concurrency.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import { platformWrites } from "../platform/schema.ts";

/** The count, in a fixed number of digits, so that writing it again changes neither size nor blocks. */
const DIGITS = 16;
const CONTENT = /^\d{16}\n$/;

const COUNT = statementOf(
  sql`select ${platformWrites.count} from ${platformWrites} where ${platformWrites.id} = 1`,
);
const ADD_ONE = insertInto(
  platformWrites,
  { id: 1, count: 1 },
  { on: [platformWrites.id], set: { count: sql`${platformWrites.count} + 1` } },
);
const toDisk = promisify(fdatasync);

const HAS_TABLE = statementOf(
  sql`select count(*) from sqlite_master where type = 'table' and name = 'platform_writes'`,
);

/** What an operator may accept: writes that the platform has lost. */
export interface PlatformLoss {
  /** 0 when nothing is missing. */
  readonly missing: number;
  /** Takes the database as it is now for the newest. */
  accept(): Promise<void>;
}

/**
 * A small file beside the platform's database with the number of transactions that have changed it. SQLite
 * ends the log at its first damaged byte and ignores what follows, so the database alone cannot tell that
 * acknowledged writes are missing.
 *
 * Each transaction counts itself. The file is written when a transaction is on disk, and before the write is
 * acknowledged: it never claims more than the database holds, and after a kill it claims all that was
 * acknowledged. Writing takes microseconds, because only the operating system's memory is written. The
 * disk follows within a second. A power cut may therefore leave an older claim, never a wrong one.
 */
export class PlatformWitness implements WriteCounter {
  readonly statements = [ADD_ONE, COUNT];
  readonly #platform: string;
  readonly #path: string;
  readonly #log: Log;
  #isOn = false;
  #hasFailed = false;
  #descriptor: number | undefined;
  #sync: Timer | undefined;

  /** `platform` is the path of the platform's database. */
  constructor(platform: string, log: Log) {
    this.#platform = platform;
    this.#path = witnessOf(platform);
    this.#log = log;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Counts from now on. The database has the newest schema. */
  begin(): void {
    this.#isOn = true;
  }

  /**
   * Compares the database with the file. Another process may write at the same time, so the file is read
   * first, and a difference counts only when it stays.
   *
   * @throws {Conflict} `platform/older-than-known` unless `mayBeOlder`
   */
  async compare(client: Client, mayBeOlder: boolean): Promise<PlatformLoss> {
    let missing = 0;
    for (let tries = 1; tries <= limits.database.witnessTriesMax; tries++) {
      const known = await this.#known();
      missing = Math.max(0, known - (await countIn(client)));
      if (missing === 0) break;
      await delay(limits.database.witnessRetryMs);
    }
    if (missing > 0 && !mayBeOlder) throw platformOlder(this.#platform, missing);
    return {
      missing,
      accept: async () => {
        this.#write(await countIn(client));
        this.begin();
      },
    };
  }

  counted(count: number): void {
    try {
      // Another process may have written a later count.
      if (this.#read() < count) this.#write(count);
    } catch (error) {
      // The write itself is on disk. Without the file, only a loss of it would stay unknown.
      if (!this.#hasFailed) this.#log.error("platform.witness-failed", { error });
      this.#hasFailed = true;
    }
  }

  async close(): Promise<void> {
    this.#isOn = false;
    await this.#sync?.stop();
    await this.#syncNow();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** 0 without a file, and for one that a power cut left without its content. */
  async #known(): Promise<number> {
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return 0;
    if (!CONTENT.test(text)) this.#log.warn("platform.witness-unreadable", { path: this.#path });
    return numberIn(text);
  }

  #read(): number {
    const bytes = Buffer.alloc(DIGITS + 1);
    const length = readSync(this.#opened(), bytes, 0, bytes.length, 0);
    return numberIn(bytes.toString("latin1", 0, length));
  }

  #write(count: number): void {
    writeSync(this.#opened(), `${String(count).padStart(DIGITS, "0")}\n`, 0, "latin1");
    this.#sync ??= processBackground.after("platform.witness", limits.database.witnessSyncMs, () =>
      this.#syncNow(),
    );
  }

  async #syncNow(): Promise<void> {
    this.#sync = undefined;
    if (this.#descriptor !== undefined) await toDisk(this.#descriptor);
  }

  #opened(): number {
    this.#descriptor ??= openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    return this.#descriptor;
  }
}

function numberIn(text: string): number {
  return CONTENT.test(text) ? Number(text) : 0;
}

/** 0 for a platform of an older release, which did not count. */
async function countIn(client: Client): Promise<number> {
  const { rows } = await client.execute(HAS_TABLE);
  if (Number(rows[0]?.[0]) === 0) return 0;
  const counted = await client.execute(COUNT);
  return Number(counted.rows[0]?.[0] ?? 0);
}
