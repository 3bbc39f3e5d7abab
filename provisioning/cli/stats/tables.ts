import { eq } from "drizzle-orm";
import { Invalid } from "../../../src/kernel/errors.ts";
import { DAY_MS } from "../../../src/kernel/time.ts";
import { limits } from "../../../src/limits.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import {
  type AllFigures,
  allFigures,
  type Ranked,
} from "../../../src/platform/fleet/all-figures.ts";
import {
  type Performance,
  performanceOf,
  together,
} from "../../../src/platform/fleet/performance.ts";
import { type Count, platformStatistics } from "../../../src/platform/fleet/statistics.ts";
import { memberships } from "../../../src/platform/schema.ts";
import { guildStatistics } from "../../../src/tenant/statistics.ts";
import { describeFailure } from "../failures.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, table } from "../output.ts";
import type { StatsOptions } from "./commands.ts";

/** Statistics of the platform, of one or more guilds, or of query times. */
export async function showStatistics(
  services: NodeServices,
  out: Output,
  slugs: readonly string[],
  { days, performance: isPerformance, figures: hasFigures }: StatsOptions,
): Promise<number> {
  if (slugs.length > limits.statistics.guildsMax) throw tooMany();
  if (hasFigures) return await showFigures(services, out, days);
  if (isPerformance) return await showPerformance(services, out, slugs, days);
  if (slugs.length === 0) return await showPlatform(services, out, days);
  return await showGuilds(services, out, slugs, days);
}

async function showPlatform(services: NodeServices, out: Output, days: number): Promise<number> {
  const found = await platformStatistics(services.platform, days);
  const { guilds, backups } = found;
  const counts = (all: readonly Count[]) =>
    all.map(({ name, count }) => `${name} ${count}`).join(", ") || "none";
  const oldest = backups.oldestAt === null ? "none" : new Date(backups.oldestAt).toISOString();
  out.result({ days, ...found }, () =>
    table(
      ["what", "how many"],
      [
        ["guilds by state", counts(guilds.state)],
        ["guilds by plan", counts(guilds.plan)],
        ["guilds by host", counts(guilds.host)],
        ["guilds by schema", counts(guilds.schema)],
        ["accounts", String(found.accounts)],
        ["memberships", String(found.memberships)],
        ["sign-ins by day", counts(found.signIns)],
        ["requests with API keys", String(found.keyRequests)],
        ["combat logs read", `${found.logsRead}, ${found.logsFailed} failed`],
        ["backups", `${backups.late} late, ${backups.without} guilds without, oldest ${oldest}`],
        ["jobs", `${found.jobsDue} due, ${found.jobsFailing} failing`],
      ],
    ),
  );
  return EXIT.done;
}

/** What guilds had when they were counted last. Opens no guild's database. */
async function showFigures(services: NodeServices, out: Output, days: number): Promise<number> {
  const shown = Math.min(days, limits.figures.daysMax);
  const found = await allFigures(services.platform, shown);
  out.result(found, () => figuresText(found));
  return EXIT.done;
}

function figuresText({ guilds, counted, totals, recent, ...found }: AllFigures): string {
  const facts = [["guilds", guilds], ["guilds counted", counted], ...Object.entries(totals)];
  const ranked = (all: readonly Ranked[], value: string) =>
    table(
      ["guild", value],
      all.map((one) => [one.slug, String(one.value)]),
    );
  return [
    table(
      ["what", "how many"],
      facts.map(([what, value]) => [String(what), String(value)]),
    ),
    table(
      ["day", "active guilds", "new guilds", "fights", "changes"],
      found.days.map((one) => [
        one.day,
        ...[one.activeGuilds, one.newGuilds, one.fights, one.changes].map(String),
      ]),
    ),
    ranked(found.largest, "bytes"),
    ranked(found.busiest, `fights in ${recent.days} days`),
  ].join("\n\n");
}

type GuildLine = Awaited<ReturnType<typeof lineOf>>;

