import type { Removal } from "../../../src/database/retention.ts";
import { errorMessage } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { expirePlatform, previewPlatform } from "../../../src/platform/guilds/retention.ts";
import type { Guild } from "../../../src/platform/store.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { expireGuild, previewGuild } from "../../../src/tenant/retention.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, table } from "../output.ts";

/** What was removed, or would be, from one place. */
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
  platform: ({ platform, auditAnchors }) => expirePlatform(platform, auditAnchors),
  guild: ({ logFiles, auditAnchors }, ctx) => expireGuild(ctx, auditAnchors, logFiles),
};

/** Removes expired data everywhere or in one guild, or only reports it. */
export async function everywhere(
  services: NodeServices,
  out: Output,
  slug: string | undefined,
  isPreview: boolean,
): Promise<number> {
  const work = isPreview ? PREVIEW : RUN;
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
  out.result({ done, places: findings, failed: failed.length }, () => textOf(findings, done));
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
    const message = errorMessage(error);
    return { where: guild.slug, removed: [], error: message };
  }
}

function textOf(findings: readonly Finding[], done: string): string {
  const rows = findings.flatMap(({ where, removed, error }) => [
    ...removed.filter((one) => one.rows > 0).map(({ what, rows: n }) => [where, what, String(n)]),
    ...(error === null ? [] : [[where, error, ""]]),
  ]);
  const places = `${findings.length} ${findings.length === 1 ? "place" : "places"}`;
  if (rows.length === 0) return `Nothing ${done}: ${places} looked at.`;
  return table(["where", "what", done], rows);
}
