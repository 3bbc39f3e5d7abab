import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { getPath } from "hono/utils/url";
import { Malformed, NotFound, Unavailable } from "../kernel/errors.ts";
import type { UserId } from "../kernel/ids.ts";
import { forImpersonator } from "../kernel/permissions.ts";
import { visitorPermissions } from "../kernel/visitor-areas.ts";
import { limits } from "../limits.ts";
import type { Caller } from "../platform/context.ts";
import {
  effectiveKeyPermissions,
  effectivePermissions,
} from "../platform/guilds/effective-permissions.ts";
import { recordCrossGuildAttempt } from "../platform/keys/cross-guild-attempts.ts";
import { parseKey } from "../platform/keys/secrets.ts";
import { type Guild, isGone, type Membership } from "../platform/store.ts";
import type { Actor } from "../tenant/context.ts";
import { isVisible } from "./current-access.ts";
import type { AppEnv, GuildEnv } from "./env.ts";
import { presentAddress } from "./old-addresses.ts";
import { limitGuild } from "./rate-limits.ts";

/** First path segments of a guild's pages. A test compares them with the mounted routes. */
const GUILD_SECTIONS: ReadonlySet<string> = new Set([
  "standings",
  "dkp",
  "ledger",
  "roster",
  "logs",
  "fights",
  "bosses",
  "raids",
  "raid-series",
  "raid-teams",
  "loot",
  "loot-councils",
  "auctions",
  "events",
  "analytics",
  "members",
  "audit",
  "settings",
  "onboarding",
  "identity",
  "guild-sync",
  "crest.svg",
  "search",
]);

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether this hostname is the platform's own or one guild's, one label below it. */
export function isOurHost(hostname: string, publicUrl: URL): boolean {
  if (hostname === publicUrl.hostname || labelOf(hostname, publicUrl) !== undefined) return true;
  return LOOPBACK.test(publicUrl.hostname) && LOOPBACK.test(hostname);
}

/**
 * The path that is routed for a request. `ironforge.<domain>/roster`, the same at the guild's own domain, and
 * `/api/roster` with `X-Guild-ID` or an access token, all become paths below `/g/ironforge`, so the code
 * behind it knows only one form. The selectors only name a guild. `inGuild` decides who may enter.
 */
export function guildPath(
  publicUrl: URL,
): (request: Request, options?: { readonly env?: AppEnv["Bindings"] }) => string {
  return (request, options) => {
    const path = getPath(request);
    const isApi = path.startsWith("/api/");
    if (path.startsWith(isApi ? "/api/g/" : "/g/")) return presentAddress(path);
    const rest = isApi ? path.slice(4) : path;
    const ownGuild = options?.env?.domain?.guildId;
    const label = ownGuild ?? labelOf(new URL(request.url).hostname, publicUrl);
    const section = rest.split("/", 2)[1] ?? "";
    if (!GUILD_SECTIONS.has(section) && !(section === "" && label !== undefined && !isApi)) {
      return path;
    }
    const selected = label ?? (isApi ? (headerGuild(request) ?? claimedGuild(request)) : undefined);
    if (selected === undefined) return path;
    const below = `/g/${encodeURIComponent(selected)}${rest === "/" ? "" : rest}`;
    return isApi ? presentAddress(`/api${below}`) : below;
  };
}

/**
 * Finds the guild and the caller's membership, and leases the guild's database for the request. A guild
 * that the caller may not see and a missing one give the same 404. A streaming response outlives this
 * middleware and must take its own lease.
 */
export const inGuild = createMiddleware<GuildEnv>(async function inGuild(c, next) {
  const { platform, tenants, now } = c.var.services;
  const { caller } = c.var;
  const reference = c.req.param("guild")!;
  const found = await platform.guildForUser(reference, memberBehind(caller));
  const only = c.env?.domain?.guildId;
  // At a guild's own domain no other guild exists, not even for its members.
  if (only !== undefined && found?.guild.id !== only) throw noSuchGuild();
  const isOurs = caller.type === "key" && caller.guildId === found?.guild.id;
  if (caller.type !== "anonymous" && caller.guildId && caller.guildId !== found?.guild.id) {
    await recordCrossGuildAttempt(c.var.platform, caller.guildId, reference);
  }
  if (
    found === undefined ||
    isGone(found.guild) ||
    !(isOurs || isVisible(found.guild, caller.type === "key" ? undefined : found.membership))
  ) {
    return await redirectFromOldSlug(c, reference);
  }
  refuseOtherSelectors(c, found.guild);
  if (/^(creating|failed)$/.test(found.guild.status)) {
    await c.var.services.provisioner.refuseWithoutRoom(found.guild);
  }
  refuseUnlessReady(found.guild);
  c.var.services.meter.guildRequest(found.guild.id);
  await limitGuild(c, found.guild);
  using lease = await tenants.lease(found.guild);
  c.set("guild", {
    guild: found.guild,
    actor: actorOf(caller, found.guild, found.membership, !/^(GET|HEAD)$/.test(c.req.method)),
    db: lease.db,
    now,
    requestId: c.var.requestId,
    origin: { address: c.var.platform.address, agent: c.var.platform.agent },
    idempotencyKey: c.req.header("idempotency-key"),
  });
  await next();
  if (!/^(GET|HEAD)$/.test(c.req.method)) c.var.services.auditSealer.touch(found.guild.id);
});

