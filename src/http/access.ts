import type { MiddlewareHandler } from "hono";
import { noSuchPage, Unauthenticated } from "../kernel/errors.ts";
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

/**
 * As `requirePermission`, and refuses visitors also where the guild opened the area to them: the page is
 * about the reader's own membership.
 */
export function requireMember(permission: Permission): MiddlewareHandler<GuildEnv> {
  return async function requireMember(c, next) {
    const { actor } = c.var.guild;
    allow(c.var.guild, permission);
    if (actor.type === "visitor") {
      if (actor.signedIn) throw noSuchPage();
      throw new Unauthenticated("auth/required", "Sign in to continue.");
    }
    await next();
  };
}
