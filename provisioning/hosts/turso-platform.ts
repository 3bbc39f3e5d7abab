import { z } from "@hono/zod-openapi";
import { DatabaseError, type DatabaseErrorKind } from "../../src/database/errors.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { backoffMs, delay } from "../../src/kernel/concurrency.ts";
import { MINUTE_MS } from "../../src/kernel/time.ts";
import { limits } from "../../src/limits.ts";

/** The cloud's description of one database. */
export interface TursoDatabase {
  readonly name: string;
  readonly hostname: string;
  readonly isProtected: boolean;
}

/** Settings of one database; undefined ones stay unchanged. */
export interface TursoSettings {
  /** For example `256mb`. */
  readonly size_limit?: string;
  readonly block_reads?: boolean;
  readonly block_writes?: boolean;
  readonly delete_protection?: boolean;
}

export interface TursoOptions {
  readonly apiUrl: string;
  readonly organization: string;
  readonly apiToken: string;
  readonly now: Clock;
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
  /** Waits between retries. */
  readonly wait?: (ms: number) => Promise<void>;
}

const database = z
  .object({
    Name: z.string(),
    Hostname: z.string().min(1),
    delete_protection: z.boolean().optional(),
  })
  .transform(
    (found): TursoDatabase => ({
      name: found.Name,
      hostname: found.Hostname,
      isProtected: found.delete_protection === true,
    }),
  );
const oneDatabase = z.object({ database });
const allDatabases = z.object({ databases: z.array(database).nullable() });
const tokenAnswer = z.object({ jwt: z.string().min(1) });
const anything = z.unknown();

interface Call<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the organization; each part is encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly answer: z.ZodType<T>;
}

/** An error of the cloud, in its own words. */
class Refused extends DatabaseError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(kindOf(status), `Turso answered ${status}: ${message}`);
    this.status = status;
  }
}

/**
 * The part of Turso's Platform API that this product needs. We choose the names, so every call can be
 * repeated and is retried when its answer was lost. Fails with `DatabaseError`.
 */
export class TursoPlatform {
  readonly #options: TursoOptions;

  constructor(options: TursoOptions) {
    this.#options = options;
  }

