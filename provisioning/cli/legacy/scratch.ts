import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { asc } from "drizzle-orm";
import { TenantDatabase } from "../../../src/database/client.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { write } from "../../../src/database/write.ts";
import { crestOf } from "../../../src/kernel/crest.ts";
import { type GuildId, newId } from "../../../src/kernel/ids.ts";
import { guildSchema, type NodeServices } from "../../../src/node/services.ts";
import type { SignedIn } from "../../../src/platform/context.ts";
import { plans } from "../../../src/platform/schema.ts";
import type { Guild } from "../../../src/platform/store.ts";
import type { GuildContext } from "../../../src/tenant/context.ts";
import { seedGuild } from "../../../src/tenant/seed.ts";
import { copyToFile } from "../../backups/copies.ts";
import { stamp } from "../../guild-rows.ts";
import { atHostOf, databaseName } from "../../hosts/host.ts";
import { migrate, schemaOf } from "../../migrations.ts";
import { atThisMachine } from "../operators.ts";

/** A guild that does not exist yet. */
export interface PlannedGuild {
  readonly name: string;
  readonly realm: string;
  readonly region: Guild["region"];
  readonly edition: Guild["edition"];
  readonly owner: SignedIn;
}

/**
 * Runs `work` on a copy of the guild, or on the guild as it will be founded. The copy is a file in a
 * temporary folder and is removed afterwards. Neither the guild's database nor the platform's changes.
 */
export async function onScratch<T>(
  services: NodeServices,
  target: Guild | PlannedGuild,
  work: (ctx: GuildContext) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-dry-"));
  try {
    const path = join(folder, "guild.db");
    const isThere = "databaseName" in target;
    const guild = isThere ? target : await imagined(services, target);
    if (isThere)
      await copyToFile(atHostOf(services, guild).host, databaseName(guild.databaseName), path);
    const location = { url: pathToFileURL(path).href };
    const db = new TenantDatabase(await openEmbedded(location, { create: !isThere }));
    try {
      const nowMs = services.now().getTime();
      await migrate(db.client, guildSchema, { nowMs });
      if (!isThere) {
        const { userId, name } = target.owner;
        const seed = seedGuild(guild, { userId, name }, nowMs);
        await write(db, [stamp(guild, schemaOf(guildSchema), nowMs), ...seed]);
      }
      const { caller } = atThisMachine(services);
      const actor = { type: "system", job: `operator ${caller.name}` } as const;
      const { now } = services;
      return await work({ guild, db, actor, now, requestId: "", idempotencyKey: undefined });
    } finally {
      await db.client.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function imagined(services: NodeServices, planned: PlannedGuild): Promise<Guild> {
  const { orm } = services.platform.db;
  const [found] = await orm.select().from(plans).orderBy(asc(plans.position)).limit(1);
  if (found === undefined) throw new Error("The platform has no plan.");
  const { position: _, ...plan } = found;
  const { owner, ...facts } = planned;
  const id = newId<GuildId>();
  return {
    ...{ ...facts, id, crest: crestOf(id), slug: "", faction: "none", ownerId: owner.userId, plan },
    ...{ planSince: 0, isOverLimit: false, status: "ready", statusReason: null, host: "" },
    ...{ databaseName: "", location: { url: "" }, generation: 1, schemaVersion: 0, schemaHash: "" },
    ...{ visitorAreas: [], description: "", contact: "", timeZone: "UTC", raidSchedule: null },
    ...{ createdAt: services.now().getTime(), purgeAfter: null, isProtected: false },
  };
}
