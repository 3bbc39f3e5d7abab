import type { Client, OpenClient } from "../src/database/client.ts";
import { unlessTold } from "../src/database/faults.ts";
import { processBackground } from "../src/kernel/background.ts";
import { limits } from "../src/limits.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { atHostOf, type Hosts } from "./hosts/host.ts";
import { keepTemporary, removeReserved, reserveTemporary } from "./reserved-databases.ts";

interface Deps extends Hosts {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
}

/**
 * Creates a database from a snapshot at the guild's host while `work` runs. Its name is in
 * `spare_databases` before it exists, so the sweep removes it after a crash, and it is never taken for an
 * orphan.
 */
export async function withTemporaryCopy<T>(
  given: Deps,
  guild: Guild,
  snapshot: ReadableStream<Uint8Array>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const deps = atHostOf(given, guild);
  const name = await reserveTemporary(deps, guild.id);
  const renewal = processBackground.every("temporary.renewal", limits.fleet.temporaryMs / 4, () =>
    unlessTold(keepTemporary(deps, guild.id, name)),
  );
  try {
    const client = await deps.openClient(await deps.host.restore(name, snapshot));
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  } finally {
    await renewal.stop();
    await removeReserved(deps, name);
  }
}
