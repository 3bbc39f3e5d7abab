import { createClient, type ResultSet } from "@libsql/client/web";
import { delay } from "../kernel/concurrency.ts";
import { limits } from "../limits.ts";
import { Breaker } from "./breakers.ts";
import type { BatchMode, Client, DatabaseLocation, ResultRows, Statement } from "./client.ts";
import { bind, narrowIntegers } from "./embedded-values.ts";
import { DatabaseError, type DatabaseErrorKind, kindOfSqliteCode } from "./errors.ts";
import { readSql, type SqlFacts } from "./sql.ts";

export interface RemoteOptions {
  /** Returns the current token for one database. Called for every request. */
  readonly tokenFor?: (namespace: string) => Promise<string>;
  /** Each database has its own address, so requests need no header that names it. */
  readonly addressEach?: boolean;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** The state of this database, shared by all connections to it. */
  readonly breaker?: Breaker;
}

// Malformed JSON makes SQLite fail, which rolls the whole transaction back. This check needs no table.
const FOREIGN_KEYS_HOLD = `
  SELECT json('{') WHERE EXISTS (SELECT 1 FROM pragma_foreign_key_check)`;

/**
 * Opens a database on a libSQL server. The location's path names the database, and each request repeats the
 * name in a header, because the server chooses by the header.
 */
export async function openRemote(
  location: DatabaseLocation,
  options: RemoteOptions = {},
): Promise<Client> {
  const breaker = options.breaker ?? new Breaker();
  const client = createClient({
    url: placeOf(location.url).origin,
    intMode: "bigint",
    concurrency: limits.remote.atOnceMax,
    // The breaker may have opened before a retry, so each request asks for its deadline.
    fetch: async (request: Request) =>
      await sendTo(location, options, request, breaker.deadlineMs()),
  });
  return new RemoteClient(client, breaker);
}

/** Sends a request to a database's server, with its token and the database's name. */
export async function sendTo(
  location: DatabaseLocation,
  options: RemoteOptions,
  request: Request,
  deadlineMs: number = limits.remote.deadlineMs,
): Promise<Response> {
  const { namespace } = placeOf(location.url);
  const token = location.authToken ?? (await options.tokenFor?.(namespace));
  if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
  if (namespace !== "" && !options.addressEach) {
    request.headers.set("x-namespace-bin", unpadded(namespace));
  }
  // Unpacking takes a turn of the event loop for every 16 KB, which is seconds on a busy process.
  request.headers.set("accept-encoding", "identity");
  const signal = AbortSignal.timeout(deadlineMs);
  const send = options.fetch ?? ((one: Request) => fetch(one));
  return await send(new Request(request, { signal }));
}

/** Splits `http://host:port/name`. Clouds write `libsql:` for `https:`, or for `http:` with `tls=0`. */
export function placeOf(url: string): { readonly origin: string; readonly namespace: string } {
  const isPlain = /[?&]tls=0\b/.test(url);
  const { origin, pathname } = new URL(url.replace(/^libsql:/, isPlain ? "http:" : "https:"));
  return { origin, namespace: decodeURIComponent(pathname.slice(1)) };
}

