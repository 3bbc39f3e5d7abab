import { and, eq, sql } from "drizzle-orm";
import type { DatabaseLocation, PlatformDatabase } from "../database/client.ts";
import { type Guard, guard, type Writable, write } from "../database/write.ts";
import type { Clock } from "../kernel/clock.ts";
import { ClockGuard } from "../kernel/clock-guard.ts";
import { Conflict } from "../kernel/errors.ts";
import type { GuildId, MembershipId, SessionId, UserId } from "../kernel/ids.ts";
import type { PermissionOverrides, Role } from "../kernel/permissions.ts";
import { limits } from "../limits.ts";
import {
  type Faction,
  type GuildStatus,
  guilds,
  type RaidSchedule,
  type Region,
} from "./schema.ts";

/** A plan's limits; null means without limit. */
export interface Plan {
  readonly name: string;
  readonly guildsPerAccountMax: number | null;
  readonly membersMax: number | null;
  readonly retentionDays: number | null;
  readonly keysMax: number | null;
  readonly eventsPerMinuteMax: number | null;
  readonly connectionsMax: number | null;
  readonly logBytesMax: number | null;
  readonly features: readonly string[];
}

/** What the platform knows of one guild. Its database is named by a random id, never by the slug. */
export interface Guild {
  readonly id: GuildId;
  readonly slug: string;
  readonly name: string;
  readonly realm: string;
  readonly region: Region;
  readonly faction: Faction;
  readonly ownerId: UserId;
  readonly plan: Plan;
  /** When it came to this plan from another, in Unix milliseconds; 0 for the one it began on. */
  readonly planSince: number;
  /** Its owner has more guilds on this plan than the plan allows, and this one came last. */
  readonly isOverLimit: boolean;
  readonly status: GuildStatus;
  readonly statusReason: string | null;
  readonly host: string;
  readonly databaseName: string;
  readonly location: DatabaseLocation;
  readonly generation: number;
  readonly schemaVersion: number;
  readonly schemaHash: string;
  readonly isPublic: boolean;
  readonly description: string;
  readonly contact: string;
  readonly timeZone: string;
  readonly raidSchedule: RaidSchedule | null;
  readonly createdAt: number;
  /** Set while it is `deleted`: from then on nothing of it is left. Unix milliseconds. */
  readonly purgeAfter: number | null;
}

/** Deleted, or about to be: from outside it is as if it had never been. */
export function isGone(guild: Pick<Guild, "status">): boolean {
  return guild.status === "deleted" || guild.status === "deleting";
}

/** The caller's place in a guild; absent for a visitor of a public one. */
export interface Membership {
  readonly id: MembershipId;
  readonly role: Role;
  readonly overrides: PermissionOverrides;
  /** The guild has more members than its plan allows, and this one came last. */
  readonly isOverLimit: boolean;
}

/** Who a session token belongs to, and how long it is good. Times in Unix milliseconds. */
export interface SessionRow {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly emailVerifiedAt: number | null;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly provedAt: number;
  /** The areas of an operator as JSON. */
  readonly areas: string | null;
  /** Set where an operator acts as this person. */
  readonly impersonationId: string | null;
  readonly operatorId: UserId | null;
  readonly operatorName: string | null;
  readonly reason: string | null;
}

const GUILD_COLUMNS = `
  g.id, g.slug, g.name, g.realm, g.region, g.faction, g.owner_id, g.status, g.status_reason,
  g.host, g.database_name, g.database_url, g.generation, g.schema_version, g.schema_hash,
  g.is_public, g.description, g.contact, g.time_zone, g.raid_schedule, g.created_at,
  g.purge_after,
  p.name AS plan, g.plan_since, p.guilds_per_account_max, p.members_max, p.retention_days,
  p.keys_max, p.events_per_minute_max, p.connections_max, p.log_bytes_max, p.features`;

// Whoever came last is over a limit; among members the strongest roles come first. Nobody is counted
// where there is no limit: such guilds are the large ones.
const GUILD_FOR_USER = `
  SELECT ${GUILD_COLUMNS}, m.id AS membership_id, m.role, m.overrides,
    CASE WHEN p.guilds_per_account_max IS NOT NULL THEN p.guilds_per_account_max <=
      (SELECT count(*) FROM guilds o WHERE o.owner_id = g.owner_id
       AND o.plan = g.plan AND o.status NOT IN ('deleted', 'deleting')
       AND (o.plan_since, o.created_at, o.id) < (g.plan_since, g.created_at, g.id))
      END AS guild_is_over,
    CASE WHEN p.members_max IS NOT NULL THEN p.members_max <=
      (SELECT count(*) FROM memberships o WHERE o.guild_id = m.guild_id
       AND (instr('owner admin officer raider viewer', o.role), o.created_at, o.id)
         < (instr('owner admin officer raider viewer', m.role), m.created_at, m.id))
      END AS member_is_over
  FROM guilds g JOIN plans p ON p.name = g.plan
  LEFT JOIN memberships m ON m.guild_id = g.id AND m.user_id = ?2`;

