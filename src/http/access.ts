import type { MiddlewareHandler } from "hono";
import type { Permission } from "../kernel/permissions.ts";
import { allow } from "../tenant/context.ts";
import type { GuildEnv } from "./env.ts";

/**
 * Refuses before the input is even read, so that a refusal says nothing about it. The verb asks
 * again: pages and other callers reach it without passing here.
 */
export function requirePermission(permission: Permission): MiddlewareHandler<GuildEnv> {
  return async function requirePermission(c, next) {
    allow(c.var.guild, permission);
    await next();
  };
}
