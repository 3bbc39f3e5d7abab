import { z } from "@hono/zod-openapi";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Context, MiddlewareHandler } from "hono";
import type { Database, Statement } from "../database/client.ts";
import { DatabaseError } from "../database/errors.ts";
import { write } from "../database/write.ts";
import { delay } from "../kernel/concurrency.ts";
import { Conflict, Invalid } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import type { SignedIn } from "../platform/context.ts";
import type { KeyCaller } from "../platform/keys/lookup.ts";
import type { GuildContext } from "../tenant/context.ts";
import type { AppEnv } from "./env.ts";

const storedRow = z.object({
  requestHash: z.string(),
  status: z.number().int().nullable(),
  headers: z.string().nullable(),
  body: z.string().nullable(),
});
type StoredRow = z.infer<typeof storedRow>;

// While a request runs, `headers` names the process that runs it.
const claimant = z.object({ claim: z.string(), runner: z.string() });
const storedHeaders = z.record(z.string(), z.string());

const CLAIM = `
  INSERT INTO idempotency_keys (scope, key, request_hash, headers, locked_until, expires_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6)
  ON CONFLICT (scope, key) DO UPDATE SET
    request_hash = ?3, headers = ?4, locked_until = ?5, expires_at = ?6, status = NULL, body = NULL
  WHERE (status IS NULL AND request_hash = ?3
      AND (locked_until < ?7 OR headers = ?8 OR locked_until > ?9))
    OR expires_at < ?7
  RETURNING 1`;

const STORED =
  "SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = ? AND key = ?";

const OURS = "scope = ? AND key = ? AND headers = ? AND status IS NULL";

/** `guild` is set below a guild's address only. */
interface AnyEnv extends AppEnv {
  Variables: AppEnv["Variables"] & { guild?: GuildContext };
}

/** How a route handles an Idempotency-Key. `router.ts` marks the routes. */
export interface Repeatability {
  /** Statuses of responses with a secret. Such a response is never stored. */
  readonly secretStatuses: ReadonlySet<number>;
}

/**
 * Answers a repeated unsafe request with the first response. It runs after the route's own middleware,
 * so a caller who lost the permission gets no old response. Keys belong to the caller and are stored in
 * the guild's database, or in the platform's outside of guilds.
 *
 * Only successful responses are stored. A refusal (4xx) or failure (5xx) releases the key. Of a
 * response with a secret only the `id` is stored, and a repetition answers 409
 * `idempotency/shown-once`.
 *
 * If the process died, the request runs again: at once where this machine knows that the process has
 * ended, else when its lock expires. Operations whose second run would do harm store the key in their
 * rows.
 */
export function idempotency({ secretStatuses }: Repeatability): MiddlewareHandler {
  return async function idempotency(c: Context<AnyEnv>, next) {
    const key = c.req.header("idempotency-key");
    const { caller, services } = c.var;
    const { background } = services;
    if (key === undefined || caller.type === "anonymous") return await next();
    refuseOddKey(key);
    const claim = await newClaim(c, caller, key);
    const earlier = await take(c, claim).catch((error: unknown) => {
      // The claim may have been stored although the response was lost. A retry must not wait for its
      // lock to expire.
      if (isAway(error)) background.detach("idempotency.persist", persist(claim, release(claim)));
      throw error;
    });
    if (earlier) return replay(earlier, claim.requestHash);
    const stopRenewing = renewWhileRunning(c, claim);
    try {
      await next();
    } finally {
      stopRenewing();
    }
    const record = await outcome(claim, c.res, secretStatuses);
    await write(claim.db, [record]).catch((error: unknown) => {
      // The work is done even if its response cannot be stored yet, so the caller gets the response.
      services.log.warn("idempotency.kept-late", { requestId: c.var.requestId, error });
      if (isAway(error)) background.detach("idempotency.persist", persist(claim, record));
    });
  };
}

/** A request that this process runs for its key. `by` names the process and the request. */
interface Claim {
  readonly db: Database;
  readonly id: readonly [scope: string, key: string];
  readonly requestHash: string;
  readonly by: string;
}

async function newClaim(
  c: Context<AnyEnv>,
  caller: SignedIn | KeyCaller,
  key: string,
): Promise<Claim> {
  const { services, guild } = c.var;
  return {
    db: guild?.db ?? services.platform.db,
    id: [scopeOf(caller), key],
    requestHash: await requestHashOf(c),
    by: JSON.stringify({ claim: newId<string>(), runner: services.runner }),
  };
}

/** Separates an impersonating operator, a token for one guild and a key from the person's own requests. */
function scopeOf(caller: SignedIn | KeyCaller): string {
  if (caller.type === "key") return `key ${caller.keyId}`;
  const { userId, impersonator, guildId } = caller;
  if (impersonator) return `${userId} by ${impersonator.id}`;
  return guildId === undefined ? userId : `${userId} in ${guildId}`;
}

/** Keyed with the server's secret, so that a password in a body cannot be guessed from its stored hash. */
async function requestHashOf(c: Context<AnyEnv>): Promise<string> {
  const body = await c.req.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const text = `${c.req.method} ${c.req.path}\n${bytesToHex(digest)}`;
  const secret = utf8ToBytes(`idempotency\n${c.var.services.config.secret}`);
  return bytesToHex(hmac(sha256, secret, utf8ToBytes(text)));
}

