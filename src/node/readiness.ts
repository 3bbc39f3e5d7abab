import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GUILDS_FOLDER } from "../../provisioning/hosts/host.ts";
import { platformLooks } from "../../provisioning/readiness.ts";
import { type Look, Readiness } from "../kernel/readiness.ts";
import type { NodeServices } from "./services.ts";

/** The disk of the data folder, in bytes. `freeBytes` is the space that this user may still use. */
export interface DiskRoom {
  readonly freeBytes: number;
  readonly sizeBytes: number;
}

/** @throws the system's error, such as ENOENT. */
export async function diskRoom(dataDir: string): Promise<DiskRoom> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

/** The `/readyz` checks of one server. `isClosing` says whether the server is shutting down. */
export function serverReadiness(services: NodeServices, isClosing: () => boolean): Readiness {
  const { platform, host, config } = services;
  const dataDir = resolve(config.dataDir);
  const looks = platformLooks(platform, host);
  return new Readiness({
    ...looks,
    ...(host.kind === "file" && { host: folderLook(dataDir) }),
    disk: async () => {
      const { freeBytes } = await diskRoom(dataDir);
      if (freeBytes >= config.diskFreeBytesMin) return { ok: true, detail: "has room" };
      return { ok: false, detail: "has less room than DISK_FREE_MIN_MB" };
    },
    shutdown: async () =>
      isClosing()
        ? { ok: false, detail: "is under way" }
        : { ok: true, detail: "is not under way" },
  });
}

/** Whether database files can be opened and created. */
function folderLook(dataDir: string): Look {
  return async () => {
    const { R_OK, W_OK, X_OK } = constants;
    await access(dataDir, R_OK | W_OK | X_OK);
    // The folder does not exist before the first guild.
    await access(join(dataDir, GUILDS_FOLDER), R_OK | W_OK | X_OK).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
    return { ok: true, detail: "answers" };
  };
}
