import { and, asc, eq, sql } from "drizzle-orm";
import { columnOr, columnsOf, isTrue, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Invalid } from "../../kernel/errors.ts";
import type { PersonId, RaidId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { characters, persons } from "../roster/schema.ts";
import { isFor, type Night, NO_TEAMS, nightsOf, pagesOf } from "./attendance.ts";
import { attendance } from "./schema.ts";
import { teamOf, teamsByPerson } from "./teams.ts";

/** How a person was at a raid. `none`: the raid does not count for them. */
export type Mark = "present" | "late" | "bench" | "absent" | "exempt" | "none";

/** One line of the grid. `marks` are in the order of the grid's raids. */
export interface GridPerson {
  readonly personId: PersonId;
  readonly name: string;
  readonly class: string | null;
  /** The share of all raids of the period that count for this person; null where none does. */
  readonly percent: number | null;
  readonly nights: number;
  readonly marks: readonly Mark[];
}

export interface AttendanceGrid extends Page<GridPerson> {
  readonly raids: readonly {
    readonly id: RaidId;
    readonly name: string;
    readonly startsAt: number;
  }[];
  /** All raids of the period. */
  readonly raidCount: number;
}

export interface GridQuery {
  readonly team?: string | undefined;
  /** Local dates, both inclusive. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly skip?: number | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface PeopleAfter {
  readonly after: string;
  /** A JSON array of ids, or "" for everyone. */
  readonly ids: string;
  readonly limit: number;
}

const raidersAfter = prepare(({ after, ids, limit }: Values<PeopleAfter>) =>
  build
    .select({
      ...columnsOf(persons, "id", "name", "nameKey", "createdAt"),
      memberSince: columnOr(persons.memberSince, "NULL"),
      class: characters.class,
    })
    .from(persons)
    .leftJoin(characters, and(eq(characters.personId, persons.id), isTrue(characters.isMain)))
    .where(
      and(
        sql`${persons.nameKey} > ${after}`,
        eq(persons.status, "active"),
        eq(persons.isExample, false),
        sql`${columnOr(persons.isRaider, "1")} = 1`,
        sql`(${ids} = '' or ${persons.id} in (
          select value from json_each(case when ${ids} = '' then '[]' else ${ids} end)))`,
      ),
    )
    .orderBy(asc(persons.nameKey))
    .limit(limit),
);
type Raider = Awaited<ReturnType<typeof raidersAfter.all>>[number];

interface RowsAfter {
  readonly people: string;
  readonly personId: string;
  readonly raidId: string;
  readonly limit: number;
}

const rowsAfter = prepare((after: Values<RowsAfter>) =>
  build
    .select(
      columnsOf(attendance, "personId", "raidId", "presence", "creditPct", "remark", "isExempt"),
    )
    .from(attendance)
    .where(
      and(
        sql`${attendance.personId} in (select value from json_each(${after.people}))`,
        sql`(${attendance.personId}, ${attendance.raidId}) > (${after.personId}, ${after.raidId})`,
      ),
    )
    .orderBy(asc(attendance.personId), asc(attendance.raidId))
    .limit(after.limit),
);
type Row = Awaited<ReturnType<typeof rowsAfter.all>>[number];

/**
 * A page of people and the columns of some raids, the latest first. Shares count every raid of the period by
 * the rules of `attendance`.
 *
 * @throws {NotFound} `raids/team-not-found`
 */
export async function attendanceGrid(ctx: GuildContext, query: GridQuery): Promise<AttendanceGrid> {
  allow(ctx, "raids.view");
  const nights = await nightsIn(ctx, query);
  const skip = query.skip ?? 0;
  const shown = nights.slice(skip, skip + limits.raids.gridRaids);
  return await gridOf(ctx, query, nights, shown);
}

/**
 * Everyone and every raid of a period, as for a file.
 *
 * @throws {Invalid} `raids/period-too-long`
 */
export async function wholeGrid(
  ctx: GuildContext,
  query: Omit<GridQuery, "limit" | "cursor" | "skip">,
): Promise<AttendanceGrid> {
  allow(ctx, "raids.view");
  const nights = await nightsIn(ctx, query);
  if (nights.length > limits.raids.gridFileRaidsMax) {
    throw new Invalid(
      "raids/period-too-long",
      "This period has more raids than one file holds. Choose a shorter one.",
    );
  }
  const items: GridPerson[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = { ...query, limit: limits.raids.pageRows, cursor };
    const grid = await gridOf(ctx, page, nights, nights);
    items.push(...grid.items);
    if (grid.next === undefined) return { ...grid, items };
    cursor = grid.next;
  }
}

/** The raids of a period that count, the latest first. */
async function nightsIn(
  ctx: GuildContext,
  { team, from, until }: Pick<GridQuery, "team" | "from" | "until">,
): Promise<readonly Night[]> {
  const { timeZone } = ctx.guild;
  if (team !== undefined) await teamOf(ctx, team);
  const nights = await nightsOf(ctx, {
    team,
    from: from === undefined ? undefined : startOfDay(from, timeZone),
    until: until === undefined ? undefined : startOfDay(until, timeZone, 1),
  });
  return [...nights.values()].toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

async function gridOf(
  ctx: GuildContext,
  query: GridQuery,
  nights: readonly Night[],
  shown: readonly Night[],
): Promise<AttendanceGrid> {
  const teams = await teamsByPerson(ctx);
  const { team, limit, cursor } = query;
  const members = [...teams].filter(([, own]) => team === undefined || own.has(team));
  const ids = team === undefined ? "" : JSON.stringify(members.map(([id]) => id));
  const [after] = cursor === undefined ? [""] : decodeCursor(cursor, 1);
  const found = await raidersAfter.all(ctx.db, { after: String(after), ids, limit: limit + 1 });
  const { items, ...rest } = toPage(found, limit, ({ nameKey }) => [nameKey]);
  const rows = await rowsOfPeople(
    ctx,
    items.map(({ id }) => id),
  );
  // That someone was late is a remark of an officer.
  const shownMark = (mark: Mark) =>
    mark === "late" && ctx.actor.type === "visitor" ? "present" : mark;
  return {
    ...rest,
    raids: shown.map(({ id, name, at }) => ({ id, name, startsAt: at })),
    raidCount: nights.length,
    items: items
      .map((one) =>
        personOf(one, teams.get(one.id) ?? NO_TEAMS, rows.get(one.id) ?? new Map(), nights, shown),
      )
      .map((person) => ({ ...person, marks: person.marks.map(shownMark) })),
  };
}

async function rowsOfPeople(
  ctx: GuildContext,
  ids: readonly PersonId[],
): Promise<ReadonlyMap<PersonId, ReadonlyMap<RaidId, Row>>> {
  const found = new Map<PersonId, Map<RaidId, Row>>(ids.map((id) => [id, new Map()]));
  const people = JSON.stringify(ids);
  const pages = pagesOf(
    { personId: "", raidId: "" },
    (after, limit) => rowsAfter.all(ctx.db, { people, ...after, limit }),
    ({ personId, raidId }) => ({ personId: String(personId), raidId: String(raidId) }),
  );
  for await (const page of pages) {
    for (const row of page) found.get(row.personId)?.set(row.raidId, row);
  }
  return found;
}

function personOf(
  { id: personId, name, class: main, ...raider }: Raider,
  teams: ReadonlySet<string>,
  rows: ReadonlyMap<RaidId, Row>,
  nights: readonly Night[],
  shown: readonly Night[],
): GridPerson {
  const since = raider.memberSince ?? raider.createdAt;
  const isExpected = (night: Night) => night.at >= since && isFor(night, { teams });
  let [counted, credit] = [0, 0];
  for (const night of nights) {
    const row = rows.get(night.id);
    if (row?.isExempt || !(isExpected(night) || (row?.creditPct ?? 0) > 0)) continue;
    counted += 1;
    credit += row?.creditPct ?? 0;
  }
  const percent = counted > 0 ? Math.round(credit / counted) : null;
  const marks = shown.map((night) => markOf(rows.get(night.id), isExpected(night)));
  return { personId, name, class: main, percent, nights: counted, marks };
}

/** The mark of a raid. An absence does not make a raid count that the person was not expected at. */
function markOf(row: Row | undefined, isExpected: boolean): Mark {
  if (row?.isExempt) return "exempt";
  if (!isExpected && (row === undefined || row.creditPct === 0)) return "none";
  if (row === undefined || row.presence === "absent") return "absent";
  if (row.presence === "bench") return "bench";
  return row.remark === "late" || row.remark === "late-unprepared" ? "late" : "present";
}
