import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorCode } from "../kernel/errors.ts";

/** A problem response to a request that never reaches the app. */
export interface RawProblem {
  readonly status: 400 | 404 | 408 | 429 | 500 | 503;
  /** Absent for an internal error. */
  readonly code?: ErrorCode;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

const TITLE: Readonly<Record<RawProblem["status"], string>> = {
  400: "Bad request",
  404: "Not found",
  408: "Too slow",
  429: "Too many requests",
  500: "Something went wrong",
  503: "Not available right now",
};

/** The problem document (RFC 9457) of such a response. */
export function problemText({ status, code, detail }: RawProblem): string {
  const type = code === undefined ? "about:blank" : `/problems/${code}`;
  return JSON.stringify({ type, title: TITLE[status], status, detail });
}

export function problemHeaders({ retryAfterSeconds }: RawProblem): Record<string, string> {
  return {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    connection: "close",
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  };
}

/** Answers on the raw socket and closes it, whether or not the client reads or closes. */
export function refuse(socket: Duplex, problem: RawProblem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const text = problemText(problem);
  const headers = { ...problemHeaders(problem), "content-length": Buffer.byteLength(text) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines];
  // Ending alone would leave the socket half open for as long as the client likes.
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}