  async hasGroup(group: string): Promise<boolean> {
    const found = await this.#orMissing({
      method: "GET",
      path: ["groups", group],
      answer: anything,
    });
    return found !== undefined;
  }

  /** Creates a group of databases in one place, unless it exists. */
  async createGroup(name: string, location: string): Promise<void> {
    const body = { name, location };
    await this.#orThere({ method: "POST", path: ["groups"], body, answer: anything });
  }

  async databases(group: string): Promise<readonly TursoDatabase[]> {
    const path = ["databases"];
    const call = { method: "GET", path, query: { group }, answer: allDatabases } as const;
    return (await this.#call(call)).databases ?? [];
  }

  async database(name: string): Promise<TursoDatabase | undefined> {
    const path = ["databases", name];
    return (await this.#orMissing({ method: "GET", path, answer: oneDatabase }))?.database;
  }

  /**
   * Creates a database, empty or as a copy of another one, now or at an earlier time. An existing database
   * with this name is left unchanged and returned.
   */
  async createDatabase(
    name: string,
    group: string,
    seed?: { readonly name: string; readonly timestamp?: string },
  ): Promise<TursoDatabase> {
    const body = { name, group, ...(seed && { seed: { type: "database", ...seed } }) };
    const path = ["databases"];
    const made = await this.#orThere({ method: "POST", path, body, answer: oneDatabase });
    if (made) return made.database;
    const found = await this.database(name);
    if (found) return found;
    throw new DatabaseError("missing", "Turso says that the database exists, and then does not.");
  }

  /** Removes a database. A missing database is not an error. */
  async deleteDatabase(name: string): Promise<void> {
    await this.#orMissing({ method: "DELETE", path: ["databases", name], answer: anything });
  }

  async configure(name: string, settings: TursoSettings): Promise<void> {
    const path = ["databases", name, "configuration"];
    await this.#call({ method: "PATCH", path, body: settings, answer: anything });
  }

  /** A token that expires and opens only this database, for reading and writing. */
  async mintToken(name: string, lifetimeMs: number): Promise<string> {
    const minutes = Math.ceil(lifetimeMs / MINUTE_MS);
    const query = { expiration: `${minutes}m`, authorization: "full-access" };
    const path = ["databases", name, "auth", "tokens"];
    return (await this.#call({ method: "POST", path, query, body: {}, answer: tokenAnswer })).jwt;
  }

  /** Returns undefined if it does not exist. */
  async #orMissing<T>(call: Call<T>): Promise<T | undefined> {
    try {
      return await this.#call(call);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Returns undefined if it already exists, which the cloud reports with one of two status codes. */
  async #orThere<T>(call: Call<T>): Promise<T | undefined> {
    try {
      return await this.#call(call);
    } catch (error) {
      const isThere =
        error instanceof Refused &&
        [400, 409].includes(error.status) &&
        /exist/i.test(error.message);
      if (isThere) return undefined;
      throw error;
    }
  }

  async #call<T>(call: Call<T>): Promise<T> {
    const { wait = delay } = this.#options;
    for (let tries = 1; ; tries++) {
      const result = await this.#once(call);
      if ("answer" in result) return result.answer;
      const { failure, retryAfterMs } = result;
      const { triesMax, retryMs, retryMsMax, retryAfterMsMax } = limits.turso;
      const pause = retryAfterMs ?? backoffMs(tries, retryMs, retryMsMax);
      if (!result.mayRepeat || tries >= triesMax || pause > retryAfterMsMax) throw failure;
      await wait(pause);
    }
  }

  async #once<T>({ method, path, query, body, answer }: Call<T>): Promise<Result<T>> {
    const { apiUrl, organization, apiToken, fetch: send = fetch, now } = this.#options;
    const parts = ["v1", "organizations", organization, ...path].map(encodeURIComponent);
    const url = new URL(`/${parts.join("/")}?${new URLSearchParams(query)}`, apiUrl);
    try {
      const response = await send(url, {
        method,
        headers: {
          authorization: `Bearer ${apiToken}`,
          ...(body && { "content-type": "application/json" }),
        },
        ...(body && { body: JSON.stringify(body) }),
        // Redirects must not get the token. Some runtimes do not support "error" here.
        redirect: "manual",
        signal: AbortSignal.timeout(limits.turso.deadlineMs),
      });
      const text = await response.text();
      if (response.ok) return { answer: answer.parse(text === "" ? {} : JSON.parse(text)) };
      const { status, headers } = response;
      const failure = new Refused(status, sentenceOf(text));
      const mayRepeat = status === 408 || status === 429 || status >= 500;
      return { failure, mayRepeat, retryAfterMs: retryAfter(headers.get("retry-after"), now) };
    } catch (error) {
      // No answer, a truncated one or an invalid one: the call may have happened, and may be repeated.
      const kind = (error as Error).name === "TimeoutError" ? "timeout" : "unreachable";
      const failure = new DatabaseError(kind, "Turso's API gave no answer to rely on.", error);
      return { failure, mayRepeat: true, retryAfterMs: undefined };
    }
  }
}

type Result<T> =
  | { readonly answer: T }
  | {
      readonly failure: DatabaseError;
      readonly mayRepeat: boolean;
      readonly retryAfterMs: number | undefined;
    };

function kindOf(status: number): DatabaseErrorKind {
  if (status === 401 || status === 403) return "denied";
  // The subscription has no room for it.
  if (status === 402) return "full";
  return status === 404 ? "missing" : "unreachable";
}

/** The API's own message, but never a whole page of a proxy. */
function sentenceOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    if (typeof error === "string") return error.slice(0, 300);
  } catch {
    // A page, not an answer of the API.
  }
  return text.slice(0, 100);
}

/** Converts seconds or a date to milliseconds from now. */
function retryAfter(header: string | null, now: Clock): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header)
    ? Number(header) * 1_000
    : new Date(header).getTime() - now().getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
