import { and, desc, eq, lte, ne, or, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../src/database/query.ts";
import { build, insertInto } from "../../src/database/statements.ts";
import { guard, write } from "../../src/database/write.ts";
import { NotFound } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import type { GuildChanges } from "../../src/platform/backups/changes.ts";
import { type Backup, readBackups } from "../../src/platform/backups/rows.ts";
import { type BackupReason, backups } from "../../src/platform/backups/schema.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { hashIn, keyOf } from "./keys.ts";

const newestGood = prepare(({ guildId }: Values<{ readonly guildId: GuildId }>) =>
  build
    .select(columnsOf(backups, "objectKey", "generation"))
    .from(backups)
    .where(and(eq(backups.guildId, guildId), eq(backups.status, "good")))
    .orderBy(desc(backups.takenAt), desc(backups.id))
    .limit(1),
);

const goodAt = prepare(
  ({ guildId, at }: Values<{ readonly guildId: GuildId; readonly at: number }>) =>
    build
      .select(columnsOf(backups, "id"))
      .from(backups)
      .where(
        and(eq(backups.guildId, guildId), eq(backups.status, "good"), lte(backups.takenAt, at)),
      )
      .orderBy(desc(backups.takenAt), desc(backups.id))
      .limit(1),
);

const goodLike = prepare(
  ({ guildId, key }: Values<{ readonly guildId: GuildId; readonly key: string }>) =>
    build
      .select(columnsOf(backups, "objectKey"))
      .from(backups)
      .where(
        and(
          eq(backups.guildId, guildId),
          eq(backups.status, "good"),
          sql`${backups.objectKey} like ${key}`,
        ),
      )
      .orderBy(desc(backups.takenAt))
      .limit(1),
);

const otherOfObject = prepare(
  ({ key, id }: Values<{ readonly key: string; readonly id: string }>) =>
    build
      .select(columnsOf(backups, "id"))
      .from(backups)
      .where(and(eq(backups.objectKey, key), ne(backups.id, id)))
      .limit(1),
);

/** The rows of backups in the platform's database. */
export class BackupRecords {
  readonly #platform: PlatformStore;
  readonly #changes: GuildChanges;

  constructor(platform: PlatformStore, changes: GuildChanges) {
    this.#platform = platform;
    this.#changes = changes;
  }

  /** A new row with the status `making`, and the statement that writes it. */
  begun(guild: Guild, reason: BackupReason, createdBy: string) {
    const id = newId<string>();
    const takenAt = this.#platform.now().getTime();
    const status = "making";
    const values = { id, guildId: guild.id, reason, status, takenAt, createdBy } as const;
    return { id, insert: insertInto(backups, values) };
  }

  /** @throws {NotFound} `backup/not-found` */
  async backup(id: string): Promise<Backup> {
    const [backup] = await readBackups(this.#platform, eq(backups.id, id), 1);
    if (backup) return backup;
    throw notFound();
  }

  /** The newest good backup of that moment or before, in Unix milliseconds. */
  async newestAt(guildId: GuildId, at: number): Promise<Backup | undefined> {
    const row = await goodAt.first(this.#platform.db, { guildId, at });
    return row && (await this.backup(row.id));
  }

  /** Changes a row. @throws {NotFound} `backup/not-found` */
  async note(id: string, facts: Partial<typeof backups.$inferInsert>): Promise<void> {
    await write(this.#platform.db, [
      guard(sql`exists (select 1 from backups where id = ${id})`, notFound),
      build.update(backups).set(facts).where(eq(backups.id, id)),
    ]);
  }

  /** Backups that share the object are as damaged as this one. The guild needs a new backup. */
  async noteDamage({ id, guildId, objectKey }: Backup, error: string): Promise<void> {
    const isSame = or(eq(backups.id, id), eq(backups.objectKey, objectKey ?? ""));
    await write(this.#platform.db, [
      build.update(backups).set({ status: "damaged", error }).where(isSame),
      ...(guildId === null ? [] : [this.#changes.dueRow(guildId)]),
    ]);
  }

  /** Whether another backup than `exceptBy` has this object. */
  async isNeeded(key: string, exceptBy: string): Promise<boolean> {
    return (await otherOfObject.first(this.#platform.db, { key, id: exceptBy })) !== undefined;
  }

  /** Whether the newest good backup is of this database and has this hash. */
  async isHeld({ id: guildId, generation }: Guild, sha256: string): Promise<boolean> {
    const newest = await newestGood.first(this.#platform.db, { guildId });
    if (newest === undefined || newest.objectKey === null) return false;
    return newest.generation === generation && hashIn(newest.objectKey) === sha256;
  }

  /** The object of a new copy: an earlier one with the same content, or a new one. */
  async keyFor(guildId: GuildId, sha256: string): Promise<string> {
    const same = await goodLike.first(this.#platform.db, { guildId, key: `%-${sha256}.db.gz` });
    return same?.objectKey ?? keyOf(`guilds/${guildId}`, this.#platform.now(), sha256);
  }

  /** The generation of the copied database; 0 when it was not recorded. */
  async generationOf({ id }: Backup): Promise<number> {
    const row = await this.#platform.db.orm
      .select(columnsOf(backups, "generation"))
      .from(backups)
      .where(eq(backups.id, id))
      .get();
    return row?.generation ?? 0;
  }
}

function notFound(): NotFound {
  return new NotFound("backup/not-found", "This backup does not exist. Choose one from the list.");
}