const BY_SLUG = `${GUILD_FOR_USER} WHERE g.slug = ?1`;
const BY_ID = `${GUILD_FOR_USER} WHERE g.id = ?1`;

// The one place where a session ends: by its time, unused for too long (?3), or signed out. Acting for
// a person ends with the operator's own session as well, and with the right to do it.
const SESSION_COLUMNS = `
  SELECT s.id, s.user_id AS userId, u.name, u.email, u.email_verified_at AS emailVerifiedAt,
    s.created_at AS createdAt, s.last_used_at AS lastUsedAt, s.expires_at AS expiresAt,
    s.proved_at AS provedAt, CASE WHEN i.id IS NULL THEN o.areas END AS areas,
    i.id AS impersonationId, i.operator_id AS operatorId, iu.name AS operatorName, i.reason
  FROM sessions s JOIN users u ON u.id = s.user_id
    LEFT JOIN impersonations i ON i.session_id = s.id
    LEFT JOIN users iu ON iu.id = i.operator_id
    LEFT JOIN sessions own ON own.id = i.operator_session_id
    LEFT JOIN operators o ON o.user_id = coalesce(i.operator_id, s.user_id)
  WHERE s.expires_at > ?2 AND s.last_used_at > ?3
    AND (i.id IS NULL OR (own.expires_at > ?2 AND own.last_used_at > ?3
      AND instr(o.areas, '"impersonate"') > 0))`;

const SESSION = `${SESSION_COLUMNS} AND s.token_hash = ?1`;
const SESSION_BY_ID = `${SESSION_COLUMNS} AND s.id = ?1`;

/** What the registry knows of where a guild's database is. `storedUrl` is null before it is made. */
export interface StoredPlace {
  readonly host: string;
  readonly databaseName: string;
  readonly storedUrl: string | null;
}

/** Says where a guild's database is on this machine. Never throws: lists must go on. */
export type Locate = (place: StoredPlace) => DatabaseLocation;

const asStored: Locate = ({ storedUrl }) => ({ url: storedUrl ?? "" });

/** Every question that more than one feature asks of the platform database. */
export class PlatformStore {
  readonly db: PlatformDatabase;
  readonly now: Clock;
  readonly clock: ClockGuard;
  readonly #locate: Locate;

  /**
   * `locate` says where a guild's database is; without it, the registry's word counts. Without a `clock` of
   * its own, `now` is believed.
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

  /** The time by which what cannot be undone is judged: a clock that jumped ahead is not believed. */
  settledNow(): Date {
    return this.clock.settled();
  }

