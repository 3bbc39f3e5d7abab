import { platformMigrations } from "../platform-migrations/index.ts";
import { type Client, PlatformDatabase } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { delay } from "../src/kernel/concurrency.ts";
import { limits } from "../src/limits.ts";
import { migrate, parseMigrations } from "./migrations.ts";

/**
 * Brings the platform database behind `client` to this release's schema. Processes that start at the
 * same time may all do it: one of them wins, and the others find it done when they look again.
 * @throws {MigrationError} when its history is not ours, such as a guild's or a newer release's.
 */
export async function readyPlatform(client: Client, nowMs: number): Promise<PlatformDatabase> {
  const migrations = parseMigrations(platformMigrations);
  for (let tries = 1; ; tries++) {
    const { error } = await migrate(client, migrations, { nowMs });
    if (error === undefined) return new PlatformDatabase(client);
    // Somebody else may be in the middle of the same: their lock, or half of what we were to do.
    if (!(error instanceof DatabaseError) || tries >= limits.remote.triesMax) {
      await client.close();
      throw error;
    }
    await delay(limits.remote.migratingMs * tries);
  }
}
