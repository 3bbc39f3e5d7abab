import type { Context, MiddlewareHandler } from "hono";
import type { Database, Statement } from "../database/client.ts";
import { DatabaseError } from "../database/errors.ts";
import { write } from "../database/write.ts";
import { delay } from "../kernel/concurrency.ts";
import { Conflict, Invalid } from "../kernel/errors.ts";
import { hashToken } from "../kernel/tokens.ts";
import { limits } from "../limits.ts";
import type { AppEnv } from "./env.ts";

interface KeyRow {
  request_hash: string;
  status: number | null;
  headers: string | null;
  body: string | null;
}

const CLAIM = `
  INSERT INTO idempotency_keys (scope, key, request_hash, locked_until, expires_at)
  VALUES (?1, ?2, ?3, ?4, ?5)
  ON CONFLICT (scope, key) DO UPDATE SET
    request_hash = ?3, locked_until = ?4, expires_at = ?5,
    status = NULL, headers = NULL, body = NULL
  WHERE (status IS NULL AND locked_until < ?6 AND request_hash = ?3) OR expires_at < ?6
  RETURNING 1`;

const STORED =
  "SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = ? AND key = ?";

/**
 * Answers a repeated unsafe request with the first one's answer. The key belongs to the caller;
 * `databaseOf` says where it is kept, so that a guild's answers stay in the guild's own database.
 * A request that died with its process is run again once its lock has passed: verbs whose second
 * run would do harm carry the key in their own rows too.
 */
export function idempotency<E extends AppEnv>(
  databaseOf: (c: Context<E>) => Database,
): MiddlewareHandler<E> {
  return async function idempotency(c, next) {
    const key = c.req.header("idempotency-key");
    const { caller, services } = c.var;
    const { background } = services;
    if (key === undefined || caller.type !== "user" || /^(GET|HEAD|OPTIONS)$/.test(c.req.method)) {
      return await next();
    }
    if (carriesSecret(c.req.path)) return await next();
    refuseOddKey(key);
    if (keepsKeys(c.req.path)) return await next();
    const nowMs = services.now().getTime();
    const claim: Claim = {
      db: databaseOf(c),
      id: [caller.userId, key],
      requestHash: hashToken(`${c.req.method} ${c.req.path}\n${await c.req.text()}`),
      lockedUntil: nowMs + limits.http.idempotencyLockMs,
    };
    const earlier = await take(claim, nowMs).catch((error: unknown) => {
      // It may have been taken all the same, and whoever asks again would have to wait for its end.
      if (isAway(error)) background.detach("idempotency.persist", persist(claim, release(claim)));
      throw error;
    });
    if (earlier) return replay(earlier, claim.requestHash);
    await next();
    const record = await outcome(claim, c.res);
    await write(claim.db, [record]).catch((error: unknown) => {
      // What was done is done, also when its answer cannot be kept yet: the caller hears of it.
      services.log.warn("idempotency.kept-late", { requestId: c.var.requestId, error });
      if (isAway(error)) background.detach("idempotency.persist", persist(claim, record));
    });
  };
}

/** A request that this process runs for its key, and until when nobody else may. */
interface Claim {
  readonly db: Database;
  readonly id: readonly [scope: string, key: string];
  readonly requestHash: string;
  readonly lockedUntil: number;
}

/** Undefined when the request is ours to run; else what is known of the first one with this key. */
async function take(claim: Claim, nowMs: number): Promise<KeyRow | undefined> {
  const { db, id, requestHash, lockedUntil } = claim;
  const expiresAt = nowMs + limits.http.idempotencyKeptMs;
  const [claimed, stored] = await write(db, [
    { sql: CLAIM, args: [...id, requestHash, lockedUntil, expiresAt, nowMs] },
    { sql: STORED, args: id },
  ]);
  if (claimed!.rows.length > 0) return undefined;
  const [hash, status, headers, body] = stored!.rows[0] as (string | number | null)[];
  return { request_hash: hash, status, headers, body } as unknown as KeyRow;
}

/**
 * Passwords are not to be kept even as the fast hash of a request, nor tokens as a stored answer.
 * None of these does harm when it is run twice.
 */
function carriesSecret(path: string): boolean {
  return /^\/api\/(users|session|access-tokens|verification|password|account\/password)/.test(path);
}

/** Bids carry the key in their own rows: copies sent at once get one answer, in one write. */
function keepsKeys(path: string): boolean {
  return /^\/api\/g\/[^/]+\/auctions\/[^/]+\/bids$/.test(path);
}

function refuseOddKey(key: string): void {
  if (key.length <= limits.http.idempotencyKeyCharsMax && /^[\x21-\x7e]+$/.test(key)) return;
  throw new Invalid(
    "idempotency/bad-key",
    "Use an Idempotency-Key of up to 255 visible characters.",
    {
      errors: [{ pointer: "/header/idempotency-key", detail: "A UUID is a good key." }],
    },
  );
}

function replay(row: KeyRow, requestHash: string): Response {
  if (row.request_hash !== requestHash) {
    throw new Invalid(
      "idempotency/key-reused",
      "This Idempotency-Key was used for another request. Make a new key for a new request.",
    );
  }
  if (row.status === null) {
    throw new Conflict("idempotency/in-progress", "The first request is still under way. Wait.", {
      retryAfterMs: 1_000,
    });
  }
  const headers = new Headers(JSON.parse(row.headers ?? "{}") as Record<string, string>);
  headers.set("Idempotent-Replayed", "true");
  return new Response(row.body, { status: row.status, headers });
}

/** Keeps answers that would be the same again; a failure of ours is forgotten and may be retried. */
async function outcome(claim: Claim, response: Response): Promise<Statement> {
  if (response.status >= 500 || response.status === 429) return release(claim);
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "location", "etag"]) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  const body = await response.clone().text();
  return {
    sql: `UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE ${OURS}`,
    args: [response.status, JSON.stringify(headers), body, ...claim.id, claim.lockedUntil],
  };
}

// By the end of its lock a claim is told from a later one of the same key.
const OURS = "scope = ? AND key = ? AND locked_until = ? AND status IS NULL";

function release({ id, lockedUntil }: Claim): Statement {
  return { sql: `DELETE FROM idempotency_keys WHERE ${OURS}`, args: [...id, lockedUntil] };
}

/**
 * Writes a claim's end once its database answers again, while nobody waits for it. Else its key would
 * stay locked after a server's restart. Gives up after the time of a lock, which then has ended by itself.
 */
async function persist({ db }: Claim, record: Statement): Promise<void> {
  const startedAt = performance.now();
  for (let tries = 1; performance.now() - startedAt < limits.http.idempotencyLockMs; tries++) {
    await delay(Math.min(limits.remote.retryMs * 2 ** tries, limits.remote.persistMsMax));
    const isDone = await write(db, [record]).then(
      () => true,
      (error: unknown) => !isAway(error),
    );
    if (isDone) return;
  }
}

function isAway(error: unknown): boolean {
  return error instanceof DatabaseError && /^(unreachable|timeout)$/.test(error.kind);
}
