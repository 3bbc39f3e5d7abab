import { and, eq, ne, not } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import {
  Conflict,
  Invalid,
  LimitReached,
  NotFound,
  NotSupported,
  Unavailable,
} from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { type PlatformContext, record, requireProved, signedIn } from "../context.ts";
import { CUSTOM_DOMAIN } from "../rights/plan-features.ts";
import { actorUnchanged } from "../rights/unchanged-role.ts";
import { guildDomains } from "../schema.ts";
import type { Guild, PlatformStore } from "../store.ts";
import {
  changedMeanwhile,
  claimUnchanged,
  endDomainSessions,
  lossRows,
  noticeOf,
} from "./claims.ts";
import {
  type DomainFault,
  domainFrom,
  newChallenge,
  recordName,
  recordValue,
} from "./domain-names.ts";
import { activeClaim, type ClaimRow, claimOfGuild } from "./queries.ts";
import { verdictOf } from "./rules.ts";

/** `suspended`: proved, but not in the guild's plan at the moment. */
export type ShownStatus = "pending" | "active" | "suspended" | "lost";

/** A guild's claim to a domain as its admins see it. Times in Unix milliseconds. */
export interface ShownClaim {
  readonly domain: string;
  readonly status: ShownStatus;
  /** The TXT record that proves the claim. */
  readonly recordName: string;
  readonly recordValue: string;
  readonly createdAt: number;
  readonly provedAt: number | null;
  readonly checkedAt: number | null;
  /** The first of the last checks that found no record, and when the domain is lost if it stays away. */
  readonly missingSince: number | null;
  readonly lostAt: number | null;
}

/** A guild's claim to a domain, if it has one, and whether its plan has custom domains. */
export interface GuildDomain {
  readonly isIncluded: boolean;
  readonly claim: ShownClaim | null;
}

/** What a person reads about a name that cannot be a guild's domain. */
const DOMAIN_ADVICE: Readonly<Record<DomainFault, string>> = {
  unreadable: "Enter a host name such as raids.example.com, without https:// and without a path.",
  address: "Enter a host name, not an IP address.",
  "single-label": "Enter a full host name with a dot in it.",
  wildcard: "Enter one host name without a star.",
  ours: "This name belongs to the platform. Enter a name of your own domain.",
  "public-suffix": "This name cannot belong to a guild. Enter a name below it.",
  internal: "This name is not on the public internet. Enter a public host name.",
};

/** The domain of the caller's guild. */
export async function domainOf(ctx: GuildContext, platform: PlatformContext): Promise<GuildDomain> {
  allow(ctx, "settings.manage");
  return await domainOfGuild(platform.services.platform, ctx.guild);
}

/** The same for operators. */
export async function domainOfGuild(
  platform: PlatformStore,
  guild: Pick<Guild, "id" | "plan">,
): Promise<GuildDomain> {
  const row = await claimOfGuild.first(platform.db, { guildId: guild.id });
  return { isIncluded: isIncluded(guild), claim: row ? shown(guild, row) : null };
}

/**
 * Claims a domain for the guild, in place of an earlier one, which stops at once. The claim blocks no other
 * guild and routes nothing until its DNS record proves it. The same domain again keeps its record.
 * @throws {LimitReached} `plan/custom-domain` @throws {Invalid} `domain/bad-name`
 * @throws {Forbidden} `auth/proof-required`
 */
export async function claimDomain(
  ctx: GuildContext,
  platform: PlatformContext,
  text: string,
): Promise<ShownClaim> {
  allow(ctx, "settings.manage");
  requireProved(signedIn(platform), ctx.now());
  requirePlan(ctx.guild);
  const { services } = platform;
  const domain = readDomain(text, services.config.publicUrl.hostname);
  const before = await claimOf(ctx, platform);
  if (before?.domain === domain && before.status !== "lost") return shown(ctx.guild, before);
  const { id: guildId } = ctx.guild;
  const row: ClaimRow = {
    guildId,
    domain,
    status: "pending",
    challenge: newChallenge(),
    createdAt: settledMs(services),
    provedAt: null,
    checkedAt: null,
    missingSince: null,
  };
  await write(services.platform.db, [
    ...actorUnchanged(ctx),
    build.delete(guildDomains).where(eq(guildDomains.guildId, guildId)),
    insertInto(guildDomains, row),
    endDomainSessions(guildId),
    record(platform, "domain.claim", domain, {
      guildId,
      ...(before && { before: { domain: before.domain, status: before.status } }),
    }),
  ]);
  services.domains.forget();
  return shown(ctx.guild, row);
}

/** Removes the guild's domain, which stops at once. @throws {NotFound} `domain/not-found` */
export async function removeDomain(ctx: GuildContext, platform: PlatformContext): Promise<void> {
  allow(ctx, "settings.manage");
  const { services } = platform;
  const before = await existingClaim(ctx, platform);
  const { guildId, domain, status } = before;
  await write(services.platform.db, [
    ...actorUnchanged(ctx),
    claimUnchanged(before),
    build.delete(guildDomains).where(eq(guildDomains.guildId, guildId)),
    endDomainSessions(guildId),
    record(platform, "domain.remove", domain, { guildId, before: { status } }),
  ]);
  services.domains.forget();
}

