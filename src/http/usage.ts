import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { Caller } from "../platform/context.ts";
import { OTHER } from "../platform/usage/api-usage.ts";
import type { AppEnv, GuildEnv } from "./env.ts";

/** Counts each request of the API after its response, for the pages about usage. */
export const countUsage = createMiddleware<AppEnv>(async function countUsage(c, next) {
  if (!c.req.path.startsWith("/api/")) return await next();
  const startedAt = performance.now();
  await next();
  const caller = countedCaller(c.var.caller);
  if (caller === undefined) return;
  c.var.services.apiUsage.count({
    ...caller,
    guildId: (c as unknown as Context<Partial<GuildEnv>>).var.guild?.guild.id,
    operation: operationOf(c),
    queryNames: Object.keys(c.req.query()),
    status: c.res.status,
    ms: performance.now() - startedAt,
  });
});

/** The method and the template of the route. */
function operationOf(c: Context<AppEnv>): string {
  // Middleware is registered for all methods, handlers for one.
  const handler = matchedRoutes(c).findLast((one) => one.method !== "ALL");
  return handler === undefined ? OTHER : `${c.req.method} ${handler.path}`;
}

/** Undefined before the caller is known, for strangers, and for operators who act as another person. */
function countedCaller(caller: Caller | undefined) {
  if (caller?.type === "key") return { callerType: "key", callerId: caller.keyId } as const;
  if (caller?.type !== "user" || caller.impersonator !== undefined) return undefined;
  return { callerType: "user", callerId: caller.userId } as const;
}
