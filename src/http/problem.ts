import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { DatabaseError } from "../database/errors.ts";
import { systemKindOf } from "../database/faults.ts";
import {
  AppError,
  type ErrorKind,
  Invalid,
  Malformed,
  noSuchPage,
  TooLarge,
  Unavailable,
} from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import { cutOff, isCutOff } from "./bodies.ts";
import type { AppEnv } from "./env.ts";

/** The page that browsers get instead of JSON. app.ts sets it, because it knows the pages. */
export type ProblemPage = (c: Context<AppEnv>, problem: Problem) => Response | Promise<Response>;

/** A problem document (RFC 9457). `type` is the address of a page that explains the code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: ProblemStatus;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly [detail: string]: unknown;
}

type ProblemStatus = 400 | 401 | 402 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 501 | 503 | 507;

const STATUS: Readonly<Record<ErrorKind, ProblemStatus>> = {
  malformed: 400,
  unauthenticated: 401,
  limit: 402,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  invalid: 422,
  unavailable: 503,
  "not-supported": 501,
};

/** Storage is full. Waiting alone does not help. */
const FULL: ReadonlySet<string> = new Set(["guild/storage-full", "database/storage-full"]);

/** Titles of problem documents by status. 408 is answered before a request reaches the app. */
export const TITLE: Readonly<Record<ProblemStatus | 408, string>> = {
  400: "Bad request",
  401: "Sign in first",
  402: "Plan limit reached",
  403: "Not allowed",
  404: "Not found",
  408: "Too slow",
  409: "Conflict",
  413: "Too large",
  422: "Invalid input",
  429: "Too many requests",
  500: "Something went wrong",
  501: "Not possible here",
  503: "Not available right now",
  507: "Storage full",
};

/** Turns every error into a response. Browsers get a page, all other clients a problem document. */
export function onError(page: ProblemPage) {
  return (error: Error, c: Context<AppEnv>): Response | Promise<Response> => {
    const known = isCutOff(error) ? cutOff(error) : toAppError(error);
    noteFailure(c, known, error);
    const problem = known ? toProblem(c, known) : unknownProblem(c, error);
    const seconds = retryAfterSeconds(problem);
    if (seconds !== undefined) c.header("Retry-After", String(seconds));
    if (problem.status === 401) c.header("WWW-Authenticate", "Bearer");
    c.header("Cache-Control", "no-store");
    if (wantsPage(c)) return page(c, problem);
    c.header("Content-Type", "application/problem+json");
    return c.body(JSON.stringify(problem), problem.status);
  };
}

/** Sets the failure for the request's log line and reports file and disk errors to operators. */
function noteFailure(c: Context<AppEnv>, known: AppError | undefined, error: Error): void {
  if (known !== undefined && statusOf(known) < 500) return;
  const cause = known === undefined ? error : known.cause;
  const text = cause instanceof Error ? cause.message : undefined;
  c.set("failure", {
    code: known?.code ?? "request/failed",
    ...(text !== undefined && { cause: text.slice(0, limits.database.causeCharsMax) }),
  });
  // The database connection already reported its own errors. This one is for files and the disk.
  if (systemKindOf(error)) c.var.services.faults.failed(undefined, error);
}

/** For `app.notFound`. An unknown route answers like a missing resource. */
export function notFound(): never {
  throw noSuchPage();
}

/** The HTTP status of an error, for pages that show it in their own form. */
export function statusOf(error: AppError): ProblemStatus {
  // A rate limit ends by itself, a plan's limit does not. Only the first says when to retry.
  if (error.kind === "limit" && "retryAfterMs" in error.details) return 429;
  return FULL.has(error.code) ? 507 : STATUS[error.kind];
}

function wantsPage(c: Context<AppEnv>): boolean {
  const paths = [new URL(c.req.url).pathname, c.req.path];
  return !paths.some((path) => path.startsWith("/api/") || path === "/discord/interactions");
}

