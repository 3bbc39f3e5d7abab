import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ensureRemotePlatform,
  openRemotePlatform,
  readyPlatform,
} from "../../provisioning/platform.ts";
import type { Remotes } from "../../provisioning/remotes.ts";
import type { Config } from "../config.ts";
import type { PlatformDatabase } from "../database/client.ts";
import { openEmbedded } from "../database/embedded.ts";

interface Options {
  readonly config: Config;
  readonly dataDir: string;
  readonly remotes: Remotes;
  readonly nowMs: number;
}

/**
 * Opens the platform database where the configuration says: a file here, a database of the libSQL
 * server (made when it is not there yet), or any other libSQL address with a token of its own.
 */
export async function openPlatform(options: Options): Promise<PlatformDatabase> {
  const { config, dataDir, remotes, nowMs } = options;
  await mkdir(dataDir, { recursive: true });
  const url = config.platformDatabaseUrl ?? pathToFileURL(join(dataDir, "platform.db")).href;
  if (url.startsWith("file:")) {
    return await readyPlatform(await openEmbedded({ url }, { create: true }), nowMs);
  }
  await ensureRemotePlatform(url, remotes);
  return await readyPlatform(await openRemotePlatform(config, url, remotes), nowMs);
}