/**
 * Looks for the DNS record of the guild's claim, and makes the domain active if it is there. Another guild
 * that has the domain loses it if its own record is gone.
 * @throws {NotFound} `domain/not-found` @throws {LimitReached} `plan/custom-domain`, `rate/too-many`
 * @throws {Conflict} `domain/record-missing`, `domain/taken`, `domain/changed`
 * @throws {Unavailable} `domain/dns-unreachable` @throws {NotSupported} `domain/no-dns`
 * @throws {Forbidden} `auth/proof-required`
 */
export async function verifyDomain(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<ShownClaim> {
  allow(ctx, "settings.manage");
  requireProved(signedIn(platform), ctx.now());
  requirePlan(ctx.guild);
  const { services } = platform;
  const claim = await existingClaim(ctx, platform);
  const { guildId, domain, challenge } = claim;
  const txtRecords = services.txtRecords ?? noDns();
  await services.rates.use("domain-check", "guild", guildId);
  const answer = await txtRecords.lookup(recordName(domain));
  const { db } = services.platform;
  const holder = await activeClaim.first(db, { domain, butFor: guildId });
  const verdict = verdictOf(answer, challenge, holder?.isThere ? holder.challenge : undefined);
  if (verdict !== "active") throw refusalOf(verdict, claim);
  const nowMs = settledMs(services);
  const active = {
    status: "active",
    provedAt: nowMs,
    checkedAt: nowMs,
    missingSince: null,
  } as const;
  await write(db, [
    ...actorUnchanged(ctx),
    claimUnchanged(claim),
    ...(holder ? await lossRows(services, holder, nowMs) : []),
    noOtherActive(claim),
    build.update(guildDomains).set(active).where(eq(guildDomains.guildId, guildId)),
    record(platform, "domain.verify", domain, { guildId, before: { status: claim.status } }),
    ...(claim.status === "active" ? [] : await activeNotice(services, ctx.guild, domain)),
  ]);
  services.domains.forget();
  services.wakeJobs();
  return shown(ctx.guild, { ...claim, ...active });
}

/** The email to the owner: another admin may have proved a name that leads to a server of theirs. */
async function activeNotice(services: Services, guild: Guild, domain: string) {
  const { ownerId, name: guildName, slug } = guild;
  return await noticeOf(services, "domain-active", { ownerId, guildName, slug, domain });
}

/** The settled time: a clock that jumped ahead must not put off the next check. */
function settledMs({ platform }: Pick<Services, "platform">): number {
  return platform.settledNow().getTime();
}

/** A claim as people see it. */
function shown(guild: Pick<Guild, "plan">, row: ClaimRow): ShownClaim {
  const { domain, status, challenge, createdAt, provedAt, checkedAt, missingSince } = row;
  const isSuspended = status === "active" && !isIncluded(guild);
  return {
    domain,
    status: isSuspended ? "suspended" : status,
    recordName: recordName(domain),
    recordValue: recordValue(challenge),
    createdAt,
    provedAt,
    checkedAt,
    missingSince,
    lostAt: missingSince === null ? null : missingSince + limits.domains.lostAfterMs,
  };
}

/** Fails if another guild's claim to the domain became active after this claim was read. */
function noOtherActive({ guildId, domain }: ClaimRow) {
  const isOther = and(
    eq(guildDomains.domain, domain),
    eq(guildDomains.status, "active"),
    ne(guildDomains.guildId, guildId),
  );
  return guard(not(existsIn(guildDomains, isOther)), changedMeanwhile);
}

function claimOf({ guild }: GuildContext, { services }: PlatformContext) {
  return claimOfGuild.first(services.platform.db, { guildId: guild.id });
}

async function existingClaim(ctx: GuildContext, platform: PlatformContext): Promise<ClaimRow> {
  const claim = await claimOf(ctx, platform);
  if (claim) return claim;
  throw new NotFound("domain/not-found", "This guild has no domain. Enter one first.");
}

function isIncluded({ plan }: Pick<Guild, "plan">): boolean {
  return plan.features.includes(CUSTOM_DOMAIN);
}

function requirePlan(guild: Guild): void {
  if (isIncluded(guild)) return;
  throw new LimitReached(
    "plan/custom-domain",
    "A domain of your own is part of the Premium plan. The owner of the guild can upgrade.",
    { plan: guild.plan.name },
  );
}

function readDomain(text: string, publicHost: string): string {
  const read = domainFrom(text, publicHost);
  if ("domain" in read) return read.domain;
  throw new Invalid("domain/bad-name", "This name cannot be the guild's domain.", {
    reason: read.fault,
    errors: [{ pointer: "/domain", detail: DOMAIN_ADVICE[read.fault] }],
  });
}

function noDns(): never {
  throw new NotSupported(
    "domain/no-dns",
    "This server cannot look up DNS records. Verify the domain on a server that runs Node.",
  );
}

function refusalOf(verdict: "missing" | "unknown" | "taken", { domain, challenge }: ClaimRow) {
  const record = { recordName: recordName(domain), recordValue: recordValue(challenge) };
  if (verdict === "unknown") {
    return new Unavailable(
      "domain/dns-unreachable",
      "The DNS servers of this domain did not answer. Nothing was changed. Try again in a minute.",
      { retryAfterMs: limits.domains.retryMs },
    );
  }
  if (verdict === "missing") {
    return new Conflict(
      "domain/record-missing",
      "The TXT record was not found. DNS changes take from minutes to hours. Check it and try again.",
      record,
    );
  }
  return new Conflict(
    "domain/taken",
    "Another guild has this domain, and its DNS record still exists. Remove that record first.",
    record,
  );
}
