import { eq, inArray, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import {
  asBoolean,
  asColumn,
  asNumber,
  asText,
  columnOr,
  columnsOf,
  isTrue,
  optional,
  prepare,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { limits } from "../../limits.ts";
import { examplePools } from "../dkp/pools.ts";
import { characters, persons } from "../roster/schema.ts";
import { attendance, raids, signups } from "./schema.ts";

/** Places count down from here for lists with the latest raid first. No start is later. */
export const LAST_PLACE = 9e15;
/** How many raids around now can be chosen. */
const AROUND_MAX = 10;

const signupsOf = sql`${signups} where ${signups.raidId} = ${raids.id}`;
const attendanceOf = sql`${attendance} where ${attendance.raidId} = ${raids.id}`;
const presentAt = asNumber(
  sql`(select count(*) from ${attendanceOf} and ${attendance.presence} = 'present')`,
);
const countsAs = columnOr(raids.counts, "1");

const RAID = {
  ...columnsOf(raids, "id", "seriesId", "name", "poolId", "startsAt", "endsAt", "status"),
  ...columnsOf(raids, "startedAt", "endedAt", "note"),
  counts: countsAs,
  teamId: columnOr(raids.teamId, "NULL"),
  coming: asNumber(
    sql`(select count(*) from ${signupsOf} and ${signups.status} in ('yes', 'late'))`,
  ),
  present: presentAt,
};

/** Raids that meet a condition; it may go on with an order and a limit. */
const raidsWhere = (condition: SQL) =>
  rowsOf(RAID, (columns) => sql`select ${columns} from ${raids} where ${condition}`);

/** A raid, by its id. */
export const raidOfId = prepare(({ id }: Values<{ id: string }>) =>
  raidsWhere(sql`${raids.id} = ${id}`),
);

/** Everyone who answered for a raid or was at it, by name. */
export const peopleOf = prepare(({ id }: Values<{ id: string }>) =>
  rowsOf(
    {
      personId: persons.id,
      ...columnsOf(persons, "name", "status", "userId"),
      class: optional(characters.class),
      role: asColumn(characters.role, sql`coalesce(${signups.role}, ${characters.role})`),
      signup: optional(signups.status),
      signupNote: asText(sql`coalesce(${signups.note}, '')`),
      presence: optional(attendance.presence),
      creditPct: optional(attendance.creditPct),
      remark: attendance.remark,
      isExempt: asBoolean(attendance.isExempt),
      ...columnsOf(attendance, "joinedAt", "leftAt"),
    },
    (columns) => sql`select ${columns} from (
        select person_id from ${signups} where ${signups.raidId} = ${id}
        union select person_id from ${attendance} where ${attendance.raidId} = ${id}) as those
      join ${persons} on ${persons.id} = those.person_id
      left join ${characters}
        on ${characters.personId} = ${persons.id} and ${isTrue(characters.isMain)}
      left join ${signups} on ${signups.raidId} = ${id} and ${signups.personId} = ${persons.id}
      left join ${attendance}
        on ${attendance.raidId} = ${id} and ${attendance.personId} = ${persons.id}
      order by ${persons.nameKey}`,
  ),
);

const isOpen = inArray(raids.status, ["planned", "running"]);
const latestFirst = sql`${sql.raw(String(LAST_PLACE))} - ${raids.startsAt}`;

/** Raids that were over a day ago are overdue if they were never started or never ended. */
const LISTS: Readonly<Record<ListName, (overdueMs: SQLWrapper) => ListPart>> = {
  coming: (overdueMs) => ({
    where: sql`${isOpen} and ${raids.endsAt} > ${overdueMs}`,
    place: sql`${raids.startsAt}`,
  }),
  overdue: (overdueMs) => ({
    where: sql`${isOpen} and ${raids.endsAt} <= ${overdueMs}`,
    place: latestFirst,
  }),
  open: (overdueMs) => ({
    where: isOpen,
    place: sql`case when ${raids.endsAt} > ${overdueMs} then ${raids.startsAt}
      else ${latestFirst} end`,
  }),
  past: () => ({ where: eq(raids.status, "ended"), place: latestFirst }),
};

/** The lists of raids. */
export type ListName = "coming" | "overdue" | "open" | "past";

interface ListPart {
  readonly where: SQL;
  /** What the list is sorted by, ascending. */
  readonly place: SQL;
}

interface ListPage {
  readonly overdueMs: number;
  /** The place and id of the last raid of the page before. */
  readonly after: number;
  readonly afterId: string;
  readonly count: number;
}

const listQuery = (list: ListName) =>
  prepare((given: Values<ListPage>) => {
    const { where, place } = LISTS[list](given.overdueMs);
    return raidsWhere(sql`${where} and (${place}, ${raids.id}) > (${given.after}, ${given.afterId})
      order by ${place}, ${raids.id} limit ${given.count}`);
  });

/** A page of each list of raids. */
export const listQueries: Readonly<Record<ListName, ReturnType<typeof listQuery>>> = {
  coming: listQuery("coming"),
  overdue: listQuery("overdue"),
  open: listQuery("open"),
  past: listQuery("past"),
};

/** Running raids, and others that begin within a time, the nearest first. */
export const raidsBetween = prepare(
  (given: Values<{ since: number; until: number; nowMs: number }>) =>
    raidsWhere(sql`(${raids.status} = 'running' or (${raids.status} in ('planned', 'ended')
      and ${raids.startsAt} between ${given.since} and ${given.until}))
    order by ${raids.status} = 'running' desc, abs(${raids.startsAt} - ${given.nowMs})
    limit ${sql.raw(String(AROUND_MAX))}`),
);

/** The latest raids that are over and count, and how many people were there. */
export const latestNights = prepare(({ until }: Values<{ until: number }>) =>
  rowsOf(
    { ...columnsOf(raids, "id", "name", "startsAt"), present: presentAt },
    (columns) => sql`select ${columns} from ${raids}
      where ${raids.status} = 'ended' and ${raids.startsAt} < ${until} and ${countsAs} = 1
        and ${raids.poolId} not in ${examplePools}
      order by ${raids.startsAt} desc limit ${limits.raids.pageRows}`,
  ),
);
