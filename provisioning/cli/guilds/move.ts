import { type Command, Option } from "commander";
import { HOST_KINDS } from "../../../src/config-hosts.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { MoveReport } from "../../moves/move.ts";
import { atThisMachine } from "../operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output, table } from "../output.ts";
import { run } from "../run.ts";
import { bySlug } from "./lookup.ts";

interface MoveOptions {
  readonly to: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `guildhall guilds move|purge-moved`. */
export function moveCommands(guilds: Command): void {
  guilds
    .command("move <slug>")
    .description("move a guild's database to another host while it is served")
    .addOption(
      new Option("--to <host>", "one that is set up in the environment")
        .choices(HOST_KINDS)
        .makeOptionMandatory(),
    )
    .option("--dry-run", "say what would be moved, and change nothing")
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall guilds move iron-vow --to sqld --dry-run",
        "guildhall guilds move iron-vow --to sqld",
        "guildhall guilds purge-moved iron-vow",
      ),
    )
    .addHelpText(
      "after",
      `
The guild is read all the time and takes no changes while the last of them are copied. What was
interrupted is finished by running it again, or by the next sweep of a server. The old database is
kept, closed to changes, until it is purged.`,
    )
    .action((slug: string, options: MoveOptions) =>
      run(options, (services, out) => move(services, out, slug, options)),
    );
  guilds
    .command("purge-moved <slug>")
    .description("remove the database that a moved guild had before, for good")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds purge-moved iron-vow"))
    .action((slug: string, options: { json?: boolean; dryRun?: boolean }) =>
      run(
        options,
        (services, out) => purge(services, out, slug),
        async (services) => {
          const guild = await bySlug(services, slug);
          const { retainedMove } = await import("../../moves/sweep.ts");
          const { fromHost } = await retainedMove(services, guild);
          return `remove the database that ${guild.name} had on ${fromHost} before it was moved`;
        },
      ),
    );
}

async function move(
  services: NodeServices,
  out: Output,
  slug: string,
  { to, dryRun }: MoveOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const { moveGuild, planMove } = await import("../../moves/move.ts");
  const { record } = await import("../../../src/platform/context.ts");
  if (dryRun === true) {
    const plan = await planMove(services, guild, to);
    out.result({ ...plan, dryRun: true }, () => `${tablesOf(plan)}\n\nNothing was changed.`);
    return EXIT.done;
  }
  const change = { guildId: guild.id, before: { host: guild.host }, after: { host: to } };
  const report = await moveGuild(services, guild, to, [
    record(atThisMachine(services), "guild.move", guild.id, change),
  ]);
  out.result({ ...report, dryRun: false }, () =>
    [
      tablesOf(report),
      "",
      `${guild.name} is on ${to}, every row compared. It took no changes for ` +
        `${report.blockedMs.toFixed(0)} ms.`,
      `Try:   guildhall guilds purge-moved ${slug}, once you are sure`,
    ].join("\n"),
  );
  return EXIT.done;
}

function tablesOf({ tables }: MoveReport): string {
  const rows = Object.entries(tables).filter(([, content]) => content.rows > 0);
  return table(
    ["table", "rows", "sha256"],
    rows.map(([name, content]) => [name, String(content.rows), content.hash.slice(0, 16)]),
  );
}

async function purge(services: NodeServices, out: Output, slug: string): Promise<number> {
  const guild = await bySlug(services, slug);
  const { purgeMoved } = await import("../../moves/sweep.ts");
  const { record } = await import("../../../src/platform/context.ts");
  const { host } = await purgeMoved(services, guild, [
    record(atThisMachine(services), "guild.purge-moved", guild.id, { guildId: guild.id }),
  ]);
  out.result({ purged: guild.id, host }, () => `${guild.name}'s database on ${host} is gone.`);
  return EXIT.done;
}