/** The same error for a missing guild and for one that the caller may not know of. */
export function noSuchGuild(): NotFound {
  return new NotFound("guild/not-found", "This guild does not exist, or you cannot see it.");
}

/** The member whose rights count: the caller, or the member who made the key. */
function memberBehind(caller: Caller): UserId | null {
  if (caller.type === "anonymous") return null;
  return caller.type === "key" ? caller.madeBy : caller.userId;
}

function actorOf(
  caller: Caller,
  guild: Guild,
  membership: Membership | undefined,
  isChange: boolean,
): Actor {
  if (caller.type === "key" && caller.guildId === guild.id) {
    const { keyId, name, scopes } = caller;
    return { type: "key", keyId, name, ...effectiveKeyPermissions(guild, membership, scopes) };
  }
  if (caller.type === "user" && membership !== undefined) {
    const standing = effectivePermissions(guild, membership);
    const { impersonator } = caller;
    return {
      type: "user",
      userId: caller.userId,
      name: caller.name,
      membershipId: membership.id,
      role: membership.role,
      ...standing,
      ...(impersonator && {
        impersonator: impersonator.name,
        ...(isChange && { permissions: forImpersonator(standing.permissions) }),
      }),
    };
  }
  return {
    type: "visitor",
    signedIn: caller.type === "user",
    permissions: visitorPermissions(guild.visitorAreas),
  };
}

function refuseUnlessReady(guild: Guild): void {
  if (guild.status === "ready") return;
  const retryAfterMs = limits.http.provisioningRetryAfterMs;
  if (guild.status === "creating") {
    throw new Unavailable(
      "guild/provisioning",
      "The database of this guild is being created. Try again in a moment.",
      {
        retryAfterMs,
        guildId: guild.id,
      },
    );
  }
  if (guild.status === "failed") {
    throw new Unavailable(
      "guild/provisioning-failed",
      "The database of this guild could not be created. The owner can try again.",
      { retryAfterMs, guildId: guild.id },
    );
  }
  throw new Unavailable(
    "guild/suspended",
    guild.statusReason
      ? `This guild is suspended: ${guild.statusReason}`
      : "This guild is suspended.",
    { retryAfterMs: limits.http.suspendedRetryAfterMs },
  );
}

/** Path, host, header and token may each name the guild. All of them must name the same one. */
function refuseOtherSelectors(c: Context<GuildEnv>, guild: Guild): void {
  const { services, caller } = c.var;
  const named = [
    c.env?.domain?.guildId,
    labelOf(new URL(c.req.url).hostname, services.config.publicUrl),
    headerGuild(c.req.raw),
    caller.type === "anonymous" ? undefined : caller.guildId,
  ];
  for (const name of named) {
    if (name !== undefined && name !== guild.id && name !== guild.slug) {
      throw new Malformed(
        "guild/ambiguous",
        "The address, the X-Guild-ID header and the token name different guilds. Send only one of them.",
      );
    }
  }
}

async function redirectFromOldSlug(c: Context<GuildEnv>, slug: string): Promise<Response> {
  const { platform } = c.var.services;
  const guildId = await platform.guildIdBySlugHistory(slug);
  const { caller } = c.var;
  const userId = caller.type === "user" ? caller.userId : null;
  const found = guildId && (await platform.guildForUser(guildId, userId));
  const isOurs = caller.type === "key" && caller.guildId === guildId;
  if (!found || !(isOurs || isVisible(found.guild, found.membership))) throw noSuchGuild();
  const url = new URL(c.req.url);
  const path = c.req.path.replace(`/g/${slug}`, `/g/${found.guild.slug}`);
  return c.redirect(`${path}${url.search}`, 308);
}

function labelOf(hostname: string, publicUrl: URL): string | undefined {
  const suffix = `.${publicUrl.hostname}`;
  if (!hostname.endsWith(suffix)) return undefined;
  const label = hostname.slice(0, -suffix.length);
  return /^[a-z0-9-]+$/.test(label) ? label : undefined;
}

function headerGuild(request: Request): string | undefined {
  return request.headers.get("x-guild-id") ?? undefined;
}

/** The guild of an access token, unverified. It only selects a path and gives no access. */
function claimedGuild(request: Request): string | undefined {
  const authorization = request.headers.get("authorization");
  const key = authorization?.startsWith("Bearer gh_") && parseKey(authorization.slice(7));
  if (key) return key.guildId;
  const payload = authorization?.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.guild_id === "string" ? claims.guild_id : undefined;
  } catch {
    return undefined;
  }
}
