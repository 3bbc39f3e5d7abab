import { z } from "@hono/zod-openapi";
import { and, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Client } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { columnsOf, existsIn, prepare, type Values } from "../../src/database/query.ts";
import { build } from "../../src/database/statements.ts";
import type { Writable } from "../../src/database/write.ts";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import { EDITION_NAMES } from "../../src/kernel/game/editions.ts";
import { settingsFields } from "../../src/platform/guilds/api.ts";
import { guilds, memberships } from "../../src/platform/schema.ts";
import type { Guild } from "../../src/platform/store.ts";
import { draftIn, makeFolder } from "../hosts/file-drafts.ts";
import { atHostOf, databaseName } from "../hosts/host.ts";
import type { Migration } from "../migrations.ts";
import { type RepointDeps, repointToCopy } from "../repoint.ts";
import { type Anchors, anchorRows, headsOf, placeOf } from "./anchors.ts";
import { copyFromFile, copyToFile, pack, readOnce, withScratch } from "./copies.ts";
import { inspectCopy, rebuildForeign } from "./foreign.ts";
import type { Rebuilt } from "./rebuild.ts";
import { checkpoint, inFile } from "./whole-files.ts";

interface Deps extends RepointDeps {
  readonly migrations: readonly Migration[];
  readonly scratch: string;
  readonly anchors: Anchors;
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
    // Exports of earlier releases do not have these.
    contact: z.string().default(""),
    edition: z.enum(EDITION_NAMES).default("retail"),
  }),
  schemaVersion: z.number().int(),
  rows: z.record(z.string(), z.number().int()),
});

/** The description of an exported file, from its table `_export`. */
export type Manifest = z.infer<typeof manifestShape>;

const editionOf = prepare(({ id }: Values<{ id: Guild["id"] }>) =>
  build.select(columnsOf(guilds, "edition")).from(guilds).where(eq(guilds.id, id)),
);

/**
 * Writes one file with all of a guild's own data and a description: a libSQL database with one more table.
 * Members' accounts and raw combat logs belong to the platform and are not included. The file is built from
 * the guild's rows alone, whatever else its database contains.
 */
export async function exportGuild(deps: Deps, guild: Guild, path: string): Promise<Manifest> {
  await makeFolder(deps.scratch);
  const raw = draftIn(deps.scratch);
  await withScratch([raw], async () => {
    await copyToFile(atHostOf(deps, guild).host, databaseName(guild.databaseName), raw);
    const { nowMs, heads } = await deps.anchors.known(placeOf(guild));
    await rebuildForeign({ from: raw, to: path, nowMs, omit: LEFT_OUT, anchors: headsOf(heads) });
  });
  const { rows, schemaVersion } = await inspectCopy(path, {
    isOurs: true,
    checksLedger: false,
  });
  return await inFile(path, async (client) => {
    const { id, name, realm, region, faction, description, contact, timeZone } = guild;
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
        contact,
        edition: (await editionOf.first(deps.platform.db, { id }))?.edition ?? "retail",
        timeZone,
        raidSchedule: guild.raidSchedule as z.infer<ReturnType<typeof z.json>> | null,
      },
      schemaVersion,
      rows,
    };
    await client.batch(
      [
        { sql: "CREATE TABLE _export (manifest TEXT NOT NULL)", args: [] },
        { sql: "INSERT INTO _export VALUES (?)", args: [JSON.stringify(manifest)] },
      ],
      "write",
    );
    await checkpoint(client);
    return manifest;
  });
}

/** Secrets for other services stay on this platform, sealed. */
const LEFT_OUT = ["secrets"];

/** Streams an export and removes its file afterwards, even if the stream fails. */
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

/** A file that was rebuilt as a database of ours, with its description. */
export interface Imported {
  readonly manifest: Manifest;
  readonly rebuilt: Rebuilt;
}

/**
 * Rebuilds an exported file as a database of ours at `to`, for the given guild.
 *
 * @throws {Invalid} `import/not-an-export`, and the errors of `rebuildForeign`.
 */
export async function openExport(
  deps: Pick<Deps, "platform">,
  from: string,
  to: string,
  sealFor?: string,
): Promise<Imported> {
  const nowMs = deps.platform.now().getTime();
  const seal = sealFor === undefined ? {} : { sealFor };
  const rebuilt = await rebuildForeign({ from, to, nowMs, omit: LEFT_OUT, ...seal }).catch(
    (error: unknown) => {
      throw isNoDatabase(error) ? notAnExport(error) : error;
    },
  );
  const manifest = manifestShape.safeParse(parsedJson(rebuilt.manifest));
  if (!manifest.success) throw notAnExport(manifest.error);
  if (manifest.data.guild.id !== rebuilt.guildId) {
    throw new Invalid("copy/not-a-guild", "This file says that it is another guild's than it is.");
  }
  return { manifest: manifest.data, rebuilt };
}

