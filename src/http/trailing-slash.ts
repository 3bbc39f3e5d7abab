import { createMiddleware } from "hono/factory";
import { NotFound } from "../kernel/errors.ts";
import type { AppEnv } from "./env.ts";

/**
 * Redirects from `/about/` to `/about` where only the second exists. The redirect names a path without
 * a host: behind a proxy, the scheme and host that we see differ from those that the browser sees.
 */
export const noTrailingSlash = createMiddleware<AppEnv>(async function noTrailingSlash(c, next) {
  const { pathname, search } = new URL(c.req.url);
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead || !/[^/]\/+$/.test(pathname)) return await next();
  try {
    await next();
    if (c.res.status !== 404) return;
  } catch (error) {
    // `NotFound` comes here only when no route matches. Other errors were answered by inner middleware.
    if (!(error instanceof NotFound)) throw error;
  }
  // Two leading slashes would name another host.
  const path = pathname.replace(/\/+$/, "").replace(/^[/\\]+/, "/");
  c.res = c.redirect(`${path}${search}`, 301);
});
