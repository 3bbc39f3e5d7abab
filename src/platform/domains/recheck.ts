import { eq } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { type Guard, type Writable, write } from "../../database/write.ts";
import { forEachLimit } from "../../kernel/concurrency.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { Log } from "../../kernel/log.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { record } from "../context.ts";
import { guildDomains } from "../schema.ts";
import { bySystem, type ClaimServices, claimUnchanged, lossRows, noticeOf } from "./claims.ts";
import { recordName } from "./domain-names.ts";
import { dueClaims, type ToldClaim } from "./queries.ts";
import type { RoutedDomains } from "./routed-domains.ts";
import { afterCheck, proofIn } from "./rules.ts";
import type { TxtRecords } from "./txt-records.ts";

export type RecheckServices = ClaimServices &
  Pick<Services, "txtRecords"> & { readonly domains: RoutedDomains; readonly log: Log };

/**
 * Looks for the records of active domains whose last check is a day old. A guild whose record stays away
 * loses its domain. Returns when the next look is due, in Unix milliseconds. Undefined without DNS.
 */
export async function recheckDomains(services: RecheckServices): Promise<number | undefined> {
  const { txtRecords, platform, log } = services;
  if (txtRecords === undefined) return undefined;
  const { recheckMs, checksPerRun, checksAtOnce, lookEveryMs } = limits.domains;
  // The settled time, because a clock that jumped ahead must not end a grace period.
  const nowMs = platform.settledNow().getTime();
  const due = await dueClaims.all(platform.db, { before: nowMs - recheckMs, limit: checksPerRun });
  await forEachLimit(due, checksAtOnce, async (claim) => {
    try {
      await recheck(services, txtRecords, claim, nowMs);
    } catch (error) {
      // A claim that its guild just changed is checked at its next turn.
      if (error instanceof Conflict) return;
      log.error("domains.check-failed", { guildId: claim.guildId, error });
    }
  });
  return due.length === checksPerRun ? nowMs : nowMs + lookEveryMs;
}

async function recheck(
  services: RecheckServices,
  txtRecords: TxtRecords,
  claim: ToldClaim,
  nowMs: number,
): Promise<void> {
  const { guildId, domain } = claim;
  const answer = await txtRecords.lookup(recordName(domain));
  if (answer.type === "unreachable") {
    services.log.warn("domains.unreachable", { guildId, domain, reason: answer.reason });
  }
  const after = afterCheck(claim, proofIn(answer, claim.challenge), nowMs);
  if (after.status === "lost") {
    await write(services.platform.db, await lossRows(services, claim, nowMs));
    services.domains.forget();
    return;
  }
  const { provedAt, missingSince } = after;
  const isNew = claim.missingSince === null && missingSince !== null;
  await write(services.platform.db, [
    claimUnchanged(claim),
    build
      .update(guildDomains)
      .set({ provedAt, missingSince, checkedAt: nowMs })
      .where(eq(guildDomains.guildId, guildId)),
    ...(isNew ? await missingRows(services, claim) : []),
  ]);
}

/** Tells the owner of a guild that its record is gone, while there is time to set it again. */
async function missingRows(
  services: ClaimServices,
  claim: ToldClaim,
): Promise<readonly (Writable | Guard)[]> {
  const { guildId, domain } = claim;
  const days = String(Math.round(limits.domains.lostAfterMs / DAY_MS));
  return [
    record(bySystem(services), "domain.missing", domain, { guildId }),
    ...(await noticeOf(services, "domain-missing", claim, {
      days,
      record: recordName(domain),
    })),
  ];
}
