import type { Command } from "commander";
import type { Removal } from "../../src/database/retention.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { expirePlatform, previewPlatform } from "../../src/platform/retention.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { expireGuild, previewGuild } from "../../src/tenant/retention.ts";
import { bySlug } from "./guilds.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output, table } from "./output.ts";
import { run } from "./run.ts";

/** What went, or would go, from one place. */
interface Finding {
  readonly where: string;
  readonly removed: readonly Removal[];
  readonly error: string | null;
}

interface Work {
  readonly done: string;
  readonly platform: (services: NodeServices) => Promise<readonly Removal[]>;
  readonly guild: (services: NodeServices, ctx: GuildContext) => Promise<readonly Removal[]>;
}

const PREVIEW: Work = {
  done: "would go",
  platform: ({ platform }) => previewPlatform(platform),
  guild: (_, ctx) => previewGuild(ctx),
};
const RUN: Work = {
  done: "went",
  platform: ({ platform }) => expirePlatform(platform),
  guild: ({ logFiles }, ctx) => expireGuild(ctx, logFiles),
};

export function retentionCommands(program: Command): void {
  const retention = program
    .command("retention")
    .description("what is kept for a time only: logs, key usage, audit, sessions, links");
  const command = (name: string, about: string, work: Work) =>
    retention
      .command(`${name} [slug]`)
      .description(about)
      .option(...DRY_RUN)
      .option(...JSON_OPTION)
      .addHelpText(
        "before",
        examples(`guildhall retention ${name}`, `guildhall retention ${name} iron-vow --json`),
      )
      .action((slug: string | undefined, options: { json?: boolean; dryRun?: boolean }) =>
        run(options, (services, out) =>
          everywhere(services, out, slug, options.dryRun ? PREVIEW : work),
        ),
      );
  command("preview", "say what would go now, from the platform and every guild or one", PREVIEW);
  command("run", "let it go now; a server does so by itself once a day", RUN);
}

async function everywhere(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  work: Work,
): Promise<number> {
  const findings: Finding[] = [];
  if (slug !== undefined)
    findings.push(await inGuild(services, await bySlug(services, slug), work));
  else {
    findings.push({ where: "platform", removed: await work.platform(services), error: null });
    for await (const guild of services.platform.guilds({ status: "ready" })) {
      findings.push(await inGuild(services, guild, work));
    }
  }
  const failed = findings.filter(({ error }) => error !== null);
  const { done } = work;
  out.result({ done, places: findings, failed: failed.length }, () => told(findings, done));
  if (failed.length === 0) return EXIT.done;
  return failed.length < findings.length ? EXIT.partial : EXIT.failed;
}

async function inGuild(services: NodeServices, guild: Guild, work: Work): Promise<Finding> {
  const { tenants, now } = services;
  const actor = { type: "system", job: "retention" } as const;
  const facts = { guild, actor, now, requestId: "", idempotencyKey: undefined };
  try {
    const removed = await tenants.use(guild, (db) => work.guild(services, { ...facts, db }));
    return { where: guild.slug, removed, error: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { where: guild.slug, removed: [], error: message };
  }
}

function told(findings: readonly Finding[], done: string): string {
  const rows = findings.flatMap(({ where, removed, error }) => [
    ...removed.filter((one) => one.rows > 0).map(({ what, rows: n }) => [where, what, String(n)]),
    ...(error === null ? [] : [[where, error, ""]]),
  ]);
  const places = `${findings.length} ${findings.length === 1 ? "place" : "places"}`;
  if (rows.length === 0) return `Nothing ${done}: ${places} looked at.`;
  return table(["where", "what", done], rows);
}
