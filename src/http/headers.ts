import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./env.ts";

/**
 * Sets the security headers of every page: no inline code, no foreign code, no frames. Forms may submit
 * only to this site and to the payment page.
 */
export function securityHeaders(publicUrl: URL, formTargets: readonly string[] = []) {
  const ours = headersWith(publicUrl, formTargets, "max-age=31536000; includeSubDomains");
  // Below a guild's own domain may be other sites, which are not ours to bind to TLS.
  const theirs = headersWith(publicUrl, formTargets, "max-age=31536000");
  return createMiddleware<AppEnv>(async function securityHeaders(c, next) {
    return await (c.env?.domain === undefined ? ours : theirs)(c, next);
  });
}

function headersWith(publicUrl: URL, formTargets: readonly string[], transportSecurity: string) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'", ...formTargets],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    crossOriginResourcePolicy: "same-origin",
    strictTransportSecurity: publicUrl.protocol === "https:" ? transportSecurity : false,
  });
}

/**
 * Responses depend on the caller, so shared caches must not store them. The browser revalidates before
 * it shows one again, because roles change. A response with its own Cache-Control, such as an asset,
 * keeps it.
 */
export const noSharedCache = createMiddleware<AppEnv>(async function noSharedCache(c, next) {
  await next();
  if (c.res.headers.has("Cache-Control")) return;
  c.res.headers.set("Cache-Control", "private, no-cache");
});
