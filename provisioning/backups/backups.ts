import { eq, isNotNull } from "drizzle-orm";
import { DatabaseError } from "../../src/database/errors.ts";
import { insertInto } from "../../src/database/statements.ts";
import { type Guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict, errorMessage, NotFound } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { CopiedState, GuildChanges } from "../../src/platform/backups/changes.ts";
import { type Backup, readBackups } from "../../src/platform/backups/rows.ts";
import { type BackupReason, backups } from "../../src/platform/backups/schema.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { fault } from "../fault.ts";
import { draftIn, makeFolder, removeStaleDrafts } from "../hosts/file-drafts.ts";
import { atHostOf, databaseName } from "../hosts/host.ts";
import type { Migration } from "../migrations.ts";
import { type RepointDeps, repointToCopy } from "../repoint.ts";
import { type Anchors, headsOf } from "./anchors.ts";
import { copyFromFile, copyToFile, pack, unpack, withScratch } from "./copies.ts";
import { inspectCopy, rebuildForeign } from "./foreign.ts";
import type { CopyFacts } from "./inspection.ts";
import { hashIn, takenAtIn } from "./keys.ts";
import { retainedBy } from "./policy.ts";
import { BackupRecords } from "./records.ts";
import type { BackupStore } from "./store.ts";

interface Deps extends RepointDeps {
  readonly platform: PlatformStore;
  readonly store: BackupStore;
  readonly migrations: readonly Migration[];
  /** A folder of this machine for temporary files. */
  readonly scratch: string;
  readonly anchors: Anchors;
  readonly changes: GuildChanges;
  /** Updates what the platform derives from a guild's database, such as the ends of auctions. */
  readonly afterRestore: (guild: Guild) => Promise<void>;
}

