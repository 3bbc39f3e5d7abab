import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Forbidden, Malformed } from "../kernel/errors.ts";
import type { Caller } from "../platform/context.ts";
import type { AppEnv } from "./env.ts";
import { isOurHost } from "./tenant.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** Links are built from configuration; a request for a host that is not ours goes no further. */
export const knownHost = createMiddleware<AppEnv>(async function knownHost(c, next) {
  if (!isOurHost(new URL(c.req.url).hostname, c.var.services.config.publicUrl)) {
    throw new Malformed("request/unknown-host", "This address is not served here.");
  }
  await next();
});

/**
 * Refuses requests that another site made the browser send. A browser says where an unsafe request
 * comes from; a client that is no browser says nothing, and is let through only with a request that
 * no page of another site can make: JSON, or a method that needs a preflight we never grant.
 */
export const sameOrigin = createMiddleware<AppEnv>(async function sameOrigin(c, next) {
  if (!SAFE_METHODS.has(c.req.method) && !isFromHere(c.req.raw, c)) {
    throw new Forbidden(
      "request/cross-site",
      "This request seems to come from another site. Open the page here and try again.",
    );
  }
  await next();
});

function travelsByItself(caller: Caller): boolean {
  return caller.type === "anonymous" || (caller.type === "user" && caller.via === "cookie");
}

function isFromHere(request: Request, c: Context<AppEnv>): boolean {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  if (origin !== null) {
    const { protocol } = c.var.services.config.publicUrl;
    const isHere = origin === `${protocol}//${new URL(request.url).host}`;
    return isHere && (site === null || site === "same-origin");
  }
  if (site !== null) return site === "same-origin";
  // No browser: without a token of its own, only what no page of another site can make.
  if (!travelsByItself(c.var.caller)) return true;
  const type = request.headers.get("content-type") ?? "";
  return request.method !== "POST" || /^application\/json\b/i.test(type);
}