class RemoteClient implements Client {
  readonly #client: ReturnType<typeof createClient>;
  readonly #breaker: Breaker;
  #isClosed = false;
  /** Settles when the last queued write has finished. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(client: ReturnType<typeof createClient>, breaker: Breaker) {
    this.#client = client;
    this.#breaker = breaker;
  }

  async execute(statement: Statement): Promise<ResultRows> {
    const facts = checked(statement);
    const run = async () => toRows(await this.#client.execute(toRemote(statement, facts)));
    if (facts.kind === "read") return await this.#answered(true, run);
    return await this.#inTurn(() => this.#answered(false, run));
  }

  async batch(statements: readonly Statement[], mode: BatchMode): Promise<readonly ResultRows[]> {
    const remote = statements.map((statement, index) => {
      const facts = checked(statement);
      if (mode === "read" && facts.kind !== "read") {
        throw new DatabaseError("sql", "This batch may only read.", undefined, index);
      }
      return toRemote(statement, facts);
    });
    if (remote.length === 0) return [];
    const run = async () => (await this.#client.batch(remote, mode)).map(toRows);
    if (mode === "read") return await this.#answered(true, run);
    return await this.#inTurn(() => this.#answered(false, run));
  }

  async migrate(
    statements: readonly Statement[],
    options: { readonly skipForeignKeyCheck?: boolean } = {},
  ): Promise<void> {
    const remote = statements.map((statement) => toRemote(statement, checked(statement)));
    if (!options.skipForeignKeyCheck) remote.push({ sql: FOREIGN_KEYS_HOLD, args: [] });
    const run = () => this.#client.migrate(remote);
    await this.#inTurn(() => this.#answered(false, run));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#client.close();
  }

  /**
   * Runs the writes of this process one after another. The server allows one writer per database, and
   * writers that wait there poll, which costs it more than the writes themselves.
   */
  async #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(write);
    this.#lastWrite = turn.catch(() => undefined);
    return await turn;
  }

  #answered<T>(isRead: boolean, run: () => Promise<T>): Promise<T> {
    return this.#breaker.run(() => this.#persistently(isRead, run));
  }

  /**
   * Retries reads only, because a write whose answer was lost may have happened. Exception: a database that
   * the server is loading seems to be missing for a moment, and then nothing happened. A timeout is not
   * retried: the caller has waited long enough.
   */
  async #persistently<T>(isRead: boolean, run: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      if (this.#isClosed) throw new DatabaseError("closed", "The connection was closed.");
      try {
        return await run();
      } catch (error) {
        const failure = toDatabaseError(error);
        const mayRepeat = failure.kind === "missing" || (isRead && failure.kind === "unreachable");
        if (!mayRepeat || tries >= limits.remote.triesMax) throw failure;
        await delay(limits.remote.retryMs * tries);
      }
    }
  }
}

function checked({ sql }: Statement): SqlFacts {
  const facts = readSql(sql);
  if (facts.statements !== 1) throw new DatabaseError("sql", "One statement is wanted.");
  if (facts.named) throw new DatabaseError("sql", "Named parameters have no values here.");
  if (facts.kind === "banned")
    throw new DatabaseError("sql", "This would keep a transaction open.");
  return facts;
}

function toRemote({ sql, args }: Statement, { parameters }: SqlFacts) {
  return { sql, args: bind(args, parameters) };
}

function toRows(result: ResultSet): ResultRows {
  const rows = result.rows.map((row) =>
    Array.from({ length: result.columns.length }, (_, index) => {
      const value: unknown = row[index];
      return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
    }),
  );
  narrowIntegers(rows);
  return { columns: result.columns, rows, rowsAffected: result.rowsAffected };
}

const BY_MESSAGE: readonly (readonly [RegExp, DatabaseErrorKind])[] = [
  [/UNIQUE constraint failed/, "unique"],
  [/FOREIGN KEY constraint failed|malformed JSON/, "foreign-key"],
  [/NOT NULL constraint failed/, "not-null"],
  [/CHECK constraint failed/, "check"],
  [/disk is full/, "full"],
  [/operation was blocked/i, "blocked"],
  [/database is locked|TRANSACTION_TIMEOUT|no transaction is active/, "busy"],
  [/^(SQLITE_CONSTRAINT: )?.*constraint/, "check"],
  [/doesn't exist/, "missing"],
  [/no such (table|column|index)|syntax error/, "sql"],
];

/**
 * Converts to the error kinds that all backends share. The server's messages are more precise than its
 * codes.
 */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const {
    message = String(error),
    code = "",
    cause,
    statementIndex,
  } = error as Error & {
    code?: string;
    statementIndex?: number;
  };
  const status = (cause as { status?: number } | undefined)?.status;
  return new DatabaseError(kindOf(error, code, message, status), message, error, statementIndex);
}

function kindOf(
  error: unknown,
  code: string,
  message: string,
  status: number | undefined,
): DatabaseErrorKind {
  if (status === 401 || status === 403) return "denied";
  if (status === 404) return "missing";
  if (/timeout|aborted/i.test((error as Error).name ?? "")) return "timeout";
  const known = BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1];
  if (known) return known;
  // The server reports a faulty statement with status 200, so another status comes from a proxy or gateway.
  if (status !== undefined) return "unreachable";
  if (error instanceof TypeError || /fetch failed|ECONN|socket/i.test(message))
    return "unreachable";
  return kindOfSqliteCode(code);
}

/** Base64 without padding, as the server requires. */
function unpadded(text: string): string {
  return btoa(text).replace(/=+$/, "");
}
