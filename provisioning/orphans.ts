import { type OpenClient, TenantDatabase } from "../src/database/client.ts";
import type { Operations } from "../src/platform/guilds/operations.ts";
import type { DatabaseHost, DatabaseName } from "./hosts/host.ts";

export interface OrphanReport {
  /** Databases without a guild that held no data. They are removed. */
  readonly orphans: readonly DatabaseName[];
  /** Databases without a guild that may hold data. An operator has to inspect them. */
  readonly unclaimed: readonly DatabaseName[];
}

interface Deps {
  readonly host: DatabaseHost;
  readonly operations: Operations;
  readonly openClient: OpenClient;
}

/** Finds databases without a guild, and removes none. */
export async function findOrphans(deps: Deps): Promise<OrphanReport> {
  return await compare(deps, async () => {});
}

/**
 * Compares the host with the platform. Removes a database only if it certainly never belonged to a guild.
 * No crash leaves a stamped database without its guild, but restoring an older copy of the platform does.
 * The data of guilds founded since that copy must not be removed.
 */
export async function sweepOrphans(deps: Deps): Promise<OrphanReport> {
  return await compare(deps, (name) => deps.host.destroy(name));
}

async function compare(
  deps: Deps,
  onOrphan: (name: DatabaseName) => Promise<void>,
): Promise<OrphanReport> {
  const listed: DatabaseName[] = [];
  for await (const name of deps.host.list()) listed.push(name);
  // A guild's row exists before its database, so the rows are read after the databases.
  const known = await deps.operations.knownDatabaseNames();
  const orphans: DatabaseName[] = [];
  const unclaimed: DatabaseName[] = [];
  for (const name of listed) {
    if (known.has(name)) continue;
    const found = await inspectPath(deps, name);
    if (found === "gone") continue;
    if (found === "blank") {
      await onOrphan(name);
      orphans.push(name);
    } else unclaimed.push(name);
  }
  return { orphans, unclaimed };
}

/** A listed database may have been removed since, with its name. Then it is not a finding. */
async function inspectPath(
  { host, openClient }: Deps,
  name: DatabaseName,
): Promise<"gone" | "blank" | "stamped"> {
  const location = await host.locate(name);
  if (location === undefined) return "gone";
  try {
    const db = new TenantDatabase(await openClient(location));
    try {
      return (await db.first("SELECT 1 FROM _meta")) === undefined ? "blank" : "stamped";
    } finally {
      await db.close();
    }
  } catch {
    // Damaged, or not ours: no reason to delete it.
    return (await host.locate(name)) === undefined ? "gone" : "stamped";
  }
}
