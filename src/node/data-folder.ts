import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";

/** The path of the platform's database below `DATA_DIR`. */
export function platformFile(dataDir: string): string {
  return join(dataDir, "platform.db");
}

/** The path of the platform's database. Undefined if it is on a server. */
export function pathOfPlatform(url: string | undefined, dataDir: string): string | undefined {
  if (url === undefined) return platformFile(dataDir);
  return url.startsWith("file:") ? fileURLToPath(url) : undefined;
}

// The count of writes beside the database exists only when there was a complete platform.
const TEMPLATE = /^template-.*\.db$|^platform\.db\.newest$/;
const LOG_OR_TEMPLATE = /^platform\.db-(wal|journal)$|^template-.*\.db$|^platform\.db\.newest$/;

/** Folders that only a platform creates files in. */
const FILLED_BY_PLATFORMS = [GUILDS_FOLDER, "logs", "rollouts", "backups"];

/**
 * The first trace of a platform in `dataDir`, apart from its own database file: guilds, logs or
 * backups. The write-ahead log of that file counts too, unless the file was opened and found empty.
 * Undefined if the folder is new, empty, or holds other things.
 */
export async function traceOfPlatform(
  dataDir: string,
  log: "with its log" | "without its log",
): Promise<string | undefined> {
  const names = await namesIn(dataDir);
  const traces = log === "with its log" ? LOG_OR_TEMPLATE : TEMPLATE;
  const left = names.find((name) => traces.test(name));
  if (left !== undefined) return join(dataDir, left);
  for (const folder of FILLED_BY_PLATFORMS) {
    // Hidden files are temporary files of a dead process. They hold no lost data.
    const found = (await namesIn(join(dataDir, folder))).find((name) => !name.startsWith("."));
    if (found !== undefined) return join(dataDir, folder, found);
  }
  return undefined;
}

/** The size of a file in bytes. 0 if it does not exist. */
export async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return 0;
      throw error;
    },
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}
