import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { databaseName } from "../../provisioning/hosts/host.ts";
import type { SqldHost } from "../../provisioning/hosts/sqld.ts";
import { readyPlatform } from "../../provisioning/platform.ts";
import type { Config } from "../config.ts";
import type { OpenClient, PlatformDatabase } from "../database/client.ts";
import { openEmbedded } from "../database/embedded.ts";
import { openRemote, placeOf } from "../database/remote.ts";

interface Options {
  readonly config: Config;
  readonly dataDir: string;
  /** The libSQL server that guilds may live on, which may hold the platform's own database as well. */
  readonly sqld: SqldHost | undefined;
  readonly openClient: OpenClient;
  readonly nowMs: number;
}

/**
 * Opens the platform database where the configuration says: a file here, a database of the libSQL
 * server (made when it is not there yet), or any other libSQL address with a token of its own.
 */
export async function openPlatform(options: Options): Promise<PlatformDatabase> {
  const { config, dataDir, sqld, openClient, nowMs } = options;
  await mkdir(dataDir, { recursive: true });
  const url = config.platformDatabaseUrl ?? pathToFileURL(join(dataDir, "platform.db")).href;
  if (url.startsWith("file:")) {
    return await readyPlatform(await openEmbedded({ url }, { create: true }), nowMs);
  }
  const { origin, namespace } = placeOf(url);
  if (sqld && config.sqld && origin === new URL(config.sqld.url).origin) {
    await sqld.ensure(databaseName(namespace));
    return await readyPlatform(await openClient({ url }), nowMs);
  }
  const authToken = config.platformDatabaseToken;
  return await readyPlatform(await openRemote({ url, ...(authToken && { authToken }) }), nowMs);
}
