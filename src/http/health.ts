import type { Check } from "../kernel/readiness.ts";

/** The response to a probe. It is the same on every runtime. */
export interface ProbeAnswer {
  readonly status: 200 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Probe = "alive" | "ready";

const PATHS: Readonly<Record<string, Probe>> = { "/healthz": "alive", "/readyz": "ready" };

/**
 * The probe that a request asks for, if any. Probes need no Host header, guild or caller, and no rate
 * limit applies to them. `target` is the target of the request line.
 */
export function probeOf(method: string, target: string): Probe | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const path = target.split("?", 1)[0]!;
  return Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
}

/** The process runs and its event loop is not blocked. */
export function aliveAnswer(): ProbeAnswer {
  return { status: 200, headers: HEADERS, text: JSON.stringify({ status: "alive" }) };
}

/** 200 if every check passes, otherwise 503. */
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
