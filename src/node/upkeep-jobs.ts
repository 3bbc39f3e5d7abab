import type { Removal } from "../database/retention.ts";
import type { TenantDatabases } from "../database/tenants.ts";
import type { GuildId } from "../kernel/ids.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";
import type { AuditAnchors } from "../platform/audit/anchors.ts";
import type { AuditSealer } from "../platform/audit/sealer.ts";
import { type RecheckServices, recheckDomains } from "../platform/domains/recheck.ts";
import { countedAt, firstDayOf, storeFigures } from "../platform/fleet/guild-figures.ts";
import { expirePlatform } from "../platform/guilds/retention.ts";
import { DOMAINS_JOB, FIGURES_JOB } from "../platform/jobs/kinds.ts";
import { type NoticeServices, remindOfRotation, tellOfVolume } from "../platform/keys/notices.ts";
import type { PlatformStore } from "../platform/store.ts";
import type { GuildContext } from "../tenant/context.ts";
import { expireGuild } from "../tenant/retention.ts";
import { countGuild, hasChangedSince } from "../tenant/statistics.ts";
import type { JobWork } from "./job-runner.ts";
import { inGuild } from "./prompt-jobs.ts";

/** The platform's daily job. There is one. */
export const PLATFORM_UPKEEP = "upkeep.platform";
/** The daily job of each guild. */
const GUILD_UPKEEP = "upkeep.guild";
interface Deps extends NoticeServices, RecheckServices {
  readonly tenants: TenantDatabases;
  readonly auditSealer: AuditSealer;
  readonly auditAnchors: AuditAnchors;
}

// Spread over the day, because opening thousands of guilds at once would delay auctions.
const PLAN_GUILDS = `
  INSERT INTO jobs (id, guild_id, kind, subject, due_at, created_at)
  SELECT ?3 || ':' || id, id, ?3, '',
    ?1 + (row_number() OVER (ORDER BY id) - 1) * ?2 / count(*) OVER (), ?1
  FROM guilds WHERE status = 'ready'
  ON CONFLICT (guild_id, kind, subject) DO UPDATE SET due_at = min(due_at, excluded.due_at)`;

/** Daily work. */
export function upkeepWork(deps: Deps): Readonly<Record<string, JobWork>> {
  return {
    [PLATFORM_UPKEEP]: { run: async () => ({ dueAt: await platformUpkeep(deps) }) },
    // The platform's upkeep schedules the next run.
    [GUILD_UPKEEP]: inGuild(deps, async (ctx) => {
      await guildUpkeep(deps, ctx);
      return undefined;
    }),
    [DOMAINS_JOB]: { run: async () => ({ dueAt: await recheckDomains(deps) }) },
    [FIGURES_JOB]: inGuild(deps, async (ctx) => {
      await collectFigures(deps.platform, ctx);
      return undefined;
    }),
  };
}

/** Daily work of the platform: deletes expired data, schedules each guild's upkeep, looks at keys. */
async function platformUpkeep(deps: Deps): Promise<number> {
  const { platform, auditSealer, auditAnchors, log } = deps;
  const nowMs = platform.now().getTime();
  await auditSealer.witness();
  logRemovals(log, undefined, await expirePlatform(platform, auditAnchors));
  await platform.db.client.execute({
    sql: PLAN_GUILDS,
    args: [nowMs, limits.retention.everyMs, GUILD_UPKEEP],
  });
  await remindOfRotation(deps);
  await tellOfVolume(deps);
  return nowMs + limits.retention.everyMs;
}

/** Daily work of a guild: anchors its audit log, deletes expired data and counts what is left. */
async function guildUpkeep(
  deps: Pick<Deps, "platform" | "auditSealer" | "auditAnchors" | "log">,
  ctx: GuildContext,
): Promise<void> {
  const { platform, auditSealer, auditAnchors, log } = deps;
  await auditSealer.anchor(ctx.guild.id);
  const settled = { ...ctx, now: () => platform.settledNow() };
  logRemovals(log, ctx.guild.id, await expireGuild(settled, auditAnchors));
  await collectFigures(platform, ctx);
}

/** Counts a guild for the figures of operators. A guild that rests costs one query and no write. */
async function collectFigures(platform: PlatformStore, ctx: GuildContext): Promise<void> {
  const { id } = ctx.guild;
  const at = await countedAt(platform, id);
  if (at !== undefined && !(await hasChangedSince(ctx, at))) return;
  await storeFigures(platform, id, await countGuild(ctx, firstDayOf(platform)));
}

function logRemovals(log: Log, guildId: GuildId | undefined, removed: readonly Removal[]): void {
  const went = removed.filter(({ rows }) => rows > 0);
  if (went.length === 0) return;
  const rows = Object.fromEntries(went.map((one) => [one.what, one.rows]));
  log.info("retention.done", { guildId, rows });
}
