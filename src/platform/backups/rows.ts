import { desc, eq, type SQL } from "drizzle-orm";
import { columnsOf } from "../../database/query.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { type BackupReason, type BackupStatus, backups } from "./schema.ts";

/** One backup of a guild's database. Times in Unix milliseconds; `slug` is null once the guild is removed. */
export interface Backup {
  readonly id: string;
  readonly guildId: GuildId | null;
  readonly slug: string | null;
  readonly reason: BackupReason;
  readonly status: BackupStatus;
  readonly takenAt: number;
  readonly createdBy: string;
  readonly objectKey: string | null;
  readonly bytes: number | null;
  readonly storedBytes: number | null;
  readonly schemaVersion: number | null;
  readonly rows: Readonly<Record<string, number>> | null;
  readonly verifiedAt: number | null;
  readonly error: string | null;
}

/** The backups that fit the condition, newest first, at most `limit`. A negative limit is none. */
export async function readBackups(
  { db }: PlatformStore,
  condition: SQL,
  limit: number,
): Promise<Backup[]> {
  return await db.orm
    .select({
      ...columnsOf(backups, "id", "guildId", "reason", "status", "takenAt", "createdBy"),
      ...columnsOf(backups, "objectKey", "bytes", "storedBytes", "schemaVersion", "rows"),
      ...columnsOf(backups, "verifiedAt", "error"),
      slug: guilds.slug,
    })
    .from(backups)
    .leftJoin(guilds, eq(guilds.id, backups.guildId))
    .where(condition)
    .orderBy(desc(backups.takenAt), desc(backups.id))
    .limit(limit);
}