  /**
   * One query: the guild behind a slug or an id, its plan, and the user's membership in it.
   * Undefined when there is no such guild; whether the caller may know of it is decided above.
   */
  async guildForUser(
    reference: string,
    userId: UserId | null,
  ): Promise<{ guild: Guild; membership: Membership | undefined } | undefined> {
    // A slug is at most 32 characters long, an id is 36: one can never be taken for the other.
    const query = reference.length === 36 ? BY_ID : BY_SLUG;
    const row = await this.db.first<GuildRow & MembershipRow>(query, reference, userId ?? "");
    if (row === undefined) return undefined;
    return { guild: toGuild(row, this.#locate), membership: toMembership(row) };
  }

  /** The guild that a retired slug led to, while the slug is still held for it. */
  async guildIdBySlugHistory(slug: string): Promise<GuildId | undefined> {
    const row = await this.db.first<{ guild_id: GuildId }>(
      "SELECT guild_id FROM slug_history WHERE slug = ? AND held_until > ?",
      slug,
      this.now().getTime(),
    );
    return row?.guild_id;
  }

  async guild(id: GuildId): Promise<Guild | undefined> {
    return (await this.guildForUser(id, null))?.guild;
  }

  /** Every guild in the order of its id, read in pages so that a fleet never sits in memory. */
  async *guilds(
    filter: { readonly status?: GuildStatus; readonly after?: GuildId } = {},
  ): AsyncIterable<Guild> {
    const pageSize = 500;
    for (let after: string = filter.after ?? ""; ; ) {
      const rows = await this.db.all<GuildRow>(
        `SELECT ${GUILD_COLUMNS} FROM guilds g JOIN plans p ON p.name = g.plan
         WHERE g.id > ?1 AND (?2 IS NULL OR g.status = ?2) ORDER BY g.id LIMIT ${pageSize}`,
        after,
        filter.status ?? null,
      );
      for (const row of rows) yield toGuild(row, this.#locate);
      if (rows.length < pageSize) return;
      after = rows[rows.length - 1]!.id;
    }
  }

  /**
   * Moves a guild from one status to another, or not at all; `facts` change with it.
   * @throws {Conflict} `guild/status-changed` when somebody else moved it first.
   */
  async advanceGuild(
    id: GuildId,
    from: GuildStatus,
    to: GuildStatus,
    facts: Partial<typeof guilds.$inferInsert> = {},
    alongside: readonly (Writable | Guard)[] = [],
  ): Promise<void> {
    const stillThere = sql`exists (select 1 from guilds where id = ${id} and status = ${from})`;
    await write(this.db, [
      guard(
        stillThere,
        () =>
          new Conflict("guild/status-changed", `This guild is no longer ${from}. Look again.`, {
            expected: from,
          }),
      ),
      this.db.orm
        .update(guilds)
        .set({ ...facts, status: to, updatedAt: this.now().getTime() })
        .where(and(eq(guilds.id, id), eq(guilds.status, from))),
      ...alongside,
    ]);
  }

  /** When a guild raids, in its own time zone. */
  async setSchedule(
    id: GuildId,
    schedule: { readonly timeZone: string; readonly raidSchedule: RaidSchedule | null },
  ): Promise<void> {
    await write(this.db, [
      this.db.orm
        .update(guilds)
        .set({ ...schedule, updatedAt: this.now().getTime() })
        .where(eq(guilds.id, id)),
    ]);
  }

  /** Has this guild asked anybody in yet, or is anybody in already? */
  async hasInvited(id: GuildId): Promise<boolean> {
    const found = await this.db.first(
      `SELECT 1 WHERE EXISTS (SELECT 1 FROM invitations WHERE guild_id = ?1)
         OR (SELECT count(*) FROM memberships WHERE guild_id = ?1) > 1`,
      id,
    );
    return found !== undefined;
  }

  /** The session of a token, by its SHA-256; undefined once it has ended. */
  session(tokenHash: string): Promise<SessionRow | undefined> {
    return this.#session(SESSION, tokenHash);
  }

  /** The session behind an access token or a connection; undefined once it has ended. */
  sessionById(id: SessionId): Promise<SessionRow | undefined> {
    return this.#session(SESSION_BY_ID, id);
  }

  #session(sql: string, reference: string): Promise<SessionRow | undefined> {
    const nowMs = this.now().getTime();
    return this.db.first<SessionRow>(sql, reference, nowMs, nowMs - limits.session.idleMs);
  }

  /** Notes that a session was used now, which keeps it from ending by idleness. */
  async touchSession(id: SessionId): Promise<void> {
    await write(this.db, [
      {
        sql: "UPDATE sessions SET last_used_at = ? WHERE id = ?",
        args: [this.now().getTime(), id],
      },
    ]);
  }
}

interface GuildRow {
  id: GuildId;
  slug: string;
  name: string;
  realm: string;
  region: Region;
  faction: Faction;
  owner_id: UserId;
  status: GuildStatus;
  status_reason: string | null;
  host: string;
  database_name: string;
  database_url: string | null;
  generation: number;
  schema_version: number;
  schema_hash: string;
  is_public: number;
  description: string;
  contact: string;
  time_zone: string;
  raid_schedule: string | null;
  created_at: number;
  purge_after: number | null;
  plan: string;
  guilds_per_account_max: number | null;
  members_max: number | null;
  retention_days: number | null;
  plan_since: number;
  keys_max: number | null;
  events_per_minute_max: number | null;
  connections_max: number | null;
  log_bytes_max: number | null;
  features: string;
  guild_is_over?: number | null;
}

interface MembershipRow {
  membership_id: MembershipId | null;
  role: Role | null;
  overrides: string | null;
  member_is_over: number | null;
}

function toGuild(row: GuildRow, locate: Locate): Guild {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    realm: row.realm,
    region: row.region,
    faction: row.faction,
    ownerId: row.owner_id,
    plan: {
      name: row.plan,
      guildsPerAccountMax: row.guilds_per_account_max,
      membersMax: row.members_max,
      retentionDays: row.retention_days,
      keysMax: row.keys_max,
      eventsPerMinuteMax: row.events_per_minute_max,
      connectionsMax: row.connections_max,
      logBytesMax: row.log_bytes_max,
      features: JSON.parse(row.features),
    },
    planSince: row.plan_since,
    isOverLimit: row.guild_is_over === 1,
    status: row.status,
    statusReason: row.status_reason,
    host: row.host,
    databaseName: row.database_name,
    location: locate({
      host: row.host,
      databaseName: row.database_name,
      storedUrl: row.database_url,
    }),
    generation: row.generation,
    schemaVersion: row.schema_version,
    schemaHash: row.schema_hash,
    isPublic: row.is_public === 1,
    description: row.description,
    contact: row.contact,
    timeZone: row.time_zone,
    raidSchedule: row.raid_schedule === null ? null : JSON.parse(row.raid_schedule),
    createdAt: row.created_at,
    purgeAfter: row.purge_after,
  };
}

function toMembership(row: MembershipRow): Membership | undefined {
  if (row.membership_id === null || row.role === null) return undefined;
  return {
    id: row.membership_id,
    role: row.role,
    overrides: JSON.parse(row.overrides ?? "{}"),
    isOverLimit: row.member_is_over === 1,
  };
}
