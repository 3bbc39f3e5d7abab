import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Meter } from "../kernel/meter.ts";
import type { AppEnv } from "./env.ts";

/** The route of requests to addresses where nothing is. */
export const NO_ROUTE = "none";

/** Counts every request by the template of its route, also those that fail before a handler runs. */
export function measure(meter: Meter) {
  return createMiddleware<AppEnv>(async function measured(c, next) {
    const startedAt = performance.now();
    await next();
    // Middleware is registered for all methods, handlers for one.
    const handler = matchedRoutes(c).findLast(({ method }) => method !== "ALL");
    meter.request({
      route: handler?.path ?? NO_ROUTE,
      method: c.req.method,
      status: c.res.status,
      ms: performance.now() - startedAt,
    });
  });
}