/** Claims the key. Returns undefined if this request may run, else the stored row of the first one. */
async function take(c: Context<AnyEnv>, claim: Claim): Promise<StoredRow | undefined> {
  const first = await tryToTake(c, claim, null);
  if (first?.status !== null || first === undefined) return first;
  const holder = claimantIn(first.headers);
  const { isRunnerGone } = c.var.services;
  if (holder === undefined || !isRunnerGone?.(holder.runner)) return first;
  return await tryToTake(c, claim, first.headers);
}

async function tryToTake(
  c: Context<AnyEnv>,
  { db, id, requestHash, by }: Claim,
  fromDead: string | null,
): Promise<StoredRow | undefined> {
  const nowMs = c.var.services.now().getTime();
  const { idempotencyLockMs, idempotencyKeptMs } = limits.http;
  const times = [nowMs + idempotencyLockMs, nowMs + idempotencyKeptMs, nowMs];
  // A correct clock never sets a lock that ends later than this.
  const latest = nowMs + idempotencyLockMs + limits.clock.skewMs;
  const [claimed, stored] = await write(db, [
    { sql: CLAIM, args: [...id, requestHash, by, ...times, fromDead, latest] },
    { sql: STORED, args: id },
  ]);
  if (claimed!.rows.length > 0) return undefined;
  const [hash, status, headers, body] = stored!.rows[0]!;
  return storedRow.parse({ requestHash: hash, status, headers, body });
}

function claimantIn(headers: string | null): z.infer<typeof claimant> | undefined {
  if (headers === null) return undefined;
  return claimant.safeParse(JSON.parse(headers)).data;
}

/** Renews the lock while the request runs. Returns a function that stops the renewal. */
function renewWhileRunning(c: Context<AnyEnv>, { db, id, by }: Claim): () => void {
  const { background, now } = c.var.services;
  const timer = background.every("idempotency.renew", limits.http.idempotencyRenewMs, async () => {
    const lockedUntil = now().getTime() + limits.http.idempotencyLockMs;
    const sql = `UPDATE idempotency_keys SET locked_until = ? WHERE ${OURS}`;
    await write(db, [{ sql, args: [lockedUntil, ...id, by] }]);
  });
  return () => timer.cancel();
}

function refuseOddKey(key: string): void {
  if (key.length <= limits.http.idempotencyKeyCharsMax && /^[\x21-\x7e]+$/.test(key)) return;
  throw new Invalid(
    "idempotency/bad-key",
    "Use an Idempotency-Key of up to 255 visible characters.",
    {
      errors: [{ pointer: "/header/idempotency-key", detail: "Use a UUID, for example." }],
    },
  );
}

/** Marks a stored row whose response held a secret. */
const SHOWN_ONCE = "shown-once";

function replay(row: StoredRow, requestHash: string): Response {
  if (row.requestHash !== requestHash) {
    throw new Invalid(
      "idempotency/key-reused",
      "This Idempotency-Key was used for another request. Create a new key for each request.",
    );
  }
  if (row.status === null) {
    throw new Conflict(
      "idempotency/in-progress",
      "The first request is still running. Wait for its answer.",
      {
        retryAfterMs: 1_000,
      },
    );
  }
  const { [SHOWN_ONCE]: secretId, ...stored } = storedHeaders.parse(
    JSON.parse(row.headers ?? "{}"),
  );
  if (secretId !== undefined) {
    throw new Conflict(
      "idempotency/shown-once",
      "This was already done, and its secret was shown once. If you did not receive it, revoke it and create another with a new Idempotency-Key.",
      { firstStatus: row.status, ...(secretId !== "" && { id: secretId }) },
    );
  }
  const headers = new Headers(stored);
  headers.set("Idempotent-Replayed", "true");
  return new Response(row.body, { status: row.status, headers });
}

/** Stores a successful JSON response. For all other responses and for files, it releases the key. */
async function outcome(
  claim: Claim,
  response: Response,
  secretStatuses: ReadonlySet<number>,
): Promise<Statement> {
  const { status } = response;
  if (status >= 400) return release(claim);
  const type = response.headers.get("content-type");
  if (type !== null && !/^application\/json\b/.test(type)) return release(claim);
  const text = await response.clone().text();
  if (secretStatuses.has(status)) {
    return store(claim, status, { [SHOWN_ONCE]: idIn(text) }, null);
  }
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "location", "etag"]) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return store(claim, status, headers, text === "" ? null : text);
}

function store(
  { id, by }: Claim,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | null,
): Statement {
  return {
    sql: `UPDATE idempotency_keys SET status = ?, headers = ?, body = ? WHERE ${OURS}`,
    args: [status, JSON.stringify(headers), body, ...id, by],
  };
}

/** The id of the created resource, so that its secret can be revoked. Empty if the response has none. */
function idIn(text: string): string {
  return z.object({ id: z.string() }).safeParse(JSON.parse(text)).data?.id ?? "";
}

function release({ id, by }: Claim): Statement {
  return { sql: `DELETE FROM idempotency_keys WHERE ${OURS}`, args: [...id, by] };
}

/**
 * Writes the end of a claim after its database answers again. Otherwise the key would stay locked after
 * a restart of that server. Gives up after `idempotencyPersistMs`.
 */
async function persist({ db }: Claim, record: Statement): Promise<void> {
  const startedAt = performance.now();
  for (let tries = 1; performance.now() - startedAt < limits.http.idempotencyPersistMs; tries++) {
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
