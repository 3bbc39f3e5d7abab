import type { MiddlewareHandler } from "hono";
import type { Permission } from "../kernel/permissions.ts";
import { allow } from "../tenant/context.ts";
import type { GuildEnv } from "./env.ts";

/**
 * Refuses before the input is parsed, so that a refusal reveals nothing about it. The service function
 * checks again, because pages and other callers do not pass this middleware.
 */
export function requirePermission(permission: Permission): MiddlewareHandler<GuildEnv> {
  return async function requirePermission(c, next) {
    allow(c.var.guild, permission);
    await next();
  };
}
