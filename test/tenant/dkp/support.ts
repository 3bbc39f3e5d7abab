import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TenantDatabase } from "../../../src/database/client.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { write } from "../../../src/database/write.ts";
import {
  type GuildId,
  type MembershipId,
  newId,
  type PersonId,
  type UserId,
} from "../../../src/kernel/ids.ts";
import { permissionsOf, type Role } from "../../../src/kernel/permissions.ts";
import type { Guild } from "../../../src/platform/store.ts";
import type { Actor, GuildContext } from "../../../src/tenant/context.ts";
import { seedPools } from "../../../src/tenant/dkp/seed.ts";
import { removeSearched } from "../../support/secrets/folders.ts";

const migrations = new URL("../../../tenant-migrations/", import.meta.url);

/** An actor, such as an officer, as the request middleware would describe them. */
function actor(role: Role): Actor {
  return {
    type: "user",
    userId: newId<UserId>(),
    name: `The ${role}`,
    membershipId: newId<MembershipId>(),
    role,
    permissions: permissionsOf(role),
  };
}

/**
 * A guild's own database in a new folder, with the default pool and a number of people.
 * `await using` closes and removes it. The clock does not move until `advance` is called.
 */
export async function ledgerGuild(
  people: number,
  role: Role = "officer",
  clock: Partial<Pick<Guild, "timeZone" | "region"> & { readonly nowMs: number }> = {},
) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-dkp-"));
  const client = await openEmbedded({ url: `file:${join(dir, "guild.db")}` }, { create: true });
  await client.migrate(await schema());
  const db = new TenantDatabase(client);
  let nowMs = clock.nowMs ?? Date.UTC(2026, 0, 14, 20);
  await write(db, seedPools(nowMs));
  const personIds = await addPeople(db, people);
  const ctx: GuildContext = {
    // Verbs of this feature read only the guild's address, its calendar and the version of its schema.
    guild: {
      ...{ id: newId<GuildId>(), slug: "emberforge", schemaVersion: Number.MAX_SAFE_INTEGER },
      ...{ region: clock.region ?? "eu", timeZone: clock.timeZone ?? "Europe/Madrid" },
    } as Guild,
    db,
    actor: actor(role),
    now: () => new Date(nowMs),
    requestId: randomUUID(),
    idempotencyKey: undefined,
  };
  return {
    ctx,
    db,
    personIds,
    withKey: (idempotencyKey: string): GuildContext => ({ ...ctx, idempotencyKey }),
    as: (other: Role): GuildContext => ({ ...ctx, actor: actor(other) }),
    advance: (ms: number) => {
      nowMs += ms;
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      await removeSearched(dir);
    },
  };
}

/** Active people with one main each. Every third has an alt. */
export async function addPeople(
  db: TenantDatabase,
  count: number,
  isExample = false,
): Promise<readonly PersonId[]> {
  const ids = Array.from({ length: count }, () => newId<PersonId>());
  const classes = ["mage", "priest", "warrior"];
  await write(
    db,
    ids.flatMap((id, i) => {
      const name = `${isExample ? "Example" : "Raider"}${String(i).padStart(4, "0")}`;
      const character = (alt: string, isMain: number) => ({
        sql: `INSERT INTO characters (id, person_id, name, name_key, class, role, is_main, created_at)
              VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
        args: [
          newId<string>(),
          id,
          name + alt,
          (name + alt).toLowerCase(),
          classes[i % 3]!,
          i % 2 === 0 ? "ranged" : "healer",
          isMain,
        ],
      });
      return [
        {
          sql: `INSERT INTO persons (id, name, name_key, is_example, created_at, updated_at)
                VALUES (?, ?, ?, ?, 0, 0)`,
          args: [id, name, name.toLowerCase(), isExample],
        },
        character("", 1),
        ...(i % 3 === 0 ? [character("alt", 0)] : []),
      ];
    }),
  );
  return ids;
}

async function schema() {
  const files = (await readdir(migrations)).filter((name) => name.endsWith(".sql")).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, migrations), "utf8")));
  return texts
    .flatMap((text) => text.split("--> statement-breakpoint"))
    .map((sql) => ({ sql, args: [] }));
}
