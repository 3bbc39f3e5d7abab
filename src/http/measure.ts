import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Meter } from "../kernel/meter.ts";
import type { Tracer } from "../kernel/tracer.ts";
import type { AppEnv } from "./env.ts";

/** The route label of requests without a matching route. */
const NO_ROUTE = "none";

/**
 * Counts every request by the template of its route, also those that fail before a handler runs, and makes
 * it a span.
 */
export function measure(meter: Meter, tracer: Tracer) {
  return createMiddleware<AppEnv>(async function measured(c, next) {
    const startedAt = performance.now();
    const { method } = c.req;
    await tracer.span("request", { "http.request.method": method }, async (span) => {
      await next();
      // Middleware is registered for all methods, handlers for one.
      const handler = matchedRoutes(c).findLast((one) => one.method !== "ALL");
      const route = handler?.path ?? NO_ROUTE;
      const { status } = c.res;
      meter.request({ route, method, status, ms: performance.now() - startedAt });
      span.set({ "http.route": route, "http.response.status_code": status });
    });
  });
}
