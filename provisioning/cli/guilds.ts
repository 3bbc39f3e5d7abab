import type { Command } from "commander";
import type { NodeServices } from "../../src/node/services.ts";
import type { SignedIn } from "../../src/platform/context.ts";
import { foundGuild } from "../../src/platform/guilds/service.ts";
import type { Guild } from "../../src/platform/store.ts";
import { run } from "./main.ts";
import { EXIT, table } from "./output.ts";

interface CreateOptions {
  readonly name: string;
  readonly realm: string;
  readonly region: "us" | "eu" | "kr" | "tw" | "cn";
  readonly faction: "alliance" | "horde" | "none";
  readonly slug?: string;
  readonly ownerEmail: string;
  readonly json?: boolean;
}

export function guildCommands(program: Command): void {
  const guilds = program.command("guilds").description("make, list, show and delete guilds");
  guilds
    .command("create")
    .description("found a guild for an account that exists")
    .requiredOption("--name <name>")
    .requiredOption("--realm <realm>")
    .requiredOption("--region <region>", "us, eu, kr, tw or cn")
    .requiredOption("--owner-email <address>")
    .option("--faction <faction>", "alliance, horde or none", "none")
    .option("--slug <slug>")
    .option("--json", "print one JSON document")
    .action((options: CreateOptions) =>
      run(options.json === true, (s, out) => create(s, out, options)),
    );
  guilds
    .command("list")
    .description("every guild, its state and schema")
    .option("--json", "print one JSON document")
    .action((options: { json?: boolean }) =>
      run(options.json === true, async (services, out) => {
        const all: Guild[] = [];
        for await (const guild of services.platform.guilds()) all.push(guild);
        out.result(all.map(facts), () =>
          table(
            ["slug", "name", "status", "plan", "schema", "host"],
            all.map((g) => [g.slug, g.name, g.status, g.plan.name, `${g.schemaVersion}`, g.host]),
          ),
        );
        return EXIT.done;
      }),
    );
  guilds
    .command("show <slug>")
    .description("one guild and the steps of its making")
    .option("--json", "print one JSON document")
    .action((slug: string, options: { json?: boolean }) =>
      run(options.json === true, async (services, out) => {
        const guild = await bySlug(services, slug);
        const steps = await services.provisioner.operations.steps(guild.id);
        out.result({ ...facts(guild), steps }, () =>
          [
            table(
              ["fact", "value"],
              Object.entries(facts(guild)).map(([k, v]) => [k, String(v)]),
            ),
            "",
            table(
              ["step", "state", "at"],
              steps.map((s) => [s.step, s.state, new Date(s.at).toISOString()]),
            ),
          ].join("\n"),
        );
        return EXIT.done;
      }),
    );
  guilds
    .command("delete <slug>")
    .description("delete a guild and its database for good")
    .option("--confirm <slug>", "the slug once more")
    .option("--json", "print one JSON document")
    .action((slug: string, options: { confirm?: string; json?: boolean }) =>
      run(options.json === true, async (services, out) => {
        const guild = await bySlug(services, slug);
        if (options.confirm !== slug) {
          out.failure(new Error(`This deletes ${guild.name} and all of its data for good.`), [
            `guildhall guilds delete ${slug} --confirm ${slug}`,
          ]);
          return EXIT.misused;
        }
        await services.provisioner.deprovision(guild.id);
        out.result({ deleted: guild.id }, () => `${guild.name} is gone.`);
        return EXIT.done;
      }),
    );
}

async function create(
  services: NodeServices,
  out: Parameters<Parameters<typeof run>[1]>[1],
  options: CreateOptions,
): Promise<number> {
  const email = options.ownerEmail.trim().toLowerCase();
  const owner = await services.platform.db.first<{ id: SignedIn["userId"]; name: string }>(
    "SELECT id, name FROM users WHERE email = ?",
    email,
  );
  if (!owner) throw new Error(`No account has the address ${email}. Sign it up first.`);
  const caller = {
    type: "user",
    userId: owner.id,
    sessionId: "" as SignedIn["sessionId"],
    name: owner.name,
    email,
    emailVerified: true,
    provedAt: 0,
    via: "bearer",
  } satisfies SignedIn;
  const context = { services, caller, requestId: "command-line", address: "", agent: "guildhall" };
  const { name, realm, region, faction, slug } = options;
  const founded = await foundGuild(context, {
    name,
    realm,
    region,
    faction,
    ...(slug && { slug }),
  });
  const guild = await services.provisioner.provision(founded.id);
  out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
  return EXIT.done;
}

async function bySlug(services: NodeServices, slug: string): Promise<Guild> {
  const found = await services.platform.guildForUser(slug, null);
  if (!found) throw new Error(`No guild has the slug ${slug}. List them: guildhall guilds list`);
  return found.guild;
}

function facts(guild: Guild) {
  const { id, slug, name, realm, region, faction, status, host, databaseName } = guild;
  const { schemaVersion, schemaHash, generation, createdAt } = guild;
  return {
    id,
    slug,
    name,
    realm,
    region,
    faction,
    plan: guild.plan.name,
    status,
    host,
    databaseName,
    generation,
    schemaVersion,
    schemaHash,
    createdAt,
  };
}
