import type { Client } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { backoffMs, delay } from "../../src/kernel/concurrency.ts";
import { newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";

// Uses the server's clock, because the clocks of several processes differ.
const TAKE = `
  INSERT INTO turns (id, holder, ends_at) VALUES (1, ?, unixepoch('subsec') * 1000 + ?)
  ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
  WHERE ends_at <= unixepoch('subsec') * 1000
  RETURNING holder`;
const GIVE_BACK = "DELETE FROM turns WHERE holder = ?";

/** The table of the lock, created once. */
export const LOCK_TABLE = `
  CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT NOT NULL, ends_at REAL NOT NULL)`;

/**
 * A lock on a server for forks and removals of databases, shared by all processes. sqld 0.24.32 ends a fork
 * while it holds its list of databases and waits for its own store; it takes both in the opposite order for
 * a removal. When both meet, the server deadlocks until it is restarted.
 */
export class ServerLock {
  readonly #open: () => Promise<Client>;
  /** Work of this process queues here and does not poll. */
  #last: Promise<unknown> = Promise.resolve();

  /** `open` opens the database with the lock table. */
  constructor(open: () => Promise<Client>) {
    this.#open = open;
  }

  /**
   * Runs `work` while holding the lock. If `work` throws, the server may still be busy with it, so the lock
   * is kept until it expires.
   *
   * @throws {DatabaseError} `busy` when other processes take too long.
   */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#holding(work));
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #holding<T>(work: () => Promise<T>): Promise<T> {
    const client = await this.#open();
    try {
      const holder = newId<string>();
      await this.#take(client, holder);
      const done = await work();
      // The work is done, and a lock that cannot be released expires soon.
      await client.execute({ sql: GIVE_BACK, args: [holder] }).catch(() => undefined);
      return done;
    } finally {
      await client.close();
    }
  }

  async #take(client: Client, holder: string): Promise<void> {
    const until = performance.now() + limits.remote.turnWaitMsMax;
    for (let tries = 0; performance.now() < until; tries++) {
      const { rows } = await client.execute({ sql: TAKE, args: [holder, limits.remote.turnMs] });
      if (rows.length === 1) return;
      await delay(backoffMs(tries, limits.remote.retryMs, limits.remote.turnAskMsMax));
    }
    throw new DatabaseError("busy", "Others make or remove databases on this server for too long.");
  }
}
