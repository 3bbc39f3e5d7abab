import { createClient, type ResultSet } from "@libsql/client/web";
import { delay } from "../kernel/concurrency.ts";
import { limits } from "../limits.ts";
import { Breaker } from "./breakers.ts";
import type { BatchMode, Client, DatabaseLocation, ResultRows, Statement } from "./client.ts";
import { bind, narrowIntegers } from "./embedded-values.ts";
import { DatabaseError, type DatabaseErrorKind, kindOfSqliteCode } from "./errors.ts";
import { readSql, type SqlFacts } from "./sql.ts";

export interface RemoteOptions {
  /** A token for one database, renewed by whoever makes it. Asked at every request. */
  readonly tokenFor?: (namespace: string) => Promise<string>;
  /** Each database has an address of its own: the server need not be told which one is meant. */
  readonly addressEach?: boolean;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** What is known of this database; shared by all connections to it. */
  readonly breaker?: Breaker;
}

// SQLite refuses the text, which takes the whole transaction back; asking costs no table of ours.
const FOREIGN_KEYS_HOLD = `
  SELECT json('{') WHERE EXISTS (SELECT 1 FROM pragma_foreign_key_check)`;

/**
 * Opens a database on a libSQL server. The location's path names the database there, and each request
 * says so in a header, because the server chooses by that and not by the path.
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
    // What is tried again may be too late by now.
    fetch: async (request: Request) =>
      await sendTo(location, options, request, breaker.deadlineMs()),
  });
  return new RemoteClient(client, breaker);
}

/** Sends a request to a database's server, with its token and saying which database is meant. */
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
  const signal = AbortSignal.timeout(deadlineMs);
  const send = options.fetch ?? ((one: Request) => fetch(one));
  return await send(new Request(request, { signal }));
}

/**
 * `http://host:port/name` taken apart; `libsql:` is what clouds write for `https:`, and, with `tls=0`,
 * for `http:`.
 */
export function placeOf(url: string): { readonly origin: string; readonly namespace: string } {
  const isPlain = /[?&]tls=0\b/.test(url);
  const { origin, pathname } = new URL(url.replace(/^libsql:/, isPlain ? "http:" : "https:"));
  return { origin, namespace: decodeURIComponent(pathname.slice(1)) };
}

class RemoteClient implements Client {
  readonly #client: ReturnType<typeof createClient>;
  readonly #breaker: Breaker;
  #isClosed = false;
  /** Ends when the last write that was asked for has. */
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
    options: { readonly keysLater?: boolean } = {},
  ): Promise<void> {
    const remote = statements.map((statement) => toRemote(statement, checked(statement)));
    if (!options.keysLater) remote.push({ sql: FOREIGN_KEYS_HOLD, args: [] });
    const run = () => this.#client.migrate(remote);
    await this.#inTurn(() => this.#answered(false, run));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#client.close();
  }

  /**
   * One write of this process after another: the server has one writer for each database, and those who
   * wait for it there keep asking, which costs it more than the writes themselves.
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
   * A write whose answer was lost may have happened, so only reads are asked again. A database that the
   * server is just loading again seems to be missing for a moment: nothing happened then. Whoever got
   * no answer in time has waited long enough.
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

/** The same words as on every backend: the server's own codes say less than its sentences. */
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
  // What is wrong with a statement is said in an answer that is well: this is somebody on the way.
  if (status !== undefined) return "unreachable";
  if (error instanceof TypeError || /fetch failed|ECONN|socket/i.test(message))
    return "unreachable";
  return kindOfSqliteCode(code);
}

/** Base64 as the server wants it: without padding. */
function unpadded(text: string): string {
  return btoa(text).replace(/=+$/, "");
}
