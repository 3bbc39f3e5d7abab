import type { Tracer } from "../kernel/tracer.ts";
import type { BatchMode, Client, ResultRows, Statement } from "./client.ts";

/** The same connection, with a span for each question: what it does to which tables' SQL is not in it. */
export class TracedClient implements Client {
  readonly #client: Client;
  readonly #database: "guild" | "platform";
  readonly #tracer: Tracer;

  constructor(client: Client, database: "guild" | "platform", tracer: Tracer) {
    this.#client = client;
    this.#database = database;
    this.#tracer = tracer;
  }

  execute(statement: Statement): Promise<ResultRows> {
    return this.#traced([statement], () => this.#client.execute(statement));
  }

  batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    return this.#traced(statements, () => this.#client.batch(statements, mode));
  }

  migrate(...args: Parameters<Client["migrate"]>): Promise<void> {
    return this.#traced(args[0], () => this.#client.migrate(...args));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #traced<T>(statements: readonly Statement[], ask: () => Promise<T>): Promise<T> {
    const fields = {
      "db.system.name": "libsql",
      "db.namespace": this.#database,
      "db.operation.name": operationOf(statements[0]),
      "db.operation.batch.size": statements.length,
    };
    return this.#tracer.span("database.statements", fields, ask);
  }
}

/** The first word: a text of SQL may hold values. */
function operationOf(statement: Statement | undefined): string {
  return /^\s*([a-z]+)/i.exec(statement?.sql ?? "")?.[1]?.toUpperCase() ?? "";
}
