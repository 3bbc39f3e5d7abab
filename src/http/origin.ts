import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { Forbidden, Malformed } from "../kernel/errors.ts";
import type { Caller } from "../platform/context.ts";
import type { AppEnv } from "./env.ts";
import { isOurHost } from "./tenant.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses requests for unknown hosts. Links are built from the configuration, never from the Host
 * header.
 */
export const knownHost = createMiddleware<AppEnv>(async function knownHost(c, next) {
  if (c.var.hostRefusal) throw c.var.hostRefusal;
  const isOwn = c.env?.domain !== undefined;
  if (!isOwn && !isOurHost(new URL(c.req.url).hostname, c.var.services.config.publicUrl)) {
    throw new Malformed(
      "request/unknown-host",
      "This address is not served here. Check the host name.",
    );
  }
  await next();
});

/**
 * Refuses requests that another site made the browser send. A browser states the origin of an unsafe
 * request. Other clients state none and pass only with a request that another site's page cannot make:
 * JSON, or a method that needs a preflight we never grant.
 */
export const sameOrigin = createMiddleware<AppEnv>(async function sameOrigin(c, next) {
  if (!SAFE_METHODS.has(c.req.method) && !isFromHere(c.req.raw, c)) {
    throw new Forbidden(
      "request/cross-site",
      "This request came from another site. Open the page here and try again.",
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
  // Not a browser. Without a token, only requests that another site's page cannot make may pass.
  if (!travelsByItself(c.var.caller)) return true;
  const type = request.headers.get("content-type") ?? "";
  return request.method !== "POST" || /^application\/json\b/i.test(type);
}
