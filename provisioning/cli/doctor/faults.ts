import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { eq } from "drizzle-orm";
import { systemReason } from "../../../src/database/embedded-reasons.ts";
import { kindOfSystemCode } from "../../../src/database/errors.ts";
import type { Fault } from "../../../src/database/faults.ts";
import { columnsOf } from "../../../src/database/query.ts";
import { limits } from "../../../src/limits.ts";
import { openFiles } from "../../../src/node/open-files.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import { storedFaults } from "../../../src/platform/fleet/faults.ts";
import { databaseFaults, guilds } from "../../../src/platform/schema.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { forEachGuild } from "../../fleet.ts";
import { inspect } from "../guilds/life.ts";
import type { Finding } from "./platform.ts";

/** Checks whether the platform's folder is writable, and if not, why. */
export function diskFindings(platformFile: string): readonly Finding[] {
  const reason = systemReason(platformFile);
  const kind = kindOfSystemCode(reason);
  if (kind === "full") {
    const finding = `The disk of ${platformFile} is full (${reason}): nothing can be written`;
    return [{ finding, next: "df -h" }];
  }
  if (kind !== "unavailable") return [];
  const finding = `The platform's database ${platformFile} cannot be used (${reason})`;
  return [{ finding, next: `ls -l ${platformFile}` }];
}

/** Checks whether the limit of open files is high enough for `OPEN_MAX`. */
export async function fileLimit({ config }: NodeServices): Promise<readonly Finding[]> {
  const { sentence } = openFiles(config.openMax);
  return sentence === undefined ? [] : [{ finding: sentence, next: "ulimit -n" }];
}

/**
 * Checks the recorded faults of servers again and removes those that are over. Then briefly checks every
 * guild's file, because a damaged file may not have been opened since.
 */
export async function databaseFindings(services: NodeServices): Promise<readonly Finding[]> {
  // Runs first, while this command has no file open: closing a file drops the locks on it.
  const broken = await brokenFiles(services);
  const stored = await storedFaults(services.platform);
  const slugs = await slugsOf(services);
  const found: Finding[] = [];
  const reported = new Set<string>();
  for (const [at, fault] of stored.entries()) {
    const isOver = at < limits.database.faultsExaminedMax && (await isWell(services, fault));
    if (isOver) services.faults.examined(fault);
    else {
      reported.add(fault.guildId);
      found.push(toFinding(fault, slugs.get(fault.guildId) ?? fault.guildId));
    }
  }
  for (const { slug, cause, id } of broken) {
    if (reported.has(id)) continue;
    const finding = `The database of ${slug} is damaged: ${cause} (database/damaged)`;
    found.push({ finding, next: `guildhall backups restore ${slug} --dry-run` });
  }
  return found;
}

async function slugsOf({ platform }: NodeServices): Promise<ReadonlyMap<string, string>> {
  const rows = await platform.db.orm
    .select(columnsOf(guilds, "id", "slug"))
    .from(guilds)
    .innerJoin(databaseFaults, eq(databaseFaults.guildId, guilds.id));
  return new Map<string, string>(rows.map(({ id, slug }) => [id, slug]));
}

function toFinding({ code, cause, guildId, since }: Fault, slug: string): Finding {
  const whose = guildId === "" ? "this platform" : slug;
  const finding = `${code} at ${whose} since ${new Date(since).toISOString()}: ${cause}`;
  if (guildId === "") return { finding, next: "guildhall doctor" };
  const isDamaged = code === "database/damaged";
  const next = isDamaged
    ? `guildhall backups restore ${slug} --dry-run`
    : `guildhall guilds check ${slug}`;
  return { finding, next };
}

/** Opens the guild like a visitor, and reads every page of a damaged file. */
async function isWell(services: NodeServices, { guildId, code }: Fault): Promise<boolean> {
  if (guildId === "") {
    // The platform has just answered. Only the server itself can tell whether it still has too many open
    // files.
    if (code === "database/unavailable") return false;
    return code !== "database/storage-full" || diskFindings(fileOf(services)).length === 0;
  }
  const guild = await services.platform.guild(guildId);
  if (guild === undefined) return true;
  try {
    await services.tenants.use(guild, async (db) => {
      await db.first("SELECT 1 FROM _meta");
    });
    if (code !== "database/damaged") return true;
    return (await inspect(services, guild.location)).integrity === "ok";
  } catch {
    return false;
  }
}

/** The path of the platform's file. */
function fileOf({ config }: Pick<NodeServices, "config">): string {
  return join(resolve(config.dataDir), "platform.db");
}

const MAGIC = "SQLite format 3\0";

/** Files that are missing, empty or not databases. Reads a few bytes of each, a few files at a time. */
async function brokenFiles(services: NodeServices) {
  const broken: { id: string; slug: string; cause: string }[] = [];
  const look = async (guild: Guild) => {
    if (!guild.location.url.startsWith("file:")) return;
    const cause = await damageOf(fileURLToPath(guild.location.url));
    if (cause !== undefined) broken.push({ id: guild.id, slug: guild.slug, cause });
  };
  await forEachGuild(services.platform.guilds({ status: "ready" }), look, {
    lanes: limits.fleet.lanes,
  });
  return broken;
}

async function damageOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const head = Buffer.alloc(MAGIC.length);
      const { bytesRead } = await file.read(head, 0, head.length, 0);
      if (bytesRead === 0) return "its file is empty";
      return head.toString("latin1") === MAGIC ? undefined : "its file is no database";
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Without permission to read, its state is unknown.
    return code === "ENOENT" ? "its file is missing" : undefined;
  }
}
