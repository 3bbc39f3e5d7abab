import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../../http/env.ts";
import { sessionCookieName } from "../../http/session.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { flags } from "./cookie.ts";
import { type ImpersonationSession, impersonating } from "./impersonation-session.ts";

// While an operator acts as another person, the session cookie holds the impersonation session. A
// second cookie with the same protection keeps the operator's own session.

/** Replaces the operator's session cookie by the impersonation session, and saves the own one. */
export function setOwnAside<E extends AppEnv>(c: Context<E>, session: ImpersonationSession): void {
  const { token, expiresAt } = session;
  const { config, now } = c.var.services;
  const name = sessionCookieName(config.publicUrl);
  const own = getCookie(c, name);
  const maxAge = Math.floor((expiresAt - now().getTime()) / 1_000);
  const options = { ...flags(c), httpOnly: true, maxAge };
  if (own !== undefined) setCookie(c, `${name}-own`, own, options);
  setCookie(c, name, token, options);
}

/**
 * Restores the operator's own session if it is still valid. Call it before the impersonation session
 * ends.
 */
export async function takeOwnBack(c: Context<AppEnv>): Promise<void> {
  const { config, platform, now } = c.var.services;
  const { operatorId } = impersonating(c.var.platform).impersonator;
  const name = sessionCookieName(config.publicUrl);
  const own = getCookie(c, `${name}-own`);
  forgetOwn(c);
  const session = own === undefined ? undefined : await platform.session(hashToken(own));
  if (own === undefined || session?.userId !== operatorId) {
    deleteCookie(c, name, flags(c));
    return;
  }
  const left = Math.min(session.expiresAt - now().getTime(), limits.session.absoluteMs);
  const maxAge = Math.max(0, Math.floor(left / 1_000));
  setCookie(c, name, own, { ...flags(c), httpOnly: true, maxAge });
}

export function forgetOwn(c: Context<AppEnv>): void {
  deleteCookie(c, `${sessionCookieName(c.var.services.config.publicUrl)}-own`, flags(c));
}
