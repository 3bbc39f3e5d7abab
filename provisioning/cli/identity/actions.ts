import { newId, type SyncRunId } from "../../../src/kernel/ids.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import {
  explainMatching,
  type MatchExplanation,
} from "../../../src/tenant/identity/explanation.ts";
import { withoutEscapes } from "../../../src/tenant/identity/integrity/discord-text.ts";
import { lineOf } from "../../../src/tenant/identity/integrity/report.ts";
import { issues as listIssues } from "../../../src/tenant/identity/issues.ts";
import { runIdentity } from "../../../src/tenant/identity/jobs.ts";
import { recentRuns } from "../../../src/tenant/identity/runs.ts";
import { readSettings } from "../../../src/tenant/identity/settings.ts";
import { translator } from "../../../src/web/i18n/index.ts";
import { contextOf } from "../guild-context.ts";
import { bySlug } from "../guilds/lookup.ts";
import { EXIT, type Output, plural, table } from "../output.ts";
import type { IdentityOptions, IssuesOptions, MatchOptions } from "./commands.ts";

type Kind = "blizzard" | "discord" | "match" | "report";

/** How one run ended. */
interface RunLine {
  readonly kind: Kind;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly error: string | null;
}

/** Reads every source that the guild has set up, then matches. */
export async function sync(
  services: NodeServices,
  out: Output,
  { guild: slug }: IdentityOptions,
): Promise<number> {
  return await inGuild(services, slug, async (ctx) => {
    const runs: RunLine[] = [];
    for (const kind of [...(await sourcesOf(ctx)), "match"] as const) {
      runs.push(await runNow(services, ctx, kind));
    }
    return printRuns(out, slug, runs);
  });
}

export async function wouldSync(
  services: NodeServices,
  { guild: slug }: IdentityOptions,
): Promise<string> {
  return await inGuild(services, slug, async (ctx) => {
    const sources = await sourcesOf(ctx);
    const read = sources.length === 0 ? "read no source" : `read ${sources.join(" and ")}`;
    return `${read} of ${slug}, and match`;
  });
}

export async function match(
  services: NodeServices,
  out: Output,
  { guild: slug }: MatchOptions,
): Promise<number> {
  return await inGuild(services, slug, async (ctx) =>
    printRuns(out, slug, [await runNow(services, ctx, "match")]),
  );
}

export async function wouldMatch(
  services: NodeServices,
  { guild: slug }: MatchOptions,
): Promise<string> {
  return await inGuild(services, slug, async (ctx) => {
    const { links, ends, suggestions } = await explainMatching(ctx);
    const suggested = plural(suggestions.length, "pair");
    return `make ${plural(links, "link")}, end ${ends} and suggest ${suggested} in ${slug}`;
  });
}

/** Prints why each character belongs to whom it does, and each suggestion. Nothing is written. */
export async function explain(
  services: NodeServices,
  out: Output,
  { guild: slug, character }: MatchOptions,
): Promise<number> {
  return await inGuild(services, slug, async (ctx) => {
    const found = await explainMatching(ctx, character);
    out.result({ slug, ...found }, () => explained(found));
    return EXIT.done;
  });
}

export async function issues(
  services: NodeServices,
  out: Output,
  { guild: slug, state }: IssuesOptions,
): Promise<number> {
  return await inGuild(services, slug, async (ctx) => {
    const texts = translator("en").identityReport;
    const items = (await listIssues(ctx, state)).map((issue) => ({
      id: issue.id,
      type: issue.type,
      severity: issue.severity,
      subject: issue.subject,
      text: withoutEscapes(lineOf(issue, texts)),
      firstDetectedAt: issue.firstDetectedAt,
      acknowledgedAt: issue.acknowledgedAt,
      resolvedAt: issue.resolvedAt,
    }));
    out.result({ slug, state, items }, () =>
      table(
        ["type", "severity", "since", "details"],
        items.map((one) => [
          one.type,
          one.severity,
          new Date(one.firstDetectedAt).toISOString(),
          one.text,
        ]),
      ),
    );
    return EXIT.done;
  });
}

export async function report(
  services: NodeServices,
  out: Output,
  { guild: slug }: IdentityOptions,
): Promise<number> {
  return await inGuild(services, slug, async (ctx) =>
    printRuns(out, slug, [await runNow(services, ctx, "report")]),
  );
}

export async function wouldReport(
  services: NodeServices,
  { guild: slug }: IdentityOptions,
): Promise<string> {
  return await inGuild(services, slug, async (ctx) => {
    const open = (await listIssues(ctx, "open")).filter(({ notifiedAt }) => notifiedAt === null);
    const channel = (await readSettings(ctx)).discord?.auditChannelId ?? null;
    return channel === null
      ? `post nothing: ${slug} has no channel for reports`
      : `post ${plural(open.length, "new issue")} of ${slug} to the channel ${channel}`;
  });
}

async function inGuild<T>(
  services: NodeServices,
  slug: string,
  work: (ctx: GuildContext) => Promise<T>,
): Promise<T> {
  using found = await contextOf(services, await bySlug(services, slug));
  return await work(found.ctx);
}

async function sourcesOf(ctx: GuildContext): Promise<readonly ("blizzard" | "discord")[]> {
  const { blizzard, discord } = await readSettings(ctx);
  return [
    ...(blizzard === null ? [] : (["blizzard"] as const)),
    ...(discord === null ? [] : (["discord"] as const)),
  ];
}

/** Does one run here, under the same record as the runs of the server. */
async function runNow(services: NodeServices, ctx: GuildContext, kind: Kind): Promise<RunLine> {
  const id = newId<SyncRunId>();
  const deps = { ...services, publicUrl: services.config.publicUrl };
  await runIdentity(ctx, deps, `${kind}:${id}`);
  const done = (await recentRuns(ctx)).find((one) => one.id === id)!;
  return { kind, state: done.state, counts: done.counts, error: done.error };
}

function printRuns(out: Output, slug: string, runs: readonly RunLine[]): number {
  out.result({ slug, runs }, () =>
    table(
      ["run", "state", "counts"],
      runs.map(({ kind, state, counts, error }) => [
        kind,
        error === null ? state : `${state}: ${error}`,
        Object.entries(counts)
          .map(([name, count]) => `${name} ${count}`)
          .join(", "),
      ]),
    ),
  );
  const failed = runs.filter(({ state }) => state === "failed").length;
  if (failed === 0) return EXIT.done;
  return failed === runs.length ? EXIT.failed : EXIT.partial;
}

function explained({ characters, suggestions, links, ends }: MatchExplanation): string {
  const found = characters.map(({ name, realm, person, source, evidence, rules }) => {
    const who = person === null ? "no person" : `${person} (${source}): ${evidence?.text ?? ""}`;
    const tried = rules
      .filter(({ outcome }) => outcome !== "none")
      .map(({ rule, outcome, text }) => `    ${rule} ${outcome}${text === "" ? "" : `: ${text}`}`);
    return [`${realm === "" ? name : `${name}-${realm}`} → ${who}`, ...tried].join("\n");
  });
  const pairs = suggestions.map(
    ({ character, member, similarity, evidence }) =>
      `${character} may be ${member} (${similarity}): ${evidence.text}`,
  );
  const would = `A matching now would make ${plural(links, "link")} and end ${ends}.`;
  return [...found, ...pairs, would].join("\n");
}
