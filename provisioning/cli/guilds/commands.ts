import type { Command } from "commander";
import type { NodeServices } from "../../../src/node/services.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output, table } from "../output.ts";
import { run } from "../run.ts";
import { archiveCommands } from "./archives.ts";
import { domainCommand } from "./domain.ts";
import { endCommands } from "./end.ts";
import { lifeCommands } from "./life.ts";
import { listCommand } from "./list-command.ts";
import { bySlug, facts, faultsByGuild } from "./lookup.ts";
import { moveCommands } from "./move.ts";
import { renameCommand } from "./rename.ts";

export interface CreateOptions {
  readonly name: string;
  readonly realm: string;
  readonly region: string;
  readonly faction: string;
  readonly slug?: string;
  readonly ownerEmail: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

const founding = () => import("./create.ts");

/** `guildhall guilds …`. */
export function guildCommands(program: Command): void {
  const guilds = program
    .command("guilds")
    .description("make, list, show, rename, close, copy and delete guilds");
  const create = "guildhall guilds create --name 'Iron Vow' --realm 'Area 52' --region eu";
  guilds
    .command("create")
    .description("found a guild for an account that exists")
    .requiredOption("--name <name>", "as it is called in the game")
    .requiredOption("--realm <realm>", "as it is called in the game")
    .requiredOption("--region <region>", "us, eu, kr, tw or cn")
    .requiredOption("--owner-email <address>", "whose guild it is")
    .option("--faction <faction>", "alliance, horde or none", "none")
    .option("--slug <slug>", "its address; made from the name when left out")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText("before", examples(`${create} --owner-email owner@example.com`))
    .action((options: CreateOptions) =>
      run(
        options,
        async (s, out) => (await founding()).createGuild(s, out, options),
        async (s) => (await founding()).describeCreate(s, options),
      ),
    );
  listCommand(guilds);
  guilds
    .command("show <slug>")
    .description("one guild, and the steps of its making")
    .option(...JSON_OPTION)
    .addHelpText("before", examples("guildhall guilds show iron-vow"))
    .action((slug: string, options: { json?: boolean }) =>
      run(options, (services, out) => showGuild(services, out, slug)),
    );
  domainCommand(guilds);
  renameCommand(guilds);
  lifeCommands(guilds);
  moveCommands(guilds);
  endCommands(guilds);
  archiveCommands(guilds);
}

async function showGuild(services: NodeServices, out: Output, slug: string): Promise<number> {
  const guild = await bySlug(services, slug);
  const { operations } = services.provisioner;
  const steps = await operations.steps(guild.id);
  const error = (await operations.lastError(guild.id)) ?? null;
  const faults = (await faultsByGuild(services, guild.id)).get(guild.id) ?? [];
  out.result({ ...facts(guild), error, faults, steps }, () => {
    const trouble = faults.map(({ code, cause }) => `${code}: ${cause}`).join("; ");
    const extras = { ...(error && { error }), ...(trouble && { trouble }) };
    const rows = Object.entries({ ...facts(guild), ...extras });
    const made = steps.map(({ step, state, at }) => [step, state, new Date(at).toISOString()]);
    return [
      table(
        ["fact", "value"],
        rows.map(([fact, value]) => [fact, String(value)]),
      ),
      table(["step", "state", "at"], made),
    ].join("\n\n");
  });
  return EXIT.done;
}
