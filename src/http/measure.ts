import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Meter } from "../kernel/meter.ts";
import type { AppEnv } from "./env.ts";

/** The route label of requests without a matching route. */
export const NO_ROUTE = "none";

/** Counts every request by its route template, including those that fail before a handler runs. */
export function measure(meter: Meter) {
  return createMiddleware<AppEnv>(async function measured(c, next) {
    const startedAt = performance.now();
    await next();
    // Middleware is registered for all methods, a handler for one.
    const handler = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    meter.request({
      route: handler?.path ?? NO_ROUTE,
      method: c.req.method,
      status: c.res.status,
      ms: performance.now() - startedAt,
    });
  });
}
