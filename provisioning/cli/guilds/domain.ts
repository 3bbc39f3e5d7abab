import type { Command } from "commander";
import type { NodeServices } from "../../../src/node/services.ts";
import { domainOfGuild } from "../../../src/platform/domains/service.ts";
import { EXIT, examples, JSON_OPTION, type Output, table } from "../output.ts";
import { run } from "../run.ts";
import { bySlug } from "./lookup.ts";

/** `guildhall guilds domain`. */
export function domainCommand(guilds: Command): void {
  guilds
    .command("domain <slug>")
    .description("the domain of a guild's own, and the DNS record that proves it")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds domain iron-vow"))
    .action((slug: string, options: { json?: boolean }) =>
      run(options, (services, out) => showDomain(services, out, slug)),
    );
}

async function showDomain(services: NodeServices, out: Output, slug: string): Promise<number> {
  const guild = await bySlug(services, slug);
  const { isIncluded, claim } = await domainOfGuild(services.platform, guild);
  out.result({ slug: guild.slug, isIncluded, claim }, () => {
    const inPlan = isIncluded ? "is in its plan" : "is not in its plan";
    if (claim === null) return `${guild.slug} has no domain of its own, which ${inPlan}.`;
    const { createdAt, provedAt, checkedAt, missingSince, lostAt, ...facts } = claim;
    const times = { createdAt, provedAt, checkedAt, missingSince, lostAt };
    const shown = (at: number | null) => (at === null ? "" : new Date(at).toISOString());
    return table(
      ["fact", "value"],
      [...Object.entries(facts), ...Object.entries(times).map(([name, at]) => [name, shown(at)])],
    );
  });
  return EXIT.done;
}
