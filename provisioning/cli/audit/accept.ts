import { auditHead, newestCheckpoint, sealAudit } from "../../../src/database/audit-log.ts";
import { type Database, TenantDatabase } from "../../../src/database/client.ts";
import { type AuditLog, guildLog, PLATFORM_LOG } from "../../../src/kernel/audit-chain.ts";
import { Conflict, Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { type LogPlace, PLATFORM_PLACE } from "../../../src/platform/audit/anchors.ts";
import { record } from "../../../src/platform/context.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { bySlug } from "../guilds/lookup.ts";
import { atThisMachine } from "../operators.ts";
import { EXIT, type Output } from "../output.ts";
import type { AcceptOptions } from "./commands.ts";
import { type AuditFinding, FAULTS } from "./faults.ts";
import { guildFinding, isWrong, platformFinding } from "./findings.ts";

/** Faults between a log and its anchors, while its rows match their seals. */
const ACCEPTABLE = new Set(["cut-off", "not-as-anchored", "checkpoint-unknown"]);
const OF_ANCHORS = new Set(["anchor-forged", "signed-otherwise"]);

/**
 * Signs the current log in an operator's name: after the secret was changed, or when rows are lost for
 * good. Refused while the rows do not match their own seals.
 */
export async function acceptLog(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  options: AcceptOptions,
): Promise<number> {
  if ((slug === undefined) === (options.platform !== true)) {
    throw new Invalid("cli/no-log", "Say whose: a guild's slug or --platform.");
  }
  const guild = slug === undefined ? undefined : await bySlug(services, slug);
  const finding = guild
    ? await guildFinding(services, guild)
    : await platformFinding(services, new Map());
  refuseBroken(finding);
  const missing = guild ? 0 : (services.platformLoss?.missing ?? 0);
  const verdict = verdictOf(finding) + lossOf(missing);
  if (options.dryRun !== true) await accept(services, guild, finding, options.reason);
  const { log, head, bad } = finding;
  out.result({ log, accepted: options.dryRun !== true, head, fault: bad, missing }, () =>
    options.dryRun ? `${verdict}\nNothing was signed.` : `${verdict}\nIt is signed as it is now.`,
  );
  return EXIT.done;
}

function refuseBroken(finding: AuditFinding): void {
  const { bad, error, unguarded, log } = finding;
  const isBroken = bad !== null && !ACCEPTABLE.has(bad.fault) && !OF_ANCHORS.has(bad.fault);
  if (error === null && unguarded.length === 0 && !isBroken) return;
  const why = error ?? unguarded[0] ?? `row ${bad?.seq} ${bad && FAULTS[bad.fault]}`;
  const next = [`guildhall audit verify ${log === "platform" ? "--platform" : log}`];
  throw new Conflict("audit/not-whole", `This log cannot be accepted: ${why}.`, { next });
}

function verdictOf(finding: AuditFinding): string {
  const { log, rows, bad } = finding;
  if (!isWrong(finding)) return `The log of ${log} has ${rows} rows and fits what was signed.`;
  return `The log of ${log} has ${rows} rows; row ${bad!.seq} ${FAULTS[bad!.fault]}.`;
}

function lossOf(missing: number): string {
  return missing === 0 ? "" : `\nThe platform lacks ${missing} writes that were acknowledged.`;
}

async function accept(
  services: NodeServices,
  guild: Guild | undefined,
  { bad }: AuditFinding,
  reason: string,
): Promise<void> {
  const change = {
    ...(guild && { guildId: guild.id }),
    before: { fault: bad, ...(guild === undefined && { missing: services.platformLoss?.missing }) },
    after: { reason },
  };
  const noted = record(
    atThisMachine(services),
    "audit.accept",
    guild?.id ?? PLATFORM_PLACE.log,
    change,
  );
  const sign = async (db: Database, log: AuditLog, place: LogPlace) => {
    await sealAudit(db, log);
    const head = { ...place, ...(await auditHead(db, log)) };
    await services.auditAnchors.accept(head, await newestCheckpoint(db), [noted]);
  };
  if (guild === undefined) {
    await sign(services.platform.db, PLATFORM_LOG, PLATFORM_PLACE);
    await services.platformLoss?.accept();
    return;
  }
  const client = await services.openClient(guild.location);
  try {
    const place = { log: guild.id, generation: guild.generation };
    await sign(new TenantDatabase(client), guildLog(guild.id), place);
  } finally {
    await client.close();
  }
}