function toProblem(c: Context<AppEnv>, error: AppError): Problem {
  const status = statusOf(error);
  return {
    ...error.details,
    type: `/problems/${error.code}`,
    title: TITLE[status],
    status,
    detail: error.message,
    instance: new URL(c.req.url).pathname,
    requestId: c.var.requestId,
  };
}

function unknownProblem(c: Context<AppEnv>, error: Error): Problem {
  c.var.services.log.error("request.failed", { requestId: c.var.requestId, error });
  return {
    type: "about:blank",
    title: TITLE[500],
    status: 500,
    detail: "Something went wrong on our side. Try again. If it persists, send us the request ID.",
    instance: new URL(c.req.url).pathname,
    requestId: c.var.requestId,
  };
}

/** Converts failures of lower layers that the caller can act on. */
function toAppError(error: Error): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return fromHono(error);
  const systemKind = systemKindOf(error);
  if (systemKind === "full") return diskIsFull(error);
  if (systemKind === "unavailable") return isUnavailable(error);
  if (!(error instanceof DatabaseError)) return undefined;
  if (error.kind === "full") {
    if (error.reason !== undefined) return diskIsFull(error);
    return new Unavailable(
      "guild/storage-full",
      "There is no space left to save this. Nothing was changed. Delete data that you do not need.",
      {},
      { cause: error },
    );
  }
  if (error.kind === "unavailable") return isUnavailable(error);
  if (error.kind === "corrupt") {
    return new Unavailable(
      "database/damaged",
      "This database is damaged. An operator has to repair it before you can continue.",
      { retryAfterMs: limits.database.quarantinedRetryAfterMs },
      { cause: error },
    );
  }
  if (error.kind === "blocked") {
    return new Unavailable(
      "guild/writes-blocked",
      "This guild accepts no changes right now. Nothing was changed. Try again soon.",
      { retryAfterMs: limits.database.movedRetryAfterMs },
      { cause: error },
    );
  }
  if (error.kind === "text") {
    return new Invalid(
      "request/bad-text",
      "The text contains a character that cannot be stored. Type it instead of pasting it.",
      {},
      { cause: error },
    );
  }
  if (error.kind === "busy") {
    return new Unavailable(
      "database/busy",
      "The database is busy. Nothing was changed. Try again in a moment.",
      { retryAfterMs: 1_000 },
      { cause: error },
    );
  }
  if (["timeout", "unreachable", "missing", "denied"].includes(error.kind)) {
    // The write may have succeeded although its answer was lost, so the text must not say that nothing
    // was done.
    return new Unavailable(
      "database/unreachable",
      "The database did not answer. Try again with the same Idempotency-Key, so that nothing happens twice.",
      { retryAfterMs: limits.remote.restMs },
      { cause: error },
    );
  }
  return undefined;
}

function diskIsFull(cause: Error): AppError {
  return new Unavailable(
    "database/storage-full",
    "The disk of this server is full. Nothing was changed. Try again when the operator has freed space.",
    { retryAfterMs: limits.database.quarantinedRetryAfterMs },
    { cause },
  );
}

function isUnavailable(cause: Error): AppError {
  return new Unavailable(
    "database/unavailable",
    "The server cannot open its files right now. Try again in a moment.",
    { retryAfterMs: limits.database.movedRetryAfterMs },
    { cause },
  );
}

function fromHono(error: HTTPException): AppError | undefined {
  if (error.status === 413) {
    return new TooLarge("request/too-large", "This request is too large. Send less at once.", {
      bytesMax: limits.http.bodyBytesMax,
    });
  }
  if (error.status >= 500) return undefined;
  return new Malformed("request/malformed", "The request cannot be read. Check its JSON.");
}

function retryAfterSeconds(problem: Problem): number | undefined {
  const ms = problem["retryAfterMs"];
  return typeof ms === "number" ? Math.max(1, Math.ceil(ms / 1_000)) : undefined;
}
