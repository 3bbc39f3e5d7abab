import type { Client } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { backoffMs, delay } from "../../src/kernel/concurrency.ts";
import { newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";

// The server's own clock counts: those of several processes differ.
const TAKE = `
  INSERT INTO turns (id, holder, ends_at) VALUES (1, ?, unixepoch('subsec') * 1000 + ?)
  ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
  WHERE ends_at <= unixepoch('subsec') * 1000
  RETURNING holder`;
const GIVE_BACK = "DELETE FROM turns WHERE holder = ?";

/** Where turns are kept, to be made once. */
export const TURNS_TABLE = `
  CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY CHECK (id = 1), holder TEXT NOT NULL, ends_at REAL NOT NULL)`;

/**
 * One at a time forks or removes databases on a server, whichever process asks for it. sqld 0.24.32 ends
 * a fork holding its list of databases and waiting for its own store, and removes a database the other
 * way round: when both meet, it answers nobody any more until it is started again.
 */
export class Turns {
  readonly #open: () => Promise<Client>;
  /** Those of this process stand in line here and need not ask again and again. */
  #last: Promise<unknown> = Promise.resolve();

  /** `open` gives the database with the table of turns. */
  constructor(open: () => Promise<Client>) {
    this.#open = open;
  }

  /**
   * Does `work` while nobody else does any. If it throws, nobody knows whether the server is still at
   * it, so that the turn ends by itself.
   * @throws {DatabaseError} `busy` when others take too long.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
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
      // What was done stays done, and a turn that cannot be given back ends soon.
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
