import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../../../http/env.ts";
import { onlyCookie } from "../../../http/session.ts";
import { limits } from "../../../limits.ts";
import { flags } from "../cookie.ts";
import type { SealedKind } from "./flows.ts";

/** Stores a sealed value in the browser, for the time of an OAuth flow. */
export function setSealedCookie<E extends AppEnv>(
  c: Context<E>,
  kind: SealedKind,
  sealed: string,
): void {
  const maxAge = limits.auth.providerRoundMs / 1_000;
  setCookie(c, cookieName(c, kind), sealed, { ...flags(c), httpOnly: true, maxAge });
}

export function sealedCookie<E extends AppEnv>(
  c: Context<E>,
  kind: SealedKind,
): string | undefined {
  return onlyCookie(c, cookieName(c, kind));
}

export function forgetSealedCookie<E extends AppEnv>(c: Context<E>, kind: SealedKind): void {
  deleteCookie(c, cookieName(c, kind), flags(c));
}

/** The cookie is bound to this host, like the session's. */
function cookieName<E extends AppEnv>(c: Context<E>, kind: SealedKind): string {
  const isSecure = c.var.services.config.publicUrl.protocol === "https:";
  return `${isSecure ? "__Host-" : ""}guildhall-${kind}`;
}
