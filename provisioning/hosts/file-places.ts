import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Locate } from "../../src/platform/store.ts";
import type { Remotes } from "../remotes.ts";
import { type DatabaseName, GUILDS_FOLDER, isDatabaseName, storedFilePlace } from "./host.ts";

/** A scheme that no client opens, for registered places that are not ours. */
const REFUSED = "refused:";

/** The path of a guild's database file below `dataDir`. */
function guildFile(dataDir: string, name: DatabaseName): string {
  return join(resolve(dataDir), GUILDS_FOLDER, `${name}.db`);
}

/**
 * Derives the paths of databases from their names, so that a copied or moved `DATA_DIR` uses its own files.
 * Uses the registered address only for hosts whose addresses cannot be derived.
 */
export function locateBelow(dataDir: string, remotes?: Pick<Remotes, "servers">): Locate {
  return ({ host, databaseName, storedUrl }) => {
    if (storedUrl === null) return { url: "" };
    if (!isDatabaseName(databaseName)) return refused(storedUrl);
    if (host === "file") {
      const { href } = pathToFileURL(guildFile(dataDir, databaseName));
      const isOurs = storedUrl === storedFilePlace(databaseName) || storedUrl === href;
      return isOurs ? { url: href } : refused(storedUrl);
    }
    if (storedUrl.startsWith("file:")) return refused(storedUrl);
    const server = remotes?.servers.find((one) => one.host.kind === host);
    return server?.place?.(databaseName) ?? { url: storedUrl };
  };
}

function refused(storedUrl: string): DatabaseLocation {
  return { url: `${REFUSED}${storedUrl}` };
}

/** Tells whether the registry names a place that must not be opened. */
export function isRefused({ url }: DatabaseLocation): boolean {
  return url.startsWith(REFUSED);
}

/**
 * Opens files of this machine and databases of servers. Refuses the places that `locateBelow` refused.
 *
 * @throws {DatabaseError} `missing`
 */
export function openerOf(remotes: Pick<Remotes, "openClient">): OpenClient {
  return async (location) => {
    if (isRefused(location)) {
      throw new DatabaseError(
        "missing",
        "The registry names a file outside of DATA_DIR for this guild. See guildhall doctor.",
      );
    }
    return location.url.startsWith("file:")
      ? await openEmbedded(location)
      : await remotes.openClient(location);
  };
}
