import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { LimitReached } from "../kernel/errors.ts";
import type { RateCategory, RateSubject } from "../kernel/rates.ts";
import type { RateState } from "../platform/limits/rate-limiter.ts";
import type { Guild } from "../platform/store.ts";
import { addressSubject, clientAddress } from "./address.ts";
import type { AppEnv } from "./env.ts";

/** Adds headers with the state of the limit that the caller will reach first. */
export const rateHeaders = createMiddleware<AppEnv>(async function rateHeaders(c, next) {
  await next();
  const { rate, services } = c.var;
  if (rate === undefined) return;
  const resetMs = Math.max(0, rate.resetAt - services.now().getTime());
  const { headers } = c.res;
  headers.set("RateLimit-Policy", `${rate.limit.max};w=${rate.limit.windowMs / 1_000}`);
  headers.set("RateLimit-Limit", String(rate.limit.max));
  headers.set("RateLimit-Remaining", String(rate.left));
  headers.set("RateLimit-Reset", String(Math.ceil(resetMs / 1_000)));
});

/** Counts a request by its address, before any lookup for it. */
export const limitAddress = createMiddleware<AppEnv>(async function limitAddress(c, next) {
  await count(c, "address", addressSubject(clientAddress(c)));
  await next();
});

/** Counts a request by its caller: an account, however it is signed in, or a key. */
export const limitCaller = createMiddleware<AppEnv>(async function limitCaller(c, next) {
  const { caller } = c.var;
  if (caller.type === "user") await count(c, "account", caller.userId);
  if (caller.type === "key") await count(c, "key", caller.keyId);
  await next();
});

/** Counts a request by its guild. All keys of the guild share this limit and the plan's. */
export async function limitGuild<E extends AppEnv>(
  c: Context<E>,
  { id, plan }: Pick<Guild, "id" | "plan">,
): Promise<void> {
  const app = c as unknown as Context<AppEnv>;
  await count(app, "guild", id);
  const { requestsPerMinuteMax } = plan;
  if (requestsPerMinuteMax === null) return;
  await counted(app, () =>
    app.var.services.rates.use("requests", "guild", id, requestsPerMinuteMax),
  );
}

const LOG_CONTENT = /^\/(api\/g\/[^/]+\/logs\/[^/]+\/content|g\/[^/]+\/logs)$/;

function categoryOf(method: string, path: string): RateCategory {
  if (method === "GET" || method === "HEAD") return path.endsWith("/events") ? "live" : "read";
  return LOG_CONTENT.test(path) ? "upload" : "write";
}

async function count(c: Context<AppEnv>, subject: RateSubject, id: string): Promise<void> {
  const { rates } = c.var.services;
  await counted(c, () => rates.use(categoryOf(c.req.method, c.req.path), subject, id));
}

/** Remembers the limit that the caller will reach first, for the headers of the response. */
async function counted(
  c: Context<AppEnv>,
  use: () => Promise<RateState | undefined>,
): Promise<void> {
  const { now } = c.var.services;
  try {
    const state = await use();
    if (state === undefined) return;
    const { rate } = c.var;
    const isTighter = !rate || state.left / state.limit.max < rate.left / rate.limit.max;
    if (isTighter) c.set("rate", state);
  } catch (error) {
    if (error instanceof LimitReached) {
      const { limit: max, windowMs, retryAfterMs } = error.details as Record<string, number>;
      c.set("rate", {
        limit: { max: max!, windowMs: windowMs! },
        left: 0,
        resetAt: now().getTime() + retryAfterMs!,
      });
    }
    throw error;
  }
}
