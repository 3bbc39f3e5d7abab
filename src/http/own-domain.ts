import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { LimitReached, noSuchPage } from "../kernel/errors.ts";
import type { RoutedDomain } from "../platform/domains/routed-domains.ts";
import { addressSubject, clientAddress } from "./address.ts";
import type { AppEnv } from "./env.ts";
import { isOurHost } from "./tenant.ts";

/**
 * What the platform itself serves at a guild's own domain, besides the guild: signing in and out, which are
 * about this host's cookie, and the reader's language.
 */
const SERVED = /^\/(g|api\/g)\/|^\/(sign-in|sign-in\/code|sign-out|preferences)$|^\/problems\//;

type Dispatch = (request: Request, env: AppEnv["Bindings"]) => Response | Promise<Response>;

/**
 * Finds the guild of a request to a guild's own domain, and dispatches the request again with it. The path of
 * a route is decided before any middleware runs, and the lookup has to wait for the database.
 */
export function ownDomain(publicUrl: URL, dispatch: Dispatch): MiddlewareHandler<AppEnv> {
  return async function ownDomain(c, next) {
    const { hostname } = new URL(c.req.url);
    if (c.env?.domain !== undefined || isOurHost(hostname, publicUrl)) return await next();
    const found = await domainOrRefusal(c, hostname);
    // The refusal is thrown later, so that its answer has a log line and the headers of every answer.
    if (found instanceof LimitReached) c.set("hostRefusal", found);
    if (found === undefined || found instanceof LimitReached) return await next();
    return await dispatch(c.req.raw, { ...c.env, domain: found });
  };
}

/** The domain of a host. The refusal if the caller's address asked for too many names. */
async function domainOrRefusal(
  c: Context<AppEnv>,
  hostname: string,
): Promise<RoutedDomain | LimitReached | undefined> {
  const { domains, rates } = c.var.services;
  try {
    // Requests with invented names must not make the server ask its database each time.
    return await domains.routed(hostname, () =>
      rates.use("domain-ask", "address", addressSubject(clientAddress(c))),
    );
  } catch (error) {
    if (error instanceof LimitReached) return error;
    throw error;
  }
}

/**
 * Keeps the platform's own pages away from guilds' domains, whose owners control where the name leads. Reads
 * of pages redirect to the platform's host.
 */
export const ownDomainSurface = createMiddleware<AppEnv>(async function ownDomainSurface(c, next) {
  if (c.env?.domain === undefined || SERVED.test(c.req.path)) return await next();
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead || c.req.path.startsWith("/api/")) {
    throw noSuchPage();
  }
  // The origin is put before the path as text: a path that begins with two slashes names another host.
  return c.redirect(`${c.var.services.config.publicUrl.origin}${pathThere(c, c.env.domain)}`, 302);
});

/** The path and query at the platform's host. The page after a sign-in is a page of the guild there. */
function pathThere(c: Context<AppEnv>, { guildId }: { readonly guildId: string }): string {
  const { pathname, searchParams, search } = new URL(c.req.url);
  const after = searchParams.get("next");
  if (after === null || !after.startsWith("/") || after.startsWith("/g/")) {
    return `${pathname}${search}`;
  }
  searchParams.set("next", `/g/${guildId}${after === "/" ? "" : after}`);
  return `${pathname}?${searchParams}`;
}
