import { and, eq } from "drizzle-orm";
import type { DatabaseLocation, PlatformDatabase } from "../database/client.ts";
import { existsIn } from "../database/query.ts";
import { build } from "../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../database/write.ts";
import type { Clock } from "../kernel/clock.ts";
import { ClockGuard } from "../kernel/clock-guard.ts";
import type { Crest } from "../kernel/crest.ts";
import { Conflict } from "../kernel/errors.ts";
import type { Edition } from "../kernel/game/editions.ts";
import type { GuildId, MembershipId, SessionId, UserId } from "../kernel/ids.ts";
import type { PermissionOverrides, Role } from "../kernel/permissions.ts";
import type { VisitorArea } from "../kernel/visitor-areas.ts";
import { limits } from "../limits.ts";
import { type SessionRow, sessionById, sessionByToken } from "./accounts/queries.ts";
import {
  guildById,
  guildBySlug,
  guildHasCompany,
  guildOfFormerSlug,
  guildsAfter,
  toGuild,
  toMembership,
} from "./guilds/queries.ts";
import {
  type Faction,
  type GuildStatus,
  guilds,
  type plans,
  type RaidSchedule,
  type Region,
  sessions,
} from "./schema.ts";

export type { SessionRow };

/** A plan and its limits. A limit of null means that there is none. */
export type Plan = Readonly<Omit<typeof plans.$inferSelect, "position">>;

/** A guild in the registry. Its database is named after a random id, not after the slug. */
export interface Guild {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly realm: string;
  readonly region: Region;
  readonly edition: Edition;
  readonly faction: Faction;
  readonly ownerId: UserId;
  /** Its plan, with the guild's own limits in place of the plan's. */
  readonly plan: Plan;
  /** When the guild changed to this plan, in Unix milliseconds. 0 for its first plan. */
  readonly planSince: number;
  /** The owner has more guilds on this plan than it allows, and this one is among the last. */
  readonly isOverLimit: boolean;
  readonly status: GuildStatus;
  readonly statusReason: string | null;
  readonly host: string;
  readonly databaseName: string;
  readonly location: DatabaseLocation;
  readonly generation: number;
  readonly schemaVersion: number;
  readonly schemaHash: string;
  /** What visitors may see. The guild does not exist for them without any. */
  readonly visitorAreas: readonly VisitorArea[];
  readonly description: string;
  readonly contact: string;
  readonly timeZone: string;
  readonly raidSchedule: RaidSchedule | null;
  /** The chosen one, or the one that its id gives. */
  readonly crest: Crest;
  readonly createdAt: number;
  /** When everything of a `deleted` guild is removed, in Unix milliseconds. */
  readonly purgeAfter: number | null;
  /** Refuses deletion, purge and reverts until an operator unlocks it. */
  readonly isProtected: boolean;
}

/** Is it deleted or being deleted? Requests get the same answer as for a guild that never existed. */
export function isGone(guild: Pick<Guild, "status">): boolean {
  return guild.status === "deleted" || guild.status === "deleting";
}

/** The caller's membership of a guild. Visitors have none. */
export interface Membership {
  readonly id: MembershipId;
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  /** The guild has more members than its plan allows, and this one is among the last. */
  readonly isOverLimit: boolean;
}

/** Where the registry says that a guild's database is. `storedUrl` is null until the database exists. */
interface StoredPlace {
  readonly host: string;
  readonly databaseName: string;
  readonly storedUrl: string | null;
}

/** Finds a guild's database on this machine. It must not throw, because lists call it for every guild. */
export type Locate = (place: StoredPlace) => DatabaseLocation;

const asStored: Locate = ({ storedUrl }) => ({ url: storedUrl ?? "" });

/** The queries of the platform database that more than one feature needs. */
export class PlatformStore {
  readonly db: PlatformDatabase;
  readonly now: Clock;
  readonly clock: ClockGuard;
  readonly #locate: Locate;

  /**
   * Without `locate`, databases are where the registry says. Without `clock`, the store trusts `now`.
   */
  constructor(
    db: PlatformDatabase,
    now: Clock,
    options: { readonly locate?: Locate; readonly clock?: ClockGuard } = {},
  ) {
    this.db = db;
    this.now = now;
    this.#locate = options.locate ?? asStored;
    this.clock = options.clock ?? new ClockGuard(now, () => now().getTime(), limits.clock);
  }

