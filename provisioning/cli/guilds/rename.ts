import type { Command } from "commander";
import { Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { atThisMachine } from "../operators.ts";
import { DRY_RUN, EXIT, examples, JSON_OPTION, type Output } from "../output.ts";
import { run } from "../run.ts";
import { bySlug } from "./lookup.ts";

interface RenameOptions {
  readonly name?: string;
  readonly to?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** `guildhall guilds rename`. */
export function renameCommand(guilds: Command): void {
  guilds
    .command("rename <slug>")
    .description("give a guild another name or address; the old address leads to the new one")
    .option("--name <name>", "what it is called from now on")
    .option("--to <slug>", "its address from now on")
    .option(...DRY_RUN)
    .option(...JSON_OPTION)
    .addHelpText(
      "before",
      examples(
        "guildhall guilds rename iron-vow --to ironvow",
        'guildhall guilds rename iron-vow --name "Iron Vow Reborn"',
      ),
    )
    .action((slug: string, o: RenameOptions) =>
      run(
        o,
        (services, out) => rename(services, out, slug, o),
        async (services) => {
          const guild = await bySlug(services, slug);
          const { name = guild.name, slug: address = slug } = await changeOf(o);
          return `call ${guild.name} ${name}, at /g/${address}`;
        },
      ),
    );
}

async function rename(
  services: NodeServices,
  out: Output,
  slug: string,
  options: RenameOptions,
): Promise<number> {
  const guild = await bySlug(services, slug);
  const change = await changeOf(options);
  const { changeSettings } = await import("../../../src/platform/guilds/settings.ts");
  const actor = { type: "system", job: "operator" } as const;
  await services.tenants.use(guild, (db) =>
    changeSettings(
      { guild, db, actor, now: services.now, requestId: "", idempotencyKey: undefined },
      atThisMachine(services),
      change,
    ),
  );
  const { name = guild.name, slug: address = slug } = change;
  out.result({ id: guild.id, name, slug: address }, () => `${name} is at /g/${address}`);
  return EXIT.done;
}

/** @throws {Invalid} `cli/misused` when there is nothing to change, or for an invalid name */
async function changeOf({ name, to }: RenameOptions) {
  const { settingsChange } = await import("../../../src/platform/guilds/api.ts");
  if (name === undefined && to === undefined) {
    throw new Invalid("cli/misused", "Say what is to change: --name, --to, or both.");
  }
  const input = settingsChange.safeParse({ name, slug: to });
  if (input.success) return input.data;
  const optionOf = (path: readonly PropertyKey[]) => (path[0] === "slug" ? "to" : String(path[0]));
  const faults = input.error.issues.map(({ path, message }) => `--${optionOf(path)}: ${message}`);
  throw new Invalid("cli/misused", faults.join("; "));
}
