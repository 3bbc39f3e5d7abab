import type { GuildId } from "../../kernel/ids.ts";
import type { BackupReason, BackupStatus } from "./schema.ts";

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

export type BackupRow = Omit<Backup, "rows"> & { readonly rows: string | null };

export const BACKUP_COLUMNS = `
  SELECT b.id, b.guild_id AS guildId, g.slug, b.reason, b.status, b.taken_at AS takenAt,
    b.created_by AS createdBy, b.object_key AS objectKey, b.bytes, b.stored_bytes AS storedBytes,
    b.schema_version AS schemaVersion, b.rows, b.verified_at AS verifiedAt, b.error
  FROM backups b LEFT JOIN guilds g ON g.id = b.guild_id`;

export function toBackup(row: BackupRow): Backup {
  return { ...row, rows: row.rows === null ? null : JSON.parse(row.rows) };
}
