import type { Command } from "commander";
import { NotFound } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { SignedIn } from "../../src/platform/context.ts";
import { storedFaults } from "../../src/platform/fleet/faults.ts";
import type { Guild } from "../../src/platform/store.ts";
import { archiveCommands } from "./guild-archives.ts";
import { endCommands } from "./guild-end.ts";
import { lifeCommands } from "./guild-life.ts";
import { listCommand } from "./guild-list-command.ts";
import { moveCommands } from "./guild-move.ts";
import { renameCommand } from "./guild-rename.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output, table } from "./output.ts";
import { run } from "./run.ts";

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

const founding = () => import("./guild-create.ts");

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
  renameCommand(guilds);
  lifeCommands(guilds);
  moveCommands(guilds);
  endCommands(guilds);
  archiveCommands(guilds);
}

/** @throws {NotFound} `guild/not-found` */
export async function bySlug(services: NodeServices, slug: string): Promise<Guild> {
  const found = await services.platform.guildForUser(slug, null);
  if (found) return found.guild;
  throw new NotFound("guild/not-found", `No guild has the slug ${slug}.`, {
    next: ["guildhall guilds list"],
  });
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

/** The recorded faults of guilds' databases. */
export async function faultsByGuild({ platform }: NodeServices, id?: GuildId) {
  const found = new Map<string, { code: string; cause: string; since: number }[]>();
  for (const { guildId, code, cause, since } of await storedFaults(platform, id)) {
    found.set(guildId, [...(found.get(guildId) ?? []), { code, cause, since }]);
  }
  return found;
}

/** The account in whose name a guild is founded. */
export async function account(services: NodeServices, address: string): Promise<SignedIn> {
  const email = address.trim().toLowerCase();
  const owner = await services.platform.db.first<{ id: SignedIn["userId"]; name: string }>(
    "SELECT id, name FROM users WHERE email = ?",
    email,
  );
  if (!owner) {
    throw new NotFound("cli/no-account", `No account has the address ${email}. Sign up first.`);
  }
  return {
    type: "user",
    userId: owner.id,
    sessionId: "" as SignedIn["sessionId"],
    name: owner.name,
    email,
    emailVerified: true,
    provedAt: 0,
    via: "bearer",
  };
}

export function facts(guild: Guild) {
  return {
    id: guild.id,
    slug: guild.slug,
    name: guild.name,
    realm: guild.realm,
    region: guild.region,
    faction: guild.faction,
    plan: guild.plan.name,
    status: guild.status,
    statusReason: guild.statusReason,
    host: guild.host,
    databaseName: guild.databaseName,
    generation: guild.generation,
    schemaVersion: guild.schemaVersion,
    schemaHash: guild.schemaHash,
    createdAt: guild.createdAt,
  };
}
