import { and, eq, getTableColumns, lt, type SQL, sql } from "drizzle-orm";
import { build } from "../../src/database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { guildMoves } from "../../src/platform/fleet/moves-schema.ts";
import { guilds } from "../../src/platform/schema.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { storedPlace } from "../hosts/host.ts";

/** A move that this process runs, until another one takes it over. */
export type Move = Omit<typeof guildMoves.$inferSelect, "startedAt" | "finishedAt">;

/** The platform's record of moves: who runs them, and where the old databases are. */
export class Moves {
  readonly #platform: PlatformStore;

  constructor(platform: PlatformStore) {
    this.#platform = platform;
  }

  find(guildId: GuildId): Promise<Move | undefined> {
    return this.#moves(eq(guildMoves.guildId, guildId)).get();
  }

  /** Moves without a running process. */
  stranded(): Promise<readonly Move[]> {
    const nowMs = this.#platform.now().getTime();
    return this.#moves(and(eq(guildMoves.status, "moving"), lt(guildMoves.leaseUntil, nowMs)));
  }

  #moves(condition: SQL | undefined) {
    return this.#platform.db.orm
      .select(getTableColumns(guildMoves))
      .from(guildMoves)
      .where(condition)
      .orderBy(guildMoves.guildId);
  }

  /**
   * Begins a move, or takes over one whose process has died.
   *
   * @throws {Conflict} `guild/operation-running` while another process runs it, `guild/not-purged` while an
   * earlier move's old database is retained, `guild/status-changed` when the guild is no longer on its
   * host.
   */
  async begin(
    guild: Guild,
    toHost: string,
    runner: string,
    alongside: readonly Writable[],
  ): Promise<Move> {
    const nowMs = this.#platform.now().getTime();
    const earlier = await this.find(guild.id);
    refuseUnpurged(guild, earlier);
    await write(this.#platform.db, [
      stillServedFrom(guild),
      {
        sql: `INSERT INTO guild_moves (guild_id, database_name, from_host, to_host, status, runner,
                fence, lease_until, started_at)
              VALUES (?1, ?2, ?3, ?4, 'moving', ?5, 1, ?6, ?7)
              ON CONFLICT (guild_id) DO UPDATE SET database_name = ?2, from_host = ?3, to_host = ?4,
                status = 'moving', runner = ?5, fence = fence + 1, lease_until = ?6
              WHERE status = 'failed'
                OR (status = 'moving' AND to_host = ?4 AND lease_until < ?7)`,
        args: [
          ...[guild.id, guild.databaseName, guild.host, toHost, runner],
          ...[nowMs + limits.guild.moveLeaseMs, nowMs],
        ],
      },
      ...(earlier?.status === "moving" ? [] : alongside),
    ]);
    const move = await this.find(guild.id);
    if (move?.runner === runner && move.toHost === toHost) return move;
    throw new Conflict(
      "guild/operation-running",
      `This guild is being moved to ${move?.toHost ?? "another host"}. Try again soon.`,
      { retryAfterMs: limits.guild.moveLeaseMs },
    );
  }

  /**
   * Renews the lease of a move.
   *
   * @throws {Conflict} `guild/operation-lost`
   */
  async renew(move: Move): Promise<void> {
    const leaseUntil = this.#platform.now().getTime() + limits.guild.moveLeaseMs;
    await write(this.#platform.db, [
      stillOurs(move),
      build.update(guildMoves).set({ leaseUntil }).where(eq(guildMoves.guildId, move.guildId)),
    ]);
  }

  /** Repoints the guild to its new database, in one write. */
  async point(move: Move, guild: Guild, url: string, alongside: readonly Writable[]) {
    const nowMs = this.#platform.now().getTime();
    await write(this.#platform.db, [
      stillOurs(move),
      stillServedFrom(guild),
      build
        .update(guilds)
        .set({
          host: move.toHost,
          databaseUrl: storedPlace(move.toHost, guild.databaseName, { url }),
          generation: sql`${guilds.generation} + 1`,
          updatedAt: nowMs,
        })
        .where(eq(guilds.id, guild.id)),
      build
        .update(guildMoves)
        .set({ status: "moved", finishedAt: nowMs })
        .where(eq(guildMoves.guildId, guild.id)),
      ...alongside,
    ]);
  }

  /**
   * Ends a failed move. After this, no process can repoint the guild any more, not even with a late write
   * of ours.
   */
  async release(move: Move, guild: Guild): Promise<void> {
    const text = "UPDATE guild_moves SET fence = fence + 1, status = 'failed' WHERE guild_id = ?";
    await write(this.#platform.db, [
      stillOurs(move),
      stillServedFrom(guild),
      { sql: text, args: [move.guildId] },
    ]);
  }

  /** Deletes the record of a move, after its old database was purged or its guild was removed. */
  static forgetRow(guildId: GuildId): Writable {
    return { sql: "DELETE FROM guild_moves WHERE guild_id = ?", args: [guildId] };
  }
}

/** @throws {Conflict} `guild/not-purged` while the database of an earlier move is retained. */
export function refuseUnpurged(guild: Guild, earlier: Move | undefined): void {
  if (earlier?.status !== "moved") return;
  throw new Conflict(
    "guild/not-purged",
    `The database it had on ${earlier.fromHost} is still kept. Purge that first.`,
    { next: [`guildhall guilds purge-moved ${guild.slug}`] },
  );
}

/**
 * @throws {Conflict} `guild/status-changed` for a guild that is not created yet, or deleted;
 * `guild/already-there` for a guild that is already on that host.
 */
export function refuseUnmovable({ name, status, host }: Guild, toHost: string): void {
  if (host === toHost) throw new Conflict("guild/already-there", `${name} is on ${host} already.`);
  if (status === "ready" || status === "suspended") return;
  throw new Conflict(
    "guild/status-changed",
    `This guild is ${status}. It can be moved while it is ready or suspended.`,
  );
}

function stillOurs({ guildId, fence }: Move): Guard {
  return guard(
    sql`exists (select 1 from guild_moves
        where guild_id = ${guildId} and fence = ${fence} and status = 'moving')`,
    () =>
      new Conflict(
        "guild/operation-lost",
        "Another process has taken over this guild. Check its status.",
      ),
  );
}

function stillServedFrom(guild: Guild): Guard {
  return guard(
    sql`exists (select 1 from guilds where id = ${guild.id} and host = ${guild.host}
        and generation = ${guild.generation} and status in ('ready', 'suspended'))`,
    () =>
      new Conflict(
        "guild/status-changed",
        "The status of this guild has changed. Check it and try again.",
      ),
  );
}
