import type { IncomingMessage } from "node:http";
import type { RawProblem } from "./raw-answers.ts";

const TWO_HOSTS: RawProblem = {
  status: 400,
  code: "request/two-hosts",
  detail: "This request names several hosts. Send exactly one Host header.",
};

/**
 * Detects a request that names two hosts: a proxy or cache might read another one than we do.
 * @returns the problem response. Undefined when the request names one host, or when the app refuses it
 * anyway.
 */
export function hostFault({
  rawHeaders,
  url = "",
  headers,
}: IncomingMessage): RawProblem | undefined {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() === "host") hosts++;
  }
  if (hosts > 1) return TWO_HOSTS;
  const named = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (named === undefined || headers.host === undefined) return undefined;
  return named.toLowerCase() === headers.host.toLowerCase() ? undefined : TWO_HOSTS;
}
