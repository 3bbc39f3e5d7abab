import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";
import { DatabaseError } from "./errors.ts";
import { readSql } from "./sql.ts";

/** The same connection. Calls `onWrite` after each statement that may have changed the database. */
export class MarkingClient implements Client {
  readonly #client: Client;
  readonly #onWrite: () => void;

  constructor(client: Client, onWrite: () => void) {
    this.#client = client;
    this.#onWrite = onWrite;
  }

  execute(statement: Statement): Promise<ResultRows> {
    const answer = this.#client.execute(statement);
    return mayWrite(statement.sql) ? this.#marked(answer) : answer;
  }

  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    const answer = this.#client.batch(statements, mode);
    return mode === "write" ? this.#marked(answer) : answer;
  }

  migrate(...args: Parameters<Client["migrate"]>): Promise<void> {
    return this.#marked(this.#client.migrate(...args));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #marked<T>(work: Promise<T>): Promise<T> {
    return work.then(
      (result) => {
        this.#onWrite();
        return result;
      },
      (error: unknown) => {
        // An answer that was lost on its way may be that of a write that happened.
        if (!(error instanceof DatabaseError) || UNCERTAIN.has(error.kind)) this.#onWrite();
        throw error;
      },
    );
  }
}

const UNCERTAIN: ReadonlySet<DatabaseError["kind"]> = new Set(["timeout", "unreachable"]);

function mayWrite(sql: string): boolean {
  return !/^\s*select\b/i.test(sql) && readSql(sql).kind !== "read";
}