async function lineOf(services: NodeServices, slug: string, days: number) {
  const guild = await bySlug(services, slug);
  const { platform, tenants, now } = services;
  const actor = { type: "system", job: "stats" } as const;
  const ctx = { guild, actor, now, requestId: "", idempotencyKey: undefined };
  const members = await platform.db.orm.$count(memberships, eq(memberships.guildId, guild.id));
  const own = await tenants.use(guild, (db) => guildStatistics({ ...ctx, db }, days));
  const { status, schemaVersion } = guild;
  return { slug, status, plan: guild.plan.name, schemaVersion, members, ...own };
}

async function showGuilds(
  services: NodeServices,
  out: Output,
  slugs: readonly string[],
  days: number,
): Promise<number> {
  const lines: GuildLine[] = [];
  const failed: { slug: string; error: string }[] = [];
  for (const slug of slugs) {
    try {
      lines.push(await lineOf(services, slug, days));
    } catch (error) {
      // With several guilds, a failure of one must not hide the others.
      if (slugs.length === 1) throw error;
      failed.push({ slug, error: describeFailure(error).message });
    }
  }
  out.result({ days, guilds: [...lines, ...failed] }, () => guildsText(lines, failed));
  if (failed.length === 0) return EXIT.done;
  return lines.length > 0 ? EXIT.partial : EXIT.failed;
}

function guildsText(
  lines: readonly GuildLine[],
  failed: readonly { readonly slug: string; readonly error: string }[],
): string {
  const facts = Object.keys(lines[0] ?? {}).filter((fact) => !["slug", "activity"].includes(fact));
  const daysSeen = new Set(lines.flatMap(({ activity }) => activity.map(({ day }) => day)));
  const changes = (line: GuildLine, day: string) =>
    String(line.activity.find((one) => one.day === day)?.changes ?? 0);
  const head = lines.map(({ slug }) => slug);
  return [
    ...(lines.length === 0
      ? []
      : [
          table(
            ["what", ...head],
            facts.map((fact) => [
              fact,
              ...lines.map((line) => String(line[fact as keyof GuildLine])),
            ]),
          ),
          table(
            ["changes on", ...head],
            [...daysSeen].sort().map((day) => [day, ...lines.map((line) => changes(line, day))]),
          ),
        ]),
    ...failed.map(({ slug, error }) => `Not counted: ${slug}: ${error}`),
  ].join("\n\n");
}

async function showPerformance(
  services: NodeServices,
  out: Output,
  slugs: readonly string[],
  days: number,
): Promise<number> {
  if (slugs.length === 0) {
    const next = ["guildhall stats iron-vow --performance"];
    out.failure(new Invalid("cli/no-guild", "Say whose: name one guild or several.", { next }));
    return EXIT.misused;
  }
  const { platform, now } = services;
  const since = now().getTime() - days * DAY_MS;
  const guilds: { slug: string; total: Performance | null; hours: readonly Performance[] }[] = [];
  for (const slug of slugs) {
    const hours = await performanceOf(platform, (await bySlug(services, slug)).id, since);
    guilds.push({ slug, total: together(hours) ?? null, hours });
  }
  out.result({ days, guilds }, () => {
    const rows = guilds.flatMap(({ slug, hours }) =>
      hours.map((hour) => [
        slug,
        new Date(hour.at).toISOString().slice(0, 13).replace("T", " "),
        String(hour.queries),
        hour.meanMs.toFixed(2),
        String(hour.slow),
        String(hour.failures),
        `${hour.poolHits}/${hour.poolHits + hour.poolMisses}`,
        hour.slowestMs.toFixed(1),
        hour.slowestSql.slice(0, SQL_CHARS_SHOWN),
      ]),
    );
    if (rows.length === 0) return "A server that is running notes this; nothing was noted yet.";
    const times = ["queries", "mean ms", "slow", "failed", "pool hits", "slowest ms", "slowest"];
    return table(["guild", "hour (UTC)", ...times], rows);
  });
  return EXIT.done;
}

/** The number of characters shown of a statement; `--json` contains all of it. */
const SQL_CHARS_SHOWN = 60;

function tooMany(): Invalid {
  const { guildsMax } = limits.statistics;
  return new Invalid("cli/too-many", `Compare up to ${guildsMax} guilds at once.`);
}
