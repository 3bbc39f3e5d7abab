import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import { openEmbedded } from "../../src/database/embedded.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Locate } from "../../src/platform/store.ts";
import type { Remotes } from "../remotes.ts";
import { type DatabaseName, GUILDS_FOLDER, isDatabaseName, storedFilePlace } from "./host.ts";

/** No client opens this scheme: the registry names a place that is not ours. */
const REFUSED = "refused:";

/** The file of a guild's database below `dataDir`. */
export function guildFile(dataDir: string, name: DatabaseName): string {
  return join(resolve(dataDir), GUILDS_FOLDER, `${name}.db`);
}

/**
 * Finds databases by their names, so that a copied or moved `DATA_DIR` holds its own. The registry's
 * own word counts only for hosts whose addresses cannot be derived.
 */
export function locateBelow(dataDir: string, remotes?: Pick<Remotes, "sqld">): Locate {
  return ({ host, databaseName, storedUrl }) => {
    if (storedUrl === null) return { url: "" };
    if (!isDatabaseName(databaseName)) return refused(storedUrl);
    if (host === "file") {
      const { href } = pathToFileURL(guildFile(dataDir, databaseName));
      const isOurs = storedUrl === storedFilePlace(databaseName) || storedUrl === href;
      return isOurs ? { url: href } : refused(storedUrl);
    }
    if (storedUrl.startsWith("file:")) return refused(storedUrl);
    if (host === "sqld" && remotes?.sqld) return remotes.sqld.place(databaseName);
    return { url: storedUrl };
  };
}

function refused(storedUrl: string): DatabaseLocation {
  return { url: `${REFUSED}${storedUrl}` };
}

/** Is this a place that the registry names and that nothing here opens? */
export function isRefused({ url }: DatabaseLocation): boolean {
  return url.startsWith(REFUSED);
}

/**
 * Opens files of this machine and databases of servers. Refuses what `locateBelow` refused.
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