function isNoDatabase(error: unknown): boolean {
  return error instanceof DatabaseError && error.kind === "corrupt";
}

function parsedJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function notAnExport(cause: unknown): Invalid {
  return new Invalid(
    "import/not-an-export",
    "This file is not a guild's export, is damaged, or was made by a later release.",
    {},
    { cause },
  );
}

/**
 * Fills a new guild from a file. The guild is closed until that is done. `guild` may come from an earlier,
 * interrupted attempt.
 *
 * @throws {Invalid} `import/not-an-export`, `copy/schema-differs`, `copy/rows-refused`,
 * `copy/audit-broken`, `copy/not-a-guild`
 *
 * @throws {Conflict} `import/guild-in-use`
 */
export async function importGuild(
  deps: Deps,
  guild: Guild,
  path: string,
  alongside: readonly Writable[] = [],
): Promise<Guild> {
  const { platform, migrations } = deps;
  const { host } = atHostOf(deps, guild);
  const isStartedOver = guild.status === "suspended" && guild.statusReason === IMPORTING;
  if (!isStartedOver) {
    if (guild.generation > 1 || guild.status !== "ready") {
      throw new Conflict("import/guild-in-use", "A file can only be imported into a new guild.");
    }
    await platform.advanceGuild(guild.id, "ready", "suspended", { statusReason: IMPORTING });
  }
  await makeFolder(deps.scratch);
  const copy = draftIn(deps.scratch);
  return await withScratch([copy], async () => {
    const { manifest, rebuilt } = await openExport(deps, path, copy, guild.id);
    await inspectCopy(copy, { isOurs: true });
    const closed = (await platform.guild(guild.id))!;
    await repointToCopy(deps, closed, await copyFromFile(host, copy), {
      migrations,
      madeBy: manifest.guild.id as Guild["id"],
      prepare: (client) => unlinkStrangers(deps, guild, client),
      alongside: [
        ...alongside,
        ...anchorRows(deps, closed, rebuilt),
        settingsRow(closed, manifest),
        openRow(closed),
      ],
    });
    return (await platform.guild(guild.id))!;
  });
}

/** The settings that the platform keeps of a guild. Whether it is public is decided again. */
const settingsOf = settingsFields.pick({
  description: true,
  contact: true,
  timeZone: true,
  raidSchedule: true,
});

/**
 * Gives the guild the settings of the exported one. The edition stays if another guild of that edition has
 * this name and realm.
 *
 * @throws {Invalid} `import/not-an-export`
 */
function settingsRow({ id }: Guild, { guild }: Manifest): Writable {
  const { description, contact, timeZone, raidSchedule, edition } = guild;
  const settings = settingsOf.safeParse({ description, contact, timeZone, raidSchedule });
  if (!settings.success) throw notAnExport(settings.error);
  const other = alias(guilds, "other");
  const isTaken = existsIn(
    sql`${guilds} as other`,
    sql`${other.nameKey} = ${guilds.nameKey} and ${other.realmKey} = ${guilds.realmKey}
      and ${other.region} = ${guilds.region} and ${other.edition} = ${edition}
      and ${other.id} <> ${guilds.id}`,
  );
  return build
    .update(guilds)
    .set({
      ...settings.data,
      edition: sql`case when ${isTaken} then ${guilds.edition} else ${edition} end`,
    })
    .where(eq(guilds.id, id));
}

/** Opens the guild in the write that gives it its database, so that no crash leaves it suspended. */
function openRow({ id }: Guild): Writable {
  return build
    .update(guilds)
    .set({ status: "ready", statusReason: null })
    .where(and(eq(guilds.id, id), eq(guilds.statusReason, IMPORTING)));
}

/** The reason that members see while the guild is filled. */
const IMPORTING = "It is being imported.";

/** Keeps the link from a person to an account only if that account is a member of this guild. */
async function unlinkStrangers({ platform }: Deps, guild: Guild, client: Client): Promise<void> {
  const members = await platform.db.orm
    .select(columnsOf(memberships, "userId"))
    .from(memberships)
    .where(eq(memberships.guildId, guild.id));
  const ids = JSON.stringify(members.map(({ userId }) => userId));
  await client.execute({
    sql: `UPDATE persons SET user_id = NULL
          WHERE user_id NOT IN (SELECT value FROM json_each(?))`,
    args: [ids],
  });
}
