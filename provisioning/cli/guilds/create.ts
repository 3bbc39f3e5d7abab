import { Invalid } from "../../../src/kernel/errors.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { newGuild } from "../../../src/platform/guilds/api.ts";
import { foundGuild } from "../../../src/platform/guilds/service.ts";
import { EXIT, type Output } from "../output.ts";
import type { CreateOptions } from "./commands.ts";
import { account, facts } from "./lookup.ts";

/** Describes what `createGuild` would do. */
export async function describeCreate(
  services: NodeServices,
  options: CreateOptions,
): Promise<string> {
  const owner = await account(services, options.ownerEmail);
  return `found ${inputOf(options).name} for ${owner.name}`;
}

/** Founds a guild and creates its database. */
export async function createGuild(
  services: NodeServices,
  out: Output,
  options: CreateOptions,
): Promise<number> {
  const input = inputOf(options);
  const caller = await account(services, options.ownerEmail);
  const context = { services, caller, requestId: "", address: "", agent: "guildhall" };
  const { slug: address, ...rest } = input;
  const founded = await foundGuild(context, { ...rest, ...(address && { slug: address }) });
  const guild = await services.provisioner.provision(founded.id);
  out.result(facts(guild), () => `${guild.name} is ready at /g/${guild.slug}`);
  return EXIT.done;
}

/** @throws {Invalid} `cli/misused` naming each invalid option. */
function inputOf(options: CreateOptions) {
  const { name, realm, region, faction, slug } = options;
  const input = newGuild.safeParse({ name, realm, region, faction, slug });
  if (input.success) return input.data;
  const faults = input.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
  throw new Invalid("cli/misused", faults.join("; "));
}
