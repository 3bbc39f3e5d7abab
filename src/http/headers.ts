import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "./env.ts";

/**
 * No inline code, no foreign code, no frames: what a page may do, said once. Forms lead nowhere but
 * here, and to where somebody pays.
 */
export function securityHeaders(publicUrl: URL, formTargets: readonly string[] = []) {
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
    strictTransportSecurity:
      publicUrl.protocol === "https:" ? "max-age=31536000; includeSubDomains" : false,
  });
}

/**
 * Answers depend on who asks, so no cache between us and a browser may keep one, and the browser asks
 * before it shows one again: roles change. What says otherwise itself, such as an asset, is left alone.
 */
export const keptByNobodyElse = createMiddleware<AppEnv>(async function keptByNobodyElse(c, next) {
  await next();
  if (c.res.headers.has("Cache-Control")) return;
  c.res.headers.set("Cache-Control", "private, no-cache");
});