/** Creates, verifies, restores and prunes backups of guilds' databases. */
export class Backups {
  readonly #deps: Deps;
  readonly #records: BackupRecords;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#records = new BackupRecords(deps.platform, deps.changes);
  }

  get storeKind(): BackupStore["kind"] {
    return this.#deps.store.kind;
  }

  /**
   * Copies a guild's database while it is in use, stores the copy, reads it back and opens it. The guild
   * keeps working. `guards` must hold at the beginning.
   *
   * @throws {DatabaseError} `corrupt` when the database, or what came back from the store, is damaged.
   */
  async create(
    guild: Guild,
    reason: BackupReason,
    by: string,
    guards: readonly Guard[] = [],
  ): Promise<Backup> {
    const row = this.#records.begun(guild, reason, by);
    await write(this.#deps.platform.db, [...guards, row.insert]);
    fault("backup.noted");
    await this.#copy(guild, row.id);
    return await this.backup(row.id);
  }

  /**
   * Does the same as `create` for the schedule, unless the newest good backup holds exactly this. Then
   * nothing is stored and no row is written, and it returns undefined.
   *
   * @throws {DatabaseError} as `create` does.
   */
  async createIfChanged(guild: Guild): Promise<Backup | undefined> {
    const row = this.#records.begun(guild, "schedule", "schedule");
    const begin = async () => {
      await write(this.#deps.platform.db, [row.insert]);
      fault("backup.noted");
    };
    return (await this.#copy(guild, row.id, begin)) ? await this.backup(row.id) : undefined;
  }

  /**
   * Makes the copy of the row `id`. With `begin`, the row is written by it, and only if the newest good
   * backup holds something else. Returns whether there is a new backup.
   */
  async #copy(guild: Guild, id: string, begin?: () => Promise<void>): Promise<boolean> {
    const { platform, store, changes } = this.#deps;
    const state = await this.#stateBefore(guild);
    const [copy, packed] = [await this.#draft(), await this.#draft()];
    let isNoted = begin === undefined;
    const isNew = await withScratch([copy, packed], async () => {
      try {
        await copyToFile(atHostOf(this.#deps, guild).host, databaseName(guild.databaseName), copy);
        fault("backup.copied");
        const facts = await inspectCopy(copy, { isOurs: true });
        refuseOther(facts, guild.id);
        const sizes = await pack(copy, packed);
        if (begin && (await this.#records.isHeld(guild, sizes.sha256))) return false;
        await begin?.();
        isNoted = true;
        const key = await this.#records.keyFor(guild.id, sizes.sha256);
        // Record the key first: a copy in the store without a record would never be removed.
        await this.#records.note(id, { objectKey: key });
        await store.put(key, packed);
        fault("backup.stored");
        await this.#open(key, sizes.sha256, guild, true);
        await this.#records.note(id, {
          status: "good",
          bytes: sizes.bytes,
          storedBytes: sizes.storedBytes,
          generation: facts.generation,
          schemaVersion: facts.schemaVersion,
          rows: facts.rows,
          verifiedAt: platform.now().getTime(),
        });
        return true;
      } catch (error) {
        if (!isNoted) await begin?.();
        const isDamage = error instanceof DatabaseError && error.kind === "corrupt";
        const status = isDamage ? "damaged" : "failed";
        await this.#records.note(id, { status, error: errorMessage(error) });
        await this.#removeFailed(id);
        throw error;
      }
    });
    fault("backup.good");
    await changes.copied(guild, state);
    return isNew;
  }

  /** The state of a guild's database before it is copied. The copy has at least these changes. */
  async #stateBefore(guild: Guild): Promise<CopiedState> {
    const { platform, changes } = this.#deps;
    const at = platform.now().getTime();
    await changes.flush();
    const known = await changes.state(guild.id);
    const { host } = atHostOf(this.#deps, guild);
    const revision = await host.revision?.(databaseName(guild.databaseName));
    return { changes: known?.changes ?? 0, revision, at };
  }

  /**
   * Reads a copy from the store, opens it and records the result. With `isOurs`, the key is known to be of
   * this platform's own copy, so a small one is opened in this process.
   *
   * @throws {DatabaseError} `corrupt`
   */
  async verify(backup: Backup, isOurs = false): Promise<CopyFacts> {
    const guild = await this.#guildOf(backup);
    try {
      const key = backup.objectKey!;
      // The hash is part of the key, so a stranger in the store can name any file right.
      const facts = await this.#open(key, hashIn(key), guild, isOurs);
      const verifiedAt = this.#deps.platform.now().getTime();
      await this.#records.note(backup.id, { status: "good", verifiedAt, error: null });
      return facts;
    } catch (error) {
      const isGone = error instanceof NotFound || error instanceof DatabaseError;
      if (isGone) await this.#records.noteDamage(backup, errorMessage(error));
      throw error;
    }
  }

  /**
   * Restores a guild's database from a copy, migrated to the current schema. First copies the current
   * database, so that the restore can be undone; `isLost` says that it is unreadable.
   *
   * @throws {DatabaseError} `corrupt` for a damaged copy and for a copy of another guild.
   *
   * @throws {Conflict} `guild/status-changed`, `backup/not-good`
   */
  async restore(
    backup: Backup,
    by: string,
    options: { readonly isLost?: boolean; readonly alongside?: readonly Writable[] } = {},
  ): Promise<Guild> {
    const { store, migrations, anchors, afterRestore } = this.#deps;
    const guild = await this.#guildOf(backup);
    const { host } = atHostOf(this.#deps, guild);
    if (backup.status !== "good") {
      throw new Conflict("backup/not-good", "This backup was never verified. Choose another one.");
    }
    const [copy, fresh] = [await this.#draft(), await this.#draft()];
    return await withScratch([copy, fresh], async () => {
      const key = backup.objectKey!;
      await unpack(await store.get(key), copy, hashIn(key));
      fault("restore.fetched");
      const known = await anchors.known({
        log: guild.id,
        generation: await this.#records.generationOf(backup),
      });
      await rebuildForeign({
        from: copy,
        to: fresh,
        nowMs: this.#deps.platform.now().getTime(),
        anchors: headsOf(known.heads),
      });
      refuseOther(await inspectCopy(fresh, { isOurs: true }), guild.id);
      if (!options.isLost) await this.create(guild, "before-restore", by);
      fault("restore.kept");
      const stream = await copyFromFile(host, fresh);
      const { alongside = [] } = options;
      const restored = await repointToCopy(this.#deps, guild, stream, { migrations, alongside });
      await afterRestore(restored);
      return restored;
    });
  }

  /** The number of changes in the guild's audit log since the copy, which a restore would lose. */
  async lostBy(backup: Backup): Promise<{ readonly changes: number }> {
    const guild = await this.#guildOf(backup);
    const client = await this.#deps.openClient(guild.location);
    try {
      const sqlText = "SELECT count(*) FROM audit_log WHERE at > ?";
      const { rows } = await client.execute({ sql: sqlText, args: [backup.takenAt] });
      return { changes: Number(rows[0]?.[0]) };
    } finally {
      await client.close();
    }
  }

  /** @throws {NotFound} `backup/not-found` */
  backup(id: string): Promise<Backup> {
    return this.#records.backup(id);
  }

  /**
   * The newest good backup of that moment or before, in Unix milliseconds. Undefined when there is none. A
   * guild that did not change gets no new backup, so an old one may hold the state of that moment.
   */
  newestAt(guildId: GuildId, at: number): Promise<Backup | undefined> {
    return this.#records.newestAt(guildId, at);
  }

  /** The backups of one guild or of all guilds, newest first. */
  async list(
    filter: { readonly guildId?: GuildId; readonly limit?: number } = {},
  ): Promise<readonly Backup[]> {
    const { guildId, limit = limits.backups.pageRows } = filter;
    const ofGuild = guildId ? eq(backups.guildId, guildId) : isNotNull(backups.guildId);
    return await readBackups(this.#deps.platform, ofGuild, limit);
  }

  /** The backups of a guild that the policy does not retain: never the newest good one. Removes none. */
  async expired(guildId: GuildId): Promise<readonly Backup[]> {
    const all = await this.list({ guildId, limit: -1 });
    const good = all.filter(({ status, reason }) => status === "good" && reason === "schedule");
    const kept = retainedBy(
      limits.backups.kept,
      good.map(({ takenAt }) => takenAt),
    );
    const nowMs = this.#deps.platform.settledNow().getTime();
    // The list begins with the newest. A guild that does not change gets no other one.
    const last = all.find(({ status }) => status === "good");
    return all.filter(({ id, status, reason, takenAt }) => {
      if (id === last?.id) return false;
      // If the clock was wrong, `takenAt` may be in the future.
      if (status === "making") return Math.abs(nowMs - takenAt) > limits.backups.makingMsMax;
      if (status === "good" && reason === "schedule") return !kept.has(takenAt);
      return nowMs - takenAt > limits.backups.byHandMs;
    });
  }

  /**
   * Removes backups that the policy does not retain, or all backups of a removed guild. Returns their
   * number.
   */
  async prune(guildId: GuildId, all = false): Promise<number> {
    const { platform, store } = this.#deps;
    const gone = all ? await this.list({ guildId, limit: -1 }) : await this.expired(guildId);
    for (const { id, objectKey } of gone) {
      if (objectKey && !(await this.#records.isNeeded(objectKey, id)))
        await store.remove(objectKey);
      fault("prune.removed");
      await write(platform.db, [{ sql: "DELETE FROM backups WHERE id = ?", args: [id] }]);
    }
    return gone.length;
  }

  /**
   * Records copies of the guild that are in the store but unknown to the platform, for example after a
   * restore of the platform. Opens each copy first. Returns the good ones.
   */
  async find(guild: Guild): Promise<readonly Backup[]> {
    const { platform, store } = this.#deps;
    const found: Backup[] = [];
    for await (const key of store.list(`guilds/${guild.id}/`)) {
      const takenAt = takenAtIn(key);
      if (takenAt === undefined || (await this.#records.isNeeded(key, ""))) continue;
      const id = newId<string>();
      const row = { id, guildId: guild.id, takenAt, objectKey: key, createdBy: "found" };
      await write(platform.db, [
        insertInto(backups, { ...row, reason: "schedule", status: "making" }),
      ]);
      const facts = await this.verify(await this.backup(id)).catch((error: unknown) => {
        if (error instanceof DatabaseError) return undefined;
        throw error;
      });
      if (facts === undefined) continue;
      const { generation, schemaVersion, rows } = facts;
      await this.#records.note(id, { generation, schemaVersion, rows });
      found.push(await this.backup(id));
    }
    return found;
  }

  async #open(key: string, sha256: string, guild: Guild, isOurs: boolean): Promise<CopyFacts> {
    const copy = await this.#draft();
    return await withScratch([copy], async () => {
      await unpack(await this.#deps.store.get(key), copy, sha256);
      const facts = await inspectCopy(copy, { isOurs });
      refuseOther(facts, guild.id);
      return facts;
    });
  }

  async #guildOf(backup: Backup): Promise<Guild> {
    const guild = backup.guildId && (await this.#deps.platform.guild(backup.guildId));
    if (guild) return guild;
    throw new NotFound("guild/not-found", "The guild of this backup no longer exists.");
  }

  async #draft(): Promise<string> {
    await makeFolder(this.#deps.scratch);
    return draftIn(this.#deps.scratch);
  }

  /** A bad copy is never restored, so it is removed from the store. */
  async #removeFailed(id: string): Promise<void> {
    const { objectKey } = await this.backup(id);
    if (objectKey === null || (await this.#records.isNeeded(objectKey, id))) return;
    // If the store is down, it is removed together with its row.
    const isGone = await this.#deps.store.remove(objectKey).then(
      () => true,
      () => false,
    );
    if (isGone) await this.#records.note(id, { objectKey: null });
  }

  /** Removes incomplete files that crashes left on this machine and in the store. */
  async sweepScratch(): Promise<void> {
    await makeFolder(this.#deps.scratch);
    await removeStaleDrafts(this.#deps.scratch);
    // If the store is down, a later sweep cleans it.
    await this.#deps.store.sweep().catch(() => 0);
  }
}

function refuseOther(facts: CopyFacts, guildId: GuildId): void {
  if (facts.guildId === guildId) return;
  throw new DatabaseError("corrupt", "The copy carries another guild's stamp.");
}
