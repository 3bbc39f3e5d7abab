import { createMiddleware } from "hono/factory";
import { NotFound } from "../kernel/errors.ts";
import type { AppEnv } from "./env.ts";

/**
 * Leads from `/about/` to `/about` where only the second exists. The answer names a path and no host:
 * behind a proxy, the scheme and host that we see are not those that the browser sees.
 */
export const noTrailingSlash = createMiddleware<AppEnv>(async function noTrailingSlash(c, next) {
  const { pathname, search } = new URL(c.req.url);
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead || !/[^/]\/+$/.test(pathname)) return await next();
  try {
    await next();
    if (c.res.status !== 404) return;
  } catch (error) {
    // No route at all throws through here; whatever else fails was answered further in.
    if (!(error instanceof NotFound)) throw error;
  }
  // Two slashes at the beginning would name another host.
  const path = pathname.replace(/\/+$/, "").replace(/^[/\\]+/, "/");
  c.res = c.redirect(`${path}${search}`, 301);
});
