import { z } from "@hono/zod-openapi";
import type { Client } from "../../src/database/client.ts";
import type { Writable } from "../../src/database/write.ts";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import type { Guild } from "../../src/platform/store.ts";
import { draftIn, makeFolder } from "../hosts/file-drafts.ts";
import { atHostOf, databaseName } from "../hosts/host.ts";
import type { Migration } from "../migrations.ts";
import { type SwapDeps, swapDatabase } from "../swap.ts";
import {
  copyFromFile,
  copyToFile,
  inFile,
  inspectCopy,
  pack,
  readOnce,
  settle,
  withScratch,
} from "./copies.ts";

interface Deps extends SwapDeps {
  readonly migrations: readonly Migration[];
  readonly scratch: string;
}

const FORMAT = "guildhall-guild";

const manifestShape = z.object({
  format: z.literal(FORMAT),
  formatVersion: z.literal(1),
  exportedAt: z.string(),
  guild: z.object({
    id: z.string(),
    name: z.string(),
    realm: z.string(),
    region: z.enum(["us", "eu", "kr", "tw", "cn"]),
    faction: z.enum(["alliance", "horde", "none"]),
    description: z.string(),
    timeZone: z.string(),
    raidSchedule: z.json().nullable(),
  }),
  schemaVersion: z.number().int(),
  rows: z.record(z.string(), z.number().int()),
});

/** What an exported file says of itself, in its table `_export`. */
export type Manifest = z.infer<typeof manifestShape>;

/**
 * Writes one file that holds all of a guild's own data and says what it is: a libSQL database with
 * one more table. Members' accounts and raw combat logs are the platform's, and are not in it.
 */
export async function exportGuild(deps: Deps, guild: Guild, path: string): Promise<Manifest> {
  await copyToFile(atHostOf(deps, guild).host, databaseName(guild.databaseName), path);
  const facts = await inspectCopy(path);
  const { id, name, realm, region, faction, description, timeZone, raidSchedule } = guild;
  const manifest: Manifest = {
    format: FORMAT,
    formatVersion: 1,
    exportedAt: deps.platform.now().toISOString(),
    guild: {
      id,
      name,
      realm,
      region,
      faction,
      description,
      timeZone,
      raidSchedule: raidSchedule as z.infer<ReturnType<typeof z.json>> | null,
    },
    schemaVersion: facts.schemaVersion,
    rows: facts.rows,
  };
  await inFile(path, async (client) => {
    await client.batch(
      [
        // Secrets for other services are this platform's to keep, sealed as they are.
        ...(Object.hasOwn(facts.rows, "secrets") ? [{ sql: "DELETE FROM secrets", args: [] }] : []),
        { sql: "CREATE TABLE _export (manifest TEXT NOT NULL)", args: [] },
        { sql: "INSERT INTO _export VALUES (?)", args: [JSON.stringify(manifest)] },
      ],
      "write",
    );
    // What was deleted stays readable in the file until that is written anew.
    await client.execute({ sql: "VACUUM", args: [] });
    await settle(client);
  });
  return manifest;
}

/** An export on its way: its file is gone once it was sent, or could not be. */
export async function exportToStream(
  deps: Deps,
  guild: Guild,
): Promise<{ body: ReadableStream<Uint8Array>; bytes: number; name: string }> {
  await makeFolder(deps.scratch);
  const [copy, packed] = [draftIn(deps.scratch), draftIn(deps.scratch)];
  return await withScratch([copy], async () => {
    await exportGuild(deps, guild, copy);
    const { storedBytes: bytes } = await pack(copy, packed);
    const day = deps.platform.now().toISOString().slice(0, 10);
    return { body: readOnce(packed), bytes, name: `${guild.slug}-${day}.db.gz` };
  });
}

/** What a file says of itself. @throws {Invalid} `import/not-an-export` */
export async function readManifest(path: string): Promise<Manifest> {
  try {
    return await inFile(path, async (client) => {
      const found = await client.execute({ sql: "SELECT manifest FROM _export", args: [] });
      return manifestShape.parse(JSON.parse(String(found.rows[0]?.[0])));
    });
  } catch (cause) {
    throw new Invalid(
      "import/not-an-export",
      "This file is not a guild's export, or was made by a later release.",
      {},
      { cause },
    );
  }
}

/**
 * Fills a new guild with what a file holds. The guild is closed until that is done; `guild` may be
 * one that an earlier try was interrupted at.
 * @throws {Invalid} `import/not-an-export` @throws {Conflict} `import/guild-in-use`
 * @throws {DatabaseError} `corrupt` for a damaged file.
 */
export async function importGuild(
  deps: Deps,
  guild: Guild,
  path: string,
  alongside: readonly Writable[] = [],
): Promise<Guild> {
  const { platform, migrations } = deps;
  const { host } = atHostOf(deps, guild);
  const manifest = await readManifest(path);
  const isStartedOver = guild.status === "suspended" && guild.statusReason === IMPORTING;
  if (!isStartedOver) {
    if (guild.generation > 1 || guild.status !== "ready") {
      throw new Conflict("import/guild-in-use", "A file can only be imported into a new guild.");
    }
    await platform.advanceGuild(guild.id, "ready", "suspended", { statusReason: IMPORTING });
  }
  await inspectCopy(path);
  await makeFolder(deps.scratch);
  const copy = draftIn(deps.scratch);
  return await withScratch([copy], async () => {
    await inFile(path, (client) => client.execute({ sql: "VACUUM INTO ?", args: [copy] }));
    await inFile(copy, async (client) => {
      await client.execute({ sql: "DROP TABLE _export", args: [] });
      await settle(client);
    });
    const closed = (await platform.guild(guild.id))!;
    await swapDatabase(deps, closed, await copyFromFile(host, copy), {
      migrations,
      madeBy: manifest.guild.id as Guild["id"],
      prepare: (client) => unlinkStrangers(deps, guild, client),
      alongside,
    });
    await platform.advanceGuild(guild.id, "suspended", "ready", { statusReason: null });
    return (await platform.guild(guild.id))!;
  });
}

/** What members of a guild read while it is being filled. */
const IMPORTING = "It is being imported.";

/** People of the file stay linked to an account only where that is a member of this guild. */
async function unlinkStrangers({ platform }: Deps, guild: Guild, client: Client): Promise<void> {
  const members = await platform.db.all<{ user_id: string }>(
    "SELECT user_id FROM memberships WHERE guild_id = ?",
    guild.id,
  );
  const ids = JSON.stringify(members.map(({ user_id }) => user_id));
  await client.execute({
    sql: `UPDATE persons SET user_id = NULL
          WHERE user_id NOT IN (SELECT value FROM json_each(?))`,
    args: [ids],
  });
}
