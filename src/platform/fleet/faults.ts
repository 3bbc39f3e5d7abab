import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { Fault, FaultStore } from "../../database/faults.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { databaseFaults, guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";

/** Stores faults of databases in the platform, so that every process sees what one has found. */
export class PlatformFaults implements FaultStore {
  readonly #platform: PlatformStore;

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  async save({ code, guildId, generation, cause, since }: Fault): Promise<void> {
    const row = { guildId, code, generation, cause, since };
    const { db } = this.#platform;
    await write(db, [
      db.orm
        .insert(databaseFaults)
        .values(row)
        .onConflictDoUpdate({
          target: [databaseFaults.guildId, databaseFaults.code],
          set: { generation, cause, since },
        }),
    ]);
  }

  async remove({ code, guildId }: Pick<Fault, "code" | "guildId">): Promise<void> {
    const { db } = this.#platform;
    const isIt = and(eq(databaseFaults.guildId, guildId), eq(databaseFaults.code, code));
    await write(db, [db.orm.delete(databaseFaults).where(isIt)]);
  }
}

// A fault of a guild's earlier database does not apply to the current one.
const isOfToday = sql`(${databaseFaults.guildId} = '' or exists (select 1 from ${guilds}
  where ${guilds.id} = ${databaseFaults.guildId}
    and ${guilds.generation} = ${databaseFaults.generation}))`;

/** Every stored fault of one guild or of all, the longest lasting first. */
export async function storedFaults(
  platform: PlatformStore,
  guildId?: GuildId,
): Promise<readonly Fault[]> {
  const isWanted = guildId === undefined ? undefined : eq(databaseFaults.guildId, guildId);
  return await platform.db.orm
    .select(getTableColumns(databaseFaults))
    .from(databaseFaults)
    .where(and(isOfToday, isWanted))
    .orderBy(databaseFaults.since, databaseFaults.guildId);
}
