import type { Context } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "../../http/env.ts";
import { deviceCookieName, sessionCookieName } from "../../http/session.ts";
import { limits } from "../../limits.ts";
import type { NewSession } from "./accounts.ts";

/** Sets the session cookie. Scripts and requests from other sites cannot use it. */
export function keepSession(c: Context<AppEnv>, { token, expiresAt }: NewSession): void {
  const { config, now } = c.var.services;
  const maxAge = Math.floor((expiresAt - now().getTime()) / 1_000);
  const options = { ...flags(c), httpOnly: true };
  setCookie(c, sessionCookieName(config.publicUrl), token, { ...options, maxAge });
  keepDevice(c);
}

/** Sets the cookie that recognizes the browser. It gives no access. */
export function keepDevice(c: Context<AppEnv>): void {
  const { config } = c.var.services;
  const { device } = c.var.platform;
  if (device === undefined) return;
  const options = { ...flags(c), httpOnly: true };
  const deviceMaxAge = Math.floor(limits.session.placeKeptMs / 1_000);
  setCookie(c, deviceCookieName(config.publicUrl), device, { ...options, maxAge: deviceMaxAge });
}

/** Deletes the session cookie. The service function ends the session itself. */
export function forgetSession(c: Context<AppEnv>): void {
  deleteCookie(c, sessionCookieName(c.var.services.config.publicUrl), flags(c));
}

/** Flags of every cookie: this host, every path, TLS where the site uses it. */
export function flags<E extends AppEnv>(c: Context<E>) {
  const secure = c.var.services.config.publicUrl.protocol === "https:";
  return { path: "/", sameSite: "Lax", secure } as const;
}
