import { and, eq, sql } from "drizzle-orm";
import {
  asBoolean,
  asColumn,
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build, insertInto, insertWhere } from "../../database/statements.ts";
import { type Writable, write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { BACKUP_JOB } from "../jobs/kinds.ts";
import { guilds, jobs } from "../schema.ts";
import type { Guild, PlatformStore } from "../store.ts";
import { guildChanges } from "./schema.ts";

const STATE = columnsOf(
  guildChanges,
  ...(["changes", "copied", "generation", "revision", "comparedAt"] as const),
);

const OF_GUILD = {
  guildId: guilds.id,
  changes: asColumn(guildChanges.changes, guildChanges.changes),
  ...columnsOf(guildChanges, "copied", "generation", "revision", "comparedAt"),
  /** A job of its own backs it up: it was asked for, or failed before. */
  hasJob: asBoolean(
    existsIn(jobs, and(eq(jobs.guildId, guilds.id), eq(jobs.kind, sql`${BACKUP_JOB}`))),
  ),
};

/** What a guild's newest good backup is known to hold. */
export type CopyState = Readonly<RowOf<typeof STATE>>;

/** The state of one guild of a page. `changes` is null for a guild that is not known yet. */
export type GuildCopyState = Readonly<RowOf<typeof OF_GUILD>>;

/** A guild's database at a moment before it was copied. */
export interface CopiedState {
  readonly changes: number;
  readonly revision: string | undefined;
  /** Unix milliseconds. */
  readonly at: number;
}

const stateOf = prepare(({ id }: Values<{ readonly id: GuildId }>) =>
  build.select(STATE).from(guildChanges).where(eq(guildChanges.guildId, id)),
);

const statesOf = prepare(({ ids }: Values<{ readonly ids: string }>) =>
  rowsOf(
    OF_GUILD,
    (columns) => sql`select ${columns} from ${guilds}
      left join ${guildChanges} on ${guildChanges.guildId} = ${guilds.id}
      where ${guilds.id} in (select value from json_each(${ids}))`,
  ),
);

/**
 * Numbers the changes of guilds' databases, so that a guild without a change needs no backup. Writes are
 * noted in memory and stored some seconds later. A process that dies before that loses the note, so rounds
 * of backups also compare each database with what its host says of it.
 */
export class GuildChanges {
  readonly #platform: PlatformStore;
  /** Guilds that were written to, and when first. */
  #touched = new Map<GuildId, number>();

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  /** Notes that a guild's database was written to. */
  touch(guildId: GuildId): void {
    if (!this.#touched.has(guildId)) this.#touched.set(guildId, this.#nowMs());
  }

  /** Stores what was noted. After a failure it is stored the next time. @throws {DatabaseError} */
  async flush(): Promise<void> {
    const touched = this.#touched;
    if (touched.size === 0) return;
    this.#touched = new Map();
    try {
      const rows = [...touched].flatMap(([guildId, at]) => changeRows(guildId, at));
      await write(this.#platform.db, rows);
    } catch (error) {
      for (const [guildId, at] of touched) this.#touched.set(guildId, at);
      throw error;
    }
  }

  /** Undefined for a guild that has never been copied or written to. */
  async state(guildId: GuildId): Promise<CopyState | undefined> {
    return await stateOf.first(this.#platform.db, { id: guildId });
  }

  /** The states of these guilds, in one query. */
  async states(ids: readonly GuildId[]): Promise<ReadonlyMap<GuildId, GuildCopyState>> {
    const rows = await statesOf.all(this.#platform.db, { ids: JSON.stringify(ids) });
    return new Map(rows.map((row) => [row.guildId, row]));
  }

  /** Records that the newest good backup holds everything up to `state`, which was read before the copy. */
  async copied({ id: guildId, generation }: Guild, state: CopiedState): Promise<void> {
    const { changes, at } = state;
    const held = {
      copied: changes,
      generation,
      revision: state.revision ?? null,
      comparedAt: at,
    };
    // What was written meanwhile has an unknown time, and is not older than the copy.
    const changedAt = sql`case when ${guildChanges.changes} > ${changes} then ${at} end`;
    await write(this.#platform.db, [
      insertInto(
        guildChanges,
        { guildId, changes, ...held },
        { on: [guildChanges.guildId], set: { ...held, changedAt } },
      ),
    ]);
  }

  /** The statement that makes a guild due, because it has changed or its newest backup is not good. */
  dueRow(guildId: GuildId): Writable {
    return build
      .update(guildChanges)
      .set({ copied: null, changedAt: sql`coalesce(${guildChanges.changedAt}, ${this.#nowMs()})` })
      .where(eq(guildChanges.guildId, guildId));
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

/** A guild that was removed meanwhile gets no row. */
function changeRows(guildId: GuildId, at: number): readonly Writable[] {
  return [
    insertWhere(guildChanges, { guildId, changes: 0 }, existsIn(guilds, eq(guilds.id, guildId)), [
      guildChanges.guildId,
    ]),
    build
      .update(guildChanges)
      .set({
        changes: sql`${guildChanges.changes} + 1`,
        changedAt: sql`coalesce(${guildChanges.changedAt}, ${at})`,
      })
      .where(eq(guildChanges.guildId, guildId)),
  ];
}
