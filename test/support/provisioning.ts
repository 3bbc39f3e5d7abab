import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { platformMigrations } from "../../platform-migrations/index.ts";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { locateBelow } from "../../provisioning/hosts/file-places.ts";
import { fileTemplate } from "../../provisioning/hosts/file-template.ts";
import { type DatabaseHost, newDatabaseName } from "../../provisioning/hosts/host.ts";
import { type Migration, migrate, parseMigrations } from "../../provisioning/migrations.ts";
import { Provisioner } from "../../provisioning/provisioner.ts";
import { type OpenClient, PlatformDatabase } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { TenantDatabases } from "../../src/database/tenants.ts";
import { type Clock, systemClock } from "../../src/kernel/clock.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { Operations } from "../../src/platform/guilds/operations.ts";
import { PlatformStore } from "../../src/platform/store.ts";
import { seedGuild } from "../../src/tenant/seed.ts";
import { tenantMigrations } from "../../tenant-migrations/index.ts";

/** The guild schema as this release has it. */
export const guildSchema = parseMigrations(tenantMigrations);

interface Options {
  readonly now?: Clock;
  readonly migrations?: readonly Migration[];
  /** The host of the guilds, when it is not files below `dir`. */
  readonly elsewhere?: { readonly host: DatabaseHost; readonly open: OpenClient };
}

/** The platform database, the pool and the provisioner over real files below `dir`. */
export async function openProvisioning(dir: string, options: Options = {}) {
  const now = options.now ?? systemClock;
  const nowMs = () => now().getTime();
  const migrations = options.migrations ?? guildSchema;
  const openClient = options.elsewhere?.open ?? openEmbedded;
  const url = pathToFileURL(join(dir, "platform.db")).href;
  const client = await openEmbedded({ url }, { create: true });
  const report = await migrate(client, parseMigrations(platformMigrations), { nowMs: nowMs() });
  if (report.error) throw report.error;
  const platform = new PlatformStore(
    new PlatformDatabase(client),
    now,
    options.elsewhere ? {} : { locate: locateBelow(dir) },
  );
  const tenants = new TenantDatabases({ openMax: 50, openClient });
  const files = { migrations, openClient: openEmbedded };
  const template = fileTemplate({ root: dir, ...files, nowMs });
  const host: DatabaseHost =
    options.elsewhere?.host ?? new FileHost({ root: join(dir, "guilds"), template, ...files });
  const operations = new Operations(platform, limits.guild.operationLeaseMs);
  const runner = newId<string>();
  const fleet = { platform, migrations, openClient, tenants, now, runner };
  const provisioner = new Provisioner({ ...fleet, operations, host, seed: seedGuild });
  return {
    platform,
    tenants,
    operations,
    host,
    template,
    provisioner,
    fleet,
    /** A guild as onboarding records it, before it has a database. */
    recordGuild: (slug = "iron-vow") => recordGuild(platform, slug, host.kind),
    close: async () => {
      await tenants.close();
      await platform.db.close();
    },
  };
}

/** A guild as onboarding records it, before it has a database. */
export async function recordGuild(
  platform: PlatformStore,
  slug: string,
  host: DatabaseHost["kind"] = "file",
): Promise<GuildId> {
  const id = newId<GuildId>();
  const userId = newId<string>();
  const nowMs = platform.now().getTime();
  await platform.db.client.batch(
    [
      {
        sql: "INSERT INTO users (id, email, name, created_at) VALUES (?, ?, 'Founder', ?)",
        args: [userId, `${userId}@example.test`, nowMs],
      },
      {
        sql: `INSERT INTO guilds (id, slug, name, name_key, realm, realm_key, region, faction,
                owner_id, plan, status, host, database_name, settings, created_at, updated_at)
              VALUES (?1, ?2, ?2, ?2, 'Area 52', 'area 52', 'eu', 'horde', ?3, 'free', 'creating',
                ?6, ?4, '{}', ?5, ?5)`,
        args: [id, slug, userId, newDatabaseName(), nowMs, host],
      },
      {
        sql: `INSERT INTO memberships (id, user_id, guild_id, role, overrides, created_at)
              VALUES (?, ?, ?, 'owner', '{}', ?)`,
        args: [newId<string>(), userId, id, nowMs],
      },
    ],
    "write",
  );
  return id;
}
