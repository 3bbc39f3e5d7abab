import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { unlessFull } from "../database/errors.ts";
import { knownAreas } from "../kernel/areas.ts";
import { Unauthenticated } from "../kernel/errors.ts";
import { hashToken, newToken } from "../kernel/tokens.ts";
import { limits } from "../limits.ts";
import type { Caller, SignedIn } from "../platform/context.ts";
import { keyCaller } from "../platform/keys/lookup.ts";
import { isKey } from "../platform/keys/secrets.ts";
import type { SessionRow } from "../platform/store.ts";
import { addressRange, clientAddress } from "./address.ts";
import type { AppEnv } from "./env.ts";

/**
 * `__Host-` binds the cookie to this host over TLS. Browsers refuse the prefix over plain http, as on
 * localhost.
 */
export function sessionCookieName(publicUrl: URL): string {
  return publicUrl.protocol === "https:" ? "__Host-guildhall" : "guildhall";
}

/** Finds the caller by session cookie, session token or access token. */
export const session = createMiddleware<AppEnv>(async function session(c, next) {
  const caller = await callerOf(c);
  c.set("caller", caller);
  c.set("platform", {
    services: c.var.services,
    caller,
    requestId: c.var.requestId,
    address: clientAddress(c),
    agent: (c.req.header("user-agent") ?? "").slice(0, 200),
    locale: c.var.locale,
    ...(c.env?.domain && {
      domainGuildId: c.env.domain.guildId,
      domainName: c.env.domain.name,
    }),
    device: deviceOf(c) ?? newToken(),
  });
  await next();
});

/** The cookie that recognizes a browser. It gives no access. */
export function deviceCookieName(publicUrl: URL): string {
  return `${sessionCookieName(publicUrl)}-device`;
}

function deviceOf(c: Context<AppEnv>): string | undefined {
  const token = onlyCookie(c, deviceCookieName(c.var.services.config.publicUrl));
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}

async function callerOf(c: Context<AppEnv>): Promise<Caller> {
  const authorization = c.req.header("authorization");
  if (authorization !== undefined) return await fromBearer(c, authorization);
  const token = onlyCookie(c, sessionCookieName(c.var.services.config.publicUrl));
  if (token === undefined) return { type: "anonymous" };
  return (await fromSession(c, token, "cookie")) ?? { type: "anonymous" };
}

/** Returns undefined if a name occurs twice: then another site may have set one of the cookies. */
export function onlyCookie<E extends AppEnv>(c: Context<E>, name: string): string | undefined {
  const header = c.req.header("cookie");
  if (header === undefined || !header.includes(name)) return undefined;
  if (header.split(";").filter((pair) => pair.trim().startsWith(`${name}=`)).length !== 1) {
    return undefined;
  }
  return getCookie(c, name);
}

async function fromBearer(c: Context<AppEnv>, authorization: string): Promise<Caller> {
  const token = /^Bearer ([A-Za-z0-9_.~+/-]+=*)$/.exec(authorization)?.[1];
  const caller = token === undefined ? undefined : await fromToken(c, token);
  if (caller) return caller;
  throw new Unauthenticated(
    "auth/bad-token",
    "This token is not valid. Sign in again to get a new one.",
  );
}

async function fromToken(c: Context<AppEnv>, token: string): Promise<Caller | undefined> {
  const { services } = c.var;
  if (isKey(token)) {
    const key = await keyCaller(services.platform, services.config.secret, token);
    if (key) {
      services.keyUsage.count(key.keyId, `${c.req.method} ${sectionOf(c.req.path)}`);
      services.keyNetworks.seen(key.keyId, addressRange(clientAddress(c)));
    }
    return key;
  }
  return token.includes(".")
    ? await fromAccessToken(c, token)
    : await fromSession(c, token, "bearer");
}

/** Counts `/api/g/<guild>/logs/<id>` as `logs`. The guild and the id are not recorded. */
function sectionOf(path: string): string {
  return path.replace(/^\/api(\/g\/[^/]+)?\//, "").split("/", 1)[0] ?? "";
}

async function fromAccessToken(c: Context<AppEnv>, token: string): Promise<Caller | undefined> {
  const { services } = c.var;
  // The server behind a guild's own domain may see the token, which also works at the platform's host.
  if (c.env?.domain !== undefined) return undefined;
  const claims = await services.accessTokens.verify(token);
  if (claims === undefined) return undefined;
  // The token depends on its session, so signing out ends it early.
  const row = await services.platform.sessionById(claims.sessionId);
  if (row === undefined || row.guildId !== null) return undefined;
  const { guildId, endsAt } = claims;
  return { ...toCaller(row, "access-token"), guildId, endsAt };
}

async function fromSession(
  c: Context<AppEnv>,
  token: string,
  via: "cookie" | "bearer",
): Promise<SignedIn | undefined> {
  const { platform, now } = c.var.services;
  const row = await platform.session(hashToken(token));
  if (row === undefined || !isFor(c, row)) return undefined;
  const nowMs = now().getTime();
  // After a clock was set back, the last use lies in the future.
  if (Math.abs(nowMs - row.lastUsedAt) > limits.session.touchAfterMs) {
    await unlessFull(platform.touchSession(row.id));
  }
  return toCaller(row, via);
}

/**
 * Whether a session was made at this host. The owner of a guild's domain can send browsers to another server,
 * which then sees their cookies. So a session of that domain works nowhere else, and no other one there.
 */
function isFor(c: Context<AppEnv>, { guildId }: SessionRow): boolean {
  return guildId === (c.env?.domain?.guildId ?? null);
}

function toCaller(row: SessionRow, via: SignedIn["via"]): SignedIn {
  return {
    type: "user",
    userId: row.userId,
    sessionId: row.id,
    name: row.name,
    email: row.email,
    emailVerified: row.emailVerifiedAt !== null,
    // On a guild's own domain no sign-in counts as recent, because another server may have seen the password.
    // Actions that need a recent sign-in are done at the platform's host.
    provedAt: row.guildId === null ? row.provedAt : 0,
    via,
    ...(row.guildId === null
      ? row.areas !== null && { operates: knownAreas(row.areas) }
      : { guildId: row.guildId }),
    ...(row.impersonationId !== null && {
      impersonator: {
        id: row.impersonationId,
        operatorId: row.operatorId!,
        name: row.operatorName!,
        reason: row.reason!,
      },
    }),
  };
}
