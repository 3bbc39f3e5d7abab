import type { Check } from "../kernel/readiness.ts";

/** An answer to a probe: the same on every runtime. */
export interface ProbeAnswer {
  readonly status: 200 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Probe = "alive" | "ready";

const PATHS: Readonly<Record<string, Probe>> = { "/healthz": "alive", "/readyz": "ready" };

/**
 * What a request asks, if it is one of the two that probes send. These need no Host of ours, no guild and
 * no caller, and are not limited. `target` is what the request line names.
 */
export function probeOf(method: string, target: string): Probe | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const path = target.split("?", 1)[0]!;
  return Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
}

/** The process runs and its event loop turns. */
export function aliveAnswer(): ProbeAnswer {
  return { status: 200, headers: HEADERS, text: JSON.stringify({ status: "alive" }) };
}

/** 200 when every check is fine, otherwise 503. */
export function readyAnswer(checks: readonly Check[]): ProbeAnswer {
  const isReady = checks.every(({ ok }) => ok);
  const text = JSON.stringify({ status: isReady ? "ready" : "not-ready", checks });
  return { status: isReady ? 200 : 503, headers: HEADERS, text };
}

const HEADERS = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;
