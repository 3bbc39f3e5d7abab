import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./env.ts";

// An invitation's address is its secret.
const INVITATION = /(?<=\/invitations\/)[\w-]{43}/;

/** One line per request, after it was answered. Never the query string: it may carry a secret. */
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
    // An operator looks for the reason where the failure is.
    ...(c.res.status >= 500 && failure),
    ...(caller?.type === "user" && { userId: caller.userId }),
  });
});
