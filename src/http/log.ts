import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./env.ts";

// An invitation's address contains its secret.
const INVITATION = /(?<=\/invitations\/)[\w-]{43}/;

/**
 * Writes one line per request, after the response. Leaves out the query string, which may hold a
 * secret.
 */
export const logLine = createMiddleware<AppEnv>(async function logLine(c, next) {
  const startedAt = performance.now();
  await next();
  const { caller, services, failure } = c.var;
  services.log.info("request", {
    requestId: c.var.requestId,
    method: c.req.method,
    path: c.req.path.replace(INVITATION, "[left out]"),
    status: c.res.status,
    ms: Math.round((performance.now() - startedAt) * 100) / 100,
    // Failures include their cause, so that an operator finds the reason in the same line.
    ...(c.res.status >= 500 && failure),
    ...(caller?.type === "user" && { userId: caller.userId }),
  });
});
