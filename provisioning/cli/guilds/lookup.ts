import { eq } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../../src/database/query.ts";
import { build } from "../../../src/database/statements.ts";
import { NotFound } from "../../../src/kernel/errors.ts";
import type { GuildId } from "../../../src/kernel/ids.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import type { SignedIn } from "../../../src/platform/context.ts";
import { storedFaults } from "../../../src/platform/fleet/faults.ts";
import { users } from "../../../src/platform/schema.ts";
import type { Guild } from "../../../src/platform/store.ts";

/** @throws {NotFound} `guild/not-found` */
export async function bySlug(services: NodeServices, slug: string): Promise<Guild> {
  const found = await services.platform.guildForUser(slug, null);
  if (found) return found.guild;
  throw new NotFound("guild/not-found", `No guild has the slug ${slug}.`, {
    next: ["guildhall guilds list"],
  });
}

/** The recorded faults of guilds' databases. */
export async function faultsByGuild({ platform }: NodeServices, id?: GuildId) {
  const found = new Map<string, { code: string; cause: string; since: number }[]>();
  for (const { guildId, code, cause, since } of await storedFaults(platform, id)) {
    found.set(guildId, [...(found.get(guildId) ?? []), { code, cause, since }]);
  }
  return found;
}

const userByEmail = prepare(({ email }: Values<{ email: string }>) =>
  build
    .select(columnsOf(users, "id", "name"))
    .from(users)
    .where(eq(users.email, email)),
);

/** The account of an address, as the signed-in caller that a command acts for. */
export async function account(services: NodeServices, address: string): Promise<SignedIn> {
  const email = address.trim().toLowerCase();
  const owner = await userByEmail.first(services.platform.db, { email });
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

/** The members of a guild that commands print. */
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
