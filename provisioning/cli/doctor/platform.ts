import { join } from "node:path";
import { and, count, desc, eq, gt, isNotNull, max, min, sql } from "drizzle-orm";
import { columnsOf } from "../../../src/database/query.ts";
import { AppError, errorMessage } from "../../../src/kernel/errors.ts";
import { limits } from "../../../src/limits.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import { lateness } from "../../../src/platform/fleet/statistics.ts";
import { storedClock } from "../../../src/platform/jobs/clock.ts";
import { auditAnchors, backups, guilds, jobs } from "../../../src/platform/schema.ts";
import { schemaOf, waitsForOperator } from "../../migrations.ts";
import { findOrphans } from "../../orphans.ts";
import { guildsBehind } from "../../rollouts/rollouts.ts";
import { closeServices, openServices } from "../run.ts";
import { databaseFindings, diskFindings, fileLimit } from "./faults.ts";
import { misplaced } from "./folder.ts";

/** One problem, and the commands that fix it. */
export interface Finding {
  readonly finding: string;
  readonly next: string;
}

/**
 * Checks an existing platform; never creates one. What cannot be opened or read is a finding like any
 * other, so the command always completes.
 */
export async function examinePlatform(folder: string): Promise<readonly Finding[]> {
  const isRemote = process.env["PLATFORM_DATABASE_URL"] !== undefined;
  const disk = isRemote ? [] : diskFindings(join(folder, "platform.db"));
  let services: NodeServices | undefined;
  try {
    services = await openServices();
    const found: Finding[] = [...disk];
    for (const look of LOOKS) found.push(...(await look(services)));
    return found;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("platform/")) {
      const [next = "guildhall --help"] = (error.details["next"] ?? []) as readonly string[];
      return [{ finding: error.message, next }];
    }
    const why = errorMessage(error);
    const next = "guildhall backups restore-platform";
    return [...disk, { finding: `The platform cannot be looked at: ${why}`, next }];
  } finally {
    await closeServices(services);
  }
}

/** The number of slugs that are shown; `guilds list` shows all. */
const SLUGS_SHOWN = 10;

async function clock(services: NodeServices): Promise<readonly Finding[]> {
  const { platform, now } = services;
  const row = await storedClock(platform);
  const own = platform.clock.state();
  // This command has only just started; a server may have seen the clock jump.
  const state = own === "right" ? (row?.state ?? own) : own;
  const found: Finding[] = [];
  if (state !== "right") {
    const newest = new Date(row?.newestAt ?? platform.clock.newest()).toISOString();
    const shown = now().toISOString();
    const finding = `The clock is ${state}: it shows ${shown}, and the newest time seen here is ${newest}`;
    found.push({ finding, next: "guildhall clock confirm" });
  }
  const future = await platform.db.orm
    .select({ slug: min(guilds.slug), copies: count() })
    .from(backups)
    .innerJoin(guilds, eq(guilds.id, backups.guildId))
    .where(gt(backups.takenAt, now().getTime() + limits.clock.skewMs))
    .get();
  if (future && future.copies > 0) {
    const finding = `Backups that are dated in the future: ${future.copies}, such as one of ${future.slug}`;
    found.push({ finding, next: `guildhall backups create ${future.slug}` });
  }
  return found;
}

const LOOKS: readonly ((services: NodeServices) => Promise<readonly Finding[]>)[] = [
  clock,
  fileLimit,
  databaseFindings,
  lateBackups,
  behind,
  failingJobs,
  unclaimed,
  outdated,
  misplaced,
];

async function lateBackups({ platform, config }: NodeServices): Promise<readonly Finding[]> {
  // Operators who disable the schedule back up in another way, which we cannot check.
  if (config.backups.everyMs === 0) return [];
  const { late, lateSlugs } = await lateness(platform);
  if (late === 0) return [];
  const more = late > lateSlugs.length ? " …" : "";
  const finding = `Guilds whose newest backup is late: ${late}, of them ${lateSlugs.join(" ")}${more}`;
  return [{ finding, next: "guildhall backups create --all" }];
}

async function behind({ platform }: NodeServices): Promise<readonly Finding[]> {
  const guilds = await guildsBehind(platform, schemaOf(guildSchema).hash);
  if (guilds.length === 0) return [];
  const next = "guildhall migrate plan";
  const found = [{ finding: `Guilds behind this release's schema: ${guilds.length}`, next }];
  const waits = guilds.filter(({ schemaVersion }) => waitsForOperator(guildSchema, schemaVersion));
  if (waits.length === 0) return found;
  const slugs = waits.slice(0, SLUGS_SHOWN).map(({ slug }) => slug);
  const more = waits.length > SLUGS_SHOWN ? " …" : "";
  const finding =
    "Guilds that wait for a migration that takes data away, which an operator has to run: " +
    `${waits.length}, of them ${slugs.join(" ")}${more}`;
  return [...found, { finding, next: "guildhall guilds list --state waits" }];
}

async function failingJobs({ platform }: NodeServices): Promise<readonly Finding[]> {
  const kinds = await platform.db.orm
    .select({ kind: jobs.kind, failing: count(), error: max(jobs.error) })
    .from(jobs)
    .where(isNotNull(jobs.error))
    .groupBy(jobs.kind)
    .orderBy(jobs.kind);
  return kinds.map(({ kind, failing, error }) => ({
    finding: `Jobs of the kind ${kind} that fail: ${failing}, such as: ${error}`,
    next: "guildhall stats",
  }));
}

/** Checks the guilds that changed last, because their newest writes may be missing. */
async function outdated({ platform, tenants }: NodeServices): Promise<readonly Finding[]> {
  const { log, generation, kind, at } = auditAnchors;
  const rows = await platform.db.orm
    .select(columnsOf(guilds, "id", "slug"))
    .from(auditAnchors)
    .innerJoin(guilds, and(sql`${guilds.id} = ${log}`, eq(guilds.generation, generation)))
    .where(and(eq(kind, "newest"), eq(guilds.status, "ready")))
    .orderBy(desc(at))
    .limit(limits.audit.lookedAtMax);
  const found: Finding[] = [];
  for (const { id, slug } of rows) {
    const guild = await platform.guild(id);
    const refused = guild && (await tenants.use(guild, async () => undefined).catch(codeOf));
    if (refused !== "guild/older-than-known") continue;
    found.push({
      finding: `The database of ${slug} is older than what was acknowledged: writes are missing`,
      next: `guildhall audit verify ${slug}`,
    });
  }
  return found;
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : "";
}

async function unclaimed(services: NodeServices): Promise<readonly Finding[]> {
  const { operations } = services.provisioner;
  const { unclaimed: names } = await findOrphans({ ...services, operations });
  return names.map((name) => ({
    finding: `No guild owns the database ${name}, but it may hold data`,
    next: "guildhall sweep",
  }));
}