  /** The time for decisions that cannot be undone. It ignores a clock that jumped ahead. */
  settledNow(): Date {
    return this.clock.settled();
  }

  /**
   * Finds a guild by slug or id, with its plan and the user's membership, in one query. Callers decide
   * whether the user may know that the guild exists.
   */
  async guildForUser(
    reference: string,
    userId: UserId | null,
  ): Promise<{ guild: Guild; membership: Membership | undefined } | undefined> {
    // A slug has at most 32 characters and an id has 36, so they cannot be confused.
    const query = reference.length === 36 ? guildById : guildBySlug;
    const row = await query.first(this.db, { reference, userId: userId ?? "" });
    if (row === undefined) return undefined;
    return { guild: toGuild(row, this.#locate), membership: toMembership(row) };
  }

  /** The guild of a former slug, as long as the slug is held for it. */
  async guildIdBySlugHistory(slug: string): Promise<GuildId | undefined> {
    const row = await guildOfFormerSlug.first(this.db, { slug, nowMs: this.now().getTime() });
    return row?.guildId;
  }

  async guild(id: GuildId): Promise<Guild | undefined> {
    return (await this.guildForUser(id, null))?.guild;
  }

  /** Iterates all guilds in the order of their ids. Reads pages, so that memory stays constant. */
  async *guilds(
    filter: { readonly status?: GuildStatus; readonly after?: GuildId } = {},
  ): AsyncIterable<Guild> {
    const limit = 500;
    const status = filter.status ?? null;
    for (let after: string = filter.after ?? ""; ; ) {
      const rows = await guildsAfter.all(this.db, { after, status, limit });
      for (const row of rows) yield toGuild(row, this.#locate);
      if (rows.length < limit) return;
      after = rows[rows.length - 1]!.id;
    }
  }

  /**
   * Moves a guild from one status to another and sets `facts`, in one transaction with `alongside`.
   * @throws {Conflict} `guild/status-changed` if the status is no longer `from`.
   */
  async advanceGuild(
    id: GuildId,
    from: GuildStatus,
    to: GuildStatus,
    facts: Partial<typeof guilds.$inferInsert> = {},
    alongside: readonly (Writable | Guard)[] = [],
  ): Promise<void> {
    const isUnchanged = and(eq(guilds.id, id), eq(guilds.status, from));
    await write(this.db, [
      guard(
        existsIn(guilds, isUnchanged),
        () =>
          new Conflict(
            "guild/status-changed",
            `This guild is no longer ${from}. Check its status.`,
            {
              expected: from,
            },
          ),
      ),
      build
        .update(guilds)
        .set({ ...facts, status: to, updatedAt: this.now().getTime() })
        .where(isUnchanged),
      ...alongside,
    ]);
  }

  /** Sets when a guild raids, in the guild's own time zone. */
  async setSchedule(
    id: GuildId,
    schedule: { readonly timeZone: string; readonly raidSchedule: RaidSchedule | null },
  ): Promise<void> {
    await write(this.db, [
      build
        .update(guilds)
        .set({ ...schedule, updatedAt: this.now().getTime() })
        .where(eq(guilds.id, id)),
    ]);
  }

  /** Does this guild have an invitation or a second member? */
  async hasInvited(id: GuildId): Promise<boolean> {
    return (await guildHasCompany.first(this.db, { id }))?.hasCompany ?? false;
  }

  /** The session of a token, by the token's SHA-256. Undefined after its end. */
  session(tokenHash: string): Promise<SessionRow | undefined> {
    return sessionByToken.first(this.db, { ...this.#moment(), tokenHash });
  }

  /** The session of an access token or a connection. Undefined after its end. */
  sessionById(id: SessionId): Promise<SessionRow | undefined> {
    return sessionById.first(this.db, { ...this.#moment(), id });
  }

  #moment() {
    const nowMs = this.now().getTime();
    return { nowMs, idleSinceMs: nowMs - limits.session.idleMs };
  }

  /** Records that a session is in use, so that it does not end by idleness. */
  async touchSession(id: SessionId): Promise<void> {
    await write(this.db, [
      build.update(sessions).set({ lastUsedAt: this.now().getTime() }).where(eq(sessions.id, id)),
    ]);
  }
}
