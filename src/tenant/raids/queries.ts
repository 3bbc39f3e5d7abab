import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { and, asc, desc, eq, isNull, ne, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { asColumn, columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { localDateOf, startOfDay } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Invalid, NotFound } from "../../kernel/errors.ts";
import type { PersonId, PoolId, RaidId, RaidSeriesId, RaidTeamId } from "../../kernel/ids.ts";
import { DAY_MS, WEEK_MS } from "../../kernel/time.ts";
import { allow, forMembers, type GuildContext } from "../context.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { RAID_ROLES } from "../roster/classes.ts";
import { persons } from "../roster/schema.ts";
import type { RaidRole } from "../roster/service.ts";
import {
  LAST_PLACE,
  type ListName,
  latestNights,
  listQueries,
  peopleOf,
  raidOfId,
  raidsBetween,
} from "./raid-queries.ts";
import {
  attendance,
  type Presence,
  type RaidStatus,
  type Remark,
  raidSeries,
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

async function listedRaids(
  ctx: GuildContext,
  query: RaidQuery,
  list: ListName,
): Promise<Page<Raid>> {
  allow(ctx, "raids.view");
  const overdueMs = ctx.now().getTime() - DAY_MS;
  const [after, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await listQueries[list].all(ctx.db, {
    overdueMs,
    after: Number(after ?? -LAST_PLACE),
    afterId: String(id ?? ""),
    count: query.limit + 1,
  });
  const isAscending = (last: Raid) =>
    list === "coming" || (list === "open" && last.endsAt > overdueMs);
  const shown = rows.map((row) => ({ ...row, note: forMembers(ctx, row.note) }));
  return toPage(shown, query.limit, (last) => [
    isAscending(last) ? last.startsAt : LAST_PLACE - last.startsAt,
    last.id,
  ]);
}

/** Raids of the days around now, for selection. */
export async function raidsAround(ctx: GuildContext): Promise<readonly Raid[]> {
  allow(ctx, "raids.view");
  const nowMs = ctx.now().getTime();
  return await raidsBetween.all(ctx.db, { since: nowMs - WEEK_MS, until: nowMs + DAY_MS, nowMs });
}

/**
 * One raid with its people. Notes, and the remarks of officers, are for members.
 *
 * @throws {NotFound} `raids/not-found`
 */
export async function raid(ctx: GuildContext, id: string): Promise<RaidView> {
  allow(ctx, "raids.view");
  const row = await raidOfId.first(ctx.db, { id });
  if (row === undefined) throw new NotFound("raids/not-found", "This raid does not exist.");
  const own = ctx.actor.type === "user" ? ctx.actor.userId : undefined;
  const found = await peopleOf.all(ctx.db, { id });
  const people = found.map(({ userId, status, ...person }) => ({
    ...person,
    signupNote: forMembers(ctx, person.signupNote),
    remark: ctx.actor.type === "visitor" ? null : person.remark,
    isActive: status === "active",
    isOwn: own !== undefined && userId === own,
  }));
  const coming = people.filter(
    ({ signup, isActive }) => isActive && (signup === "yes" || signup === "late"),
  );
  const composition = Object.fromEntries(
    RAID_ROLES.map((role) => [role, coming.filter((one) => one.role === role).length]),
  ) as Record<RaidRole, number>;
  const note = forMembers(ctx, row.note);
  return {
    ...row,
    note,
    people,
    attendanceVersion: versionOf(attendanceText(people)),
    composition,
  };
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

/** Raids whose name contains a part in small letters, the latest first. */
export const raidsNamed = prepare(({ part, limit }: Values<{ part: string; limit: number }>) =>
  build
    .select(columnsOf(raids, "id", "name", "startsAt"))
    .from(raids)
    .where(sql`instr(lower(${raids.name}), ${part}) > 0`)
    .orderBy(desc(raids.startsAt))
    .limit(limit),
);

const activeSeries = prepare(() =>
  build
    .select(columnsOf(raidSeries, "id", "name", "weekdays", "startsAt", "minutes"))
    .from(raidSeries)
    .where(isNull(raidSeries.endedAt))
    .orderBy(raidSeries.createdAt, raidSeries.id),
);

/** The active weekly raids. */
export async function series(ctx: GuildContext): Promise<readonly Series[]> {
  allow(ctx, "raids.view");
  return await activeSeries.all(ctx.db);
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
  const until = startOfDay(localDateOf(ctx.now().getTime(), timeZone), timeZone, 1);
  const rows = await latestNights.all(ctx.db, { until });
  return rows.toReversed();
}
