import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { and, asc, eq, ne, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import {
  asColumn,
  columnOrText,
  columnsOf,
  existsIn,
  prepare,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { localDateOf, startOfDay } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Invalid, NotFound } from "../../kernel/errors.ts";
import type { PersonId, PoolId, RaidId, RaidSeriesId, RaidTeamId } from "../../kernel/ids.ts";
import { DAY_MS, WEEK_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { RAID_ROLES } from "../roster/classes.ts";
import { persons } from "../roster/schema.ts";
import type { RaidRole } from "../roster/service.ts";
import {
  attendance,
  type Presence,
  type RaidStatus,
  type Remark,
  raids,
  type SignupStatus,
} from "./schema.ts";

/** A raid as calendars show it. Times in Unix milliseconds. */
export interface Raid {
  readonly id: RaidId;
  readonly seriesId: RaidSeriesId | null;
  readonly name: string;
  readonly poolId: PoolId;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly status: RaidStatus;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly note: string;
  /** False for a raid that does not count for attendance. */
  readonly counts: boolean;
  /** The raid team that the raid is for; null for all. */
  readonly teamId: RaidTeamId | null;
  /** People who signed up as coming. */
  readonly coming: number;
  readonly present: number;
}

/** One person's answer and attendance. */
export interface RaidPerson {
  readonly personId: PersonId;
  readonly name: string;
  readonly class: string | null;
  readonly role: RaidRole | null;
  readonly isOwn: boolean;
  /** False for a person who has left the roster. */
  readonly isActive: boolean;
  readonly signup: SignupStatus | null;
  readonly signupNote: string;
  readonly presence: Presence | null;
  readonly creditPct: number | null;
  readonly remark: Remark | null;
  readonly isExempt: boolean;
  readonly joinedAt: number | null;
  readonly leftAt: number | null;
}

export interface RaidView extends Raid {
  readonly people: readonly RaidPerson[];
  /** Changes with every change of the attendance. A later change names it, so that no one's work is lost. */
  readonly attendanceVersion: string;
  /** The number of coming people by role. */
  readonly composition: Readonly<Record<RaidRole, number>>;
}

export interface Series {
  readonly id: RaidSeriesId;
  readonly name: string;
  readonly weekdays: readonly number[];
  readonly startsAt: string;
  readonly minutes: number;
}

const RAID = `
  SELECT r.id, r.series_id AS seriesId, r.name, r.pool_id AS poolId, r.starts_at AS startsAt,
    r.ends_at AS endsAt, r.status, r.started_at AS startedAt, r.ended_at AS endedAt, r.note,
    ${columnOrText("raids", "counts", "r", "1")} AS counts, ${columnOrText("raids", "team_id", "r", "NULL")} AS teamId,
    (SELECT count(*) FROM raid_signups s WHERE s.raid_id = r.id AND s.status IN ('yes', 'late'))
      AS coming,
    (SELECT count(*) FROM raid_attendance a WHERE a.raid_id = r.id AND a.presence = 'present')
      AS present
  FROM raids r`;

const PEOPLE = `
  SELECT n.id AS personId, n.name, n.status, m.class, coalesce(s.role, m.role) AS role, n.user_id AS userId,
    s.status AS signup, coalesce(s.note, '') AS signupNote, a.presence, a.credit_pct AS creditPct,
    a.remark, coalesce(a.is_exempt, 0) AS isExempt, a.joined_at AS joinedAt, a.left_at AS leftAt
  FROM (SELECT person_id FROM raid_signups WHERE raid_id = ?1
        UNION SELECT person_id FROM raid_attendance WHERE raid_id = ?1) p
  JOIN persons n ON n.id = p.person_id
  LEFT JOIN characters m ON m.person_id = n.id AND m.is_main = 1
  LEFT JOIN raid_signups s ON s.raid_id = ?1 AND s.person_id = n.id
  LEFT JOIN raid_attendance a ON a.raid_id = ?1 AND a.person_id = n.id
  ORDER BY n.name_key`;

/** Enough of a hash to tell any two states of a raid apart. */
const VERSION_CHARS = 16;

/** The name of a raid, as an expression. Null for an id of no raid. */
export function raidNameOf(raidId: SQLWrapper) {
  return asColumn(
    raids.name,
    sql`(select ${raids.name} from ${raids} where ${raids.id} = ${raidId})`,
  );
}

/** The id of a raid that may have been deleted, as an expression. Null if it was. */
export function existingRaidId(raidId: SQLWrapper) {
  return asColumn(raids.id, sql`(select ${raids.id} from ${raids} where ${raids.id} = ${raidId})`);
}

interface RaidQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Places count down from here for lists with the latest raid first. No start is later. */
const LAST_PLACE = 9e15;
/** Raids that were over a day ago are overdue if they were never started or never ended. */
const OPEN = "r.status IN ('planned', 'running')";
const LATEST_FIRST = `${LAST_PLACE} - r.starts_at`;
const LISTS = {
  coming: { where: `${OPEN} AND r.ends_at > ?1`, place: "r.starts_at" },
  overdue: { where: `${OPEN} AND r.ends_at <= ?1`, place: LATEST_FIRST },
  open: {
    where: OPEN,
    place: `CASE WHEN r.ends_at > ?1 THEN r.starts_at ELSE ${LATEST_FIRST} END`,
  },
  past: { where: "r.status = 'ended' AND ?1 IS NOT NULL", place: LATEST_FIRST },
} as const;

/**
 * Future and running raids, the next one first. A raid that was not started or not ended stays here for
 * a day. Then `overdueRaids` lists it.
 */
export async function comingRaids(ctx: GuildContext, query: RaidQuery): Promise<Page<Raid>> {
  return await listedRaids(ctx, query, "coming");
}

/** Every raid that is not over: coming ones, the next first, then overdue ones, the latest first. */
export async function openRaids(ctx: GuildContext, query: RaidQuery): Promise<Page<Raid>> {
  return await listedRaids(ctx, query, "open");
}

/** Raids that were over a day ago, and were never started or never ended. The latest first. */
export async function overdueRaids(ctx: GuildContext, query: RaidQuery): Promise<Page<Raid>> {
  return await listedRaids(ctx, query, "overdue");
}

/** Raids that are over, newest first. */
export async function pastRaids(ctx: GuildContext, query: RaidQuery): Promise<Page<Raid>> {
  return await listedRaids(ctx, query, "past");
}

/** Raids that meet a condition. */
async function raidRows(
  ctx: GuildContext,
  condition: string,
  ...args: readonly (string | number | null)[]
): Promise<readonly Raid[]> {
  const rows = await ctx.db.all<Raid>(`${RAID} ${condition}`, ...args);
  return rows.map((row) => ({ ...row, counts: Number(row.counts) === 1 }));
}

async function listedRaids(
  ctx: GuildContext,
  query: RaidQuery,
  list: keyof typeof LISTS,
): Promise<Page<Raid>> {
  allow(ctx, "raids.view");
  const { where, place } = LISTS[list];
  const overdueMs = ctx.now().getTime() - DAY_MS;
  const [after, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await raidRows(
    ctx,
    `WHERE ${where} AND (${place}, r.id) > (coalesce(?2, -9e15), coalesce(?3, ''))
     ORDER BY ${place}, r.id LIMIT ?4`,
    overdueMs,
    after ?? null,
    id ?? null,
    query.limit + 1,
  );
  const isAscending = (last: Raid) =>
    list === "coming" || (list === "open" && last.endsAt > overdueMs);
  return toPage(rows, query.limit, (last) => [
    isAscending(last) ? last.startsAt : LAST_PLACE - last.startsAt,
    last.id,
  ]);
}

/** Raids of the days around now, for selection. */
export async function raidsAround(ctx: GuildContext): Promise<readonly Raid[]> {
  allow(ctx, "raids.view");
  const nowMs = ctx.now().getTime();
  return await raidRows(
    ctx,
    `WHERE (r.status = 'running' OR (r.status IN ('planned', 'ended')
       AND r.starts_at BETWEEN ?1 AND ?2)) ORDER BY r.status = 'running' DESC, abs(r.starts_at - ?3) LIMIT 10`,
    nowMs - WEEK_MS,
    nowMs + DAY_MS,
    nowMs,
  );
}

/** @throws {NotFound} `raids/not-found` */
export async function raid(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.view");
  const [row] = await raidRows(ctx, "WHERE r.id = ?", id);
  if (row === undefined) throw new NotFound("raids/not-found", "This raid does not exist.");
  const own = ctx.actor.type === "user" ? ctx.actor.userId : undefined;
  const found = await ctx.db.all<
    RaidPerson & { userId: string | null; isExempt: unknown; status: string }
  >(PEOPLE, id);
  const people = found.map(({ userId, status, ...person }) => ({
    ...person,
    isActive: status === "active",
    isOwn: own !== undefined && userId === own,
    isExempt: Number(person.isExempt) === 1,
  }));
  const coming = people.filter(
    ({ signup, isActive }) => isActive && (signup === "yes" || signup === "late"),
  );
  const composition = Object.fromEntries(
    RAID_ROLES.map((role) => [role, coming.filter((one) => one.role === role).length]),
  ) as Record<RaidRole, number>;
  return { ...row, people, attendanceVersion: versionOf(attendanceText(people)), composition };
}

/** The attendance of a raid as one text: a line for each person, in the order of their ids. */
export function attendanceText(people: readonly RaidPerson[]): string {
  return people
    .filter(({ presence }) => presence !== null)
    .map(({ personId, presence, creditPct, remark, isExempt }) =>
      [personId, presence, creditPct, remark ?? "", isExempt ? 1 : 0].join(" "),
    )
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join("\n");
}

/** The same text as SQL, for a condition inside a write. */
export function attendanceTextOf(raidId: string): SQL {
  const { personId, presence, creditPct, remark, isExempt } = attendance;
  return sql`(select coalesce(group_concat(line, char(10)), '') from (
    select ${personId} || ' ' || ${presence} || ' ' || ${creditPct} || ' ' || coalesce(${remark}, '')
      || ' ' || ${isExempt} as line
    from ${attendance} where ${attendance.raidId} = ${raidId} order by ${personId}))`;
}

function versionOf(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, VERSION_CHARS);
}

/** The active weekly raids. */
export async function series(ctx: GuildContext): Promise<readonly Series[]> {
  allow(ctx, "raids.view");
  const rows = await ctx.db.all<Omit<Series, "weekdays"> & { weekdays: string }>(
    `SELECT id, name, weekdays, starts_at AS startsAt, minutes FROM raid_series
     WHERE ended_at IS NULL ORDER BY created_at, id`,
  );
  return rows.map((row) => ({ ...row, weekdays: JSON.parse(row.weekdays) as number[] }));
}

const activeAt = prepare(({ raidId }: Values<{ raidId: string }>) =>
  build
    .select(columnsOf(attendance, "personId", "presence"))
    .from(attendance)
    .innerJoin(persons, eq(persons.id, attendance.personId))
    .where(
      and(
        sql`${attendance.raidId} = ${raidId}`,
        eq(persons.status, "active"),
        ne(attendance.presence, "absent"),
      ),
    )
    .orderBy(asc(attendance.personId)),
);

/** The active people who were present at a raid or on its bench, for sharing a price among them. */
export async function peopleAt(ctx: Pick<GuildContext, "db">, raidId: string) {
  return await activeAt.all(ctx.db, { raidId });
}

/** A condition: a person is present at a raid. */
export function isPresentAt(raidId: string | null, personId: string): SQL {
  return existsIn(
    attendance,
    and(
      sql`${attendance.raidId} = ${raidId}`,
      sql`${attendance.personId} = ${personId}`,
      eq(attendance.presence, "present"),
    ),
  );
}

/** The active people who are present at a raid and have an account, as a subquery with their `id`. */
export function presentMembers(raidId: string): SQL {
  return sql`(select ${persons.id} as id from ${attendance}
    join ${persons} on ${persons.id} = ${attendance.personId}
    where ${attendance.raidId} = ${raidId} and ${attendance.presence} = 'present'
      and ${persons.status} = 'active' and ${persons.userId} is not null)`;
}

const poolOfRaid = prepare(({ id }: Values<{ id: string }>) =>
  build.select({ poolId: raids.poolId }).from(raids).where(sql`${raids.id} = ${id}`),
);

/**
 * The pool for something that happens at a raid: the raid's. Without a raid, the pool that was asked for.
 *
 * @throws {Invalid} `raids/other-pool` if another pool was asked for.
 */
export async function poolAtRaid(
  ctx: GuildContext,
  raidId: string | undefined,
  asked: string | undefined,
): Promise<Pool> {
  const raid = raidId === undefined ? undefined : await poolOfRaid.first(ctx.db, { id: raidId });
  if (raid === undefined) return await poolOf(ctx, asked);
  if (asked === undefined || asked === raid.poolId) return await poolOf(ctx, raid.poolId);
  const detail = "This raid is played for another pool. Leave the pool out, or choose the raid's.";
  throw new Invalid("raids/other-pool", detail, { errors: [{ pointer: "/pool", detail }] });
}

/** The number of people at a raid that is over. */
export interface AttendanceNight {
  readonly id: RaidId;
  readonly name: string;
  readonly startsAt: number;
  readonly present: number;
}

/** The latest raids and their number of people, oldest first. */
export async function attendanceNights(ctx: GuildContext): Promise<readonly AttendanceNight[]> {
  allow(ctx, "raids.view");
  const { timeZone } = ctx.guild;
  const rows = await ctx.db.all<AttendanceNight>(
    `SELECT r.id, r.name, r.starts_at AS startsAt, (SELECT count(*) FROM raid_attendance a
       WHERE a.raid_id = r.id AND a.presence = 'present') AS present
     FROM raids r WHERE r.status = 'ended' AND r.starts_at < ?2
       AND ${columnOrText("raids", "counts", "r", "1")} = 1
       AND r.pool_id NOT IN (SELECT id FROM pools WHERE is_example = 1)
     ORDER BY r.starts_at DESC LIMIT ?1`,
    limits.raids.pageRows,
    startOfDay(localDateOf(ctx.now().getTime(), timeZone), timeZone, 1),
  );
  return rows.toReversed();
}
