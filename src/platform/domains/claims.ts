import { and, eq, isNotNull, not } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { Services } from "../../services.ts";
import { record } from "../context.ts";
import { messageRows } from "../messages/queue.ts";
import { planHasDomains } from "../rights/plan-features.ts";
import { guildDomains, sessions } from "../schema.ts";
import type { ClaimRow, ToldClaim } from "./queries.ts";

// Statements that the service and the daily checks share.

export type ClaimServices = Pick<Services, "platform" | "jobs" | "config" | "now">;

/** Fails if a claim changed since it was read, such as by a check of another process. */
export function claimUnchanged({ guildId, domain, challenge, status }: ClaimRow): Guard {
  const isSame = and(
    eq(guildDomains.guildId, guildId),
    eq(guildDomains.domain, domain),
    eq(guildDomains.challenge, challenge),
    eq(guildDomains.status, status),
  );
  return guard(existsIn(guildDomains, isSame), changedMeanwhile);
}

export function changedMeanwhile(): Conflict {
  return new Conflict("domain/changed", "The domain was just changed. Load the page again.");
}

/** Ends all sign-ins at a guild's own domain, which another server may answer for from now on. */
export function endDomainSessions(guildId: GuildId): Writable {
  return build
    .delete(sessions)
    .where(and(isNotNull(sessions.guildId), eq(sessions.guildId, guildId)));
}

/** Ends them if the guild's plan has no custom domains. Signing in again is safe after the plan is back. */
export function endSessionsWithoutPlan(guildId: GuildId): Writable {
  return build
    .delete(sessions)
    .where(
      and(isNotNull(sessions.guildId), eq(sessions.guildId, guildId), not(planHasDomains(guildId))),
    );
}

/** The rows by which a guild loses its domain: the state, its sessions, the audit row and an email. */
export async function lossRows(
  services: ClaimServices,
  claim: ToldClaim,
  nowMs: number,
): Promise<readonly (Writable | Guard)[]> {
  const { guildId, domain, provedAt } = claim;
  return [
    claimUnchanged(claim),
    build
      .update(guildDomains)
      .set({ status: "lost", checkedAt: nowMs, missingSince: claim.missingSince ?? nowMs })
      .where(eq(guildDomains.guildId, guildId)),
    endDomainSessions(guildId),
    record(bySystem(services), "domain.lost", domain, { guildId, before: { provedAt } }),
    ...(await noticeOf(services, "domain-lost", claim)),
  ];
}

/** The email about a claim to the owner of its guild. */
export async function noticeOf(
  services: ClaimServices,
  template: "domain-active" | "domain-missing" | "domain-lost",
  {
    ownerId,
    guildName,
    slug,
    domain,
  }: Pick<ToldClaim, "ownerId" | "guildName" | "slug" | "domain">,
  params: Readonly<Record<string, string>> = {},
): Promise<readonly Writable[]> {
  const page = new URL(`/g/${slug}/settings/domain`, services.config.publicUrl).href;
  return await messageRows(services, {
    template,
    userId: ownerId,
    // Accounts store no language, and this email answers no request.
    locale: "en",
    params: { guild: guildName, domain, page, ...params },
  });
}

/** The platform as the actor of an audit row. */
export function bySystem(services: Pick<Services, "now">) {
  const caller = { type: "system", name: "domains" } as const;
  return { services, caller, requestId: "", address: "", agent: "" };
}
