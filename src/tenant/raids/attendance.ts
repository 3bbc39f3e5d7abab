import { and, asc, eq, sql } from "drizzle-orm";
import {
  columnOr,
  columnsOf,
  isTrue,
  prepare,
  type Query,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { localDateOf, startOfDay } from "../../kernel/calendar.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import type { PersonId, PoolId, RaidId } from "../../kernel/ids.ts";
import { DAY_MS } from "../../kernel/time.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { poolOf } from "../dkp/pools.ts";
import { characters, persons } from "../roster/schema.ts";
import { attendance as attendances, raids } from "./schema.ts";
import { teamOf, teamsByPerson } from "./teams.ts";

// A guild can have a thousand people, hundreds of raids, and a row for each pair. One query over all of
// them would hold up every other guild. The tables are read in pages instead, and added up here.

/** How often one person was there, in percent of the nights that count for them. */
export interface AttendanceRow {
  readonly personId: PersonId;
  readonly name: string;
  readonly class: string | null;
  /** Null where no night counts. */
  readonly days30: number | null;
  readonly days60: number | null;
  readonly days90: number | null;
  readonly all: number | null;
  readonly raids: number;
}

const WINDOWS_DAYS = [30, 60, 90] as const;

/** A person, with the nights and credits that differ from "every raid since they came, without credit". */
interface Person {
  readonly id: PersonId;
  readonly name: string;
  readonly nameKey: string;
  readonly class: string | null;
  /** The moment since which raids count for this person. */
  readonly since: number;
  readonly teams: ReadonlySet<string>;
  readonly windows: { nights: number; credit: number }[];
}

/** A raid that counts, and the team that it is for. */
export interface Night {
  readonly id: RaidId;
  readonly name: string;
  readonly at: number;
  readonly teamId: string | null;
}

/** Raids from an instant on until before another one. */
interface Period {
  readonly team?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

export const NO_TEAMS: ReadonlySet<string> = new Set();

/** Whether a raid is for everyone, or for a team of this person. */
export function isFor(night: Night, person: { readonly teams: ReadonlySet<string> }): boolean {
  return night.teamId === null || person.teams.has(night.teamId);
}

/** A query for the rows after an id, in the order of their ids. */
type ByIdQuery<Row> = Query<{ after: string; limit: number }, Row>;

const personsAfter = prepare(({ after, limit }: Values<{ after: string; limit: number }>) =>
  build
    .select({
      ...columnsOf(persons, "id", "name", "nameKey", "createdAt"),
      memberSince: columnOr(persons.memberSince, "NULL"),
      isRaider: columnOr(persons.isRaider, "1"),
      class: characters.class,
    })
    .from(persons)
    .leftJoin(characters, and(eq(characters.personId, persons.id), isTrue(characters.isMain)))
    .where(
      and(
        sql`${persons.id} > ${after}`,
        eq(persons.status, "active"),
        eq(persons.isExample, false),
      ),
    )
    .orderBy(asc(persons.id))
    .limit(limit),
);

const raidsAfter = prepare(({ after, limit }: Values<{ after: string; limit: number }>) =>
  build
    .select({
      ...columnsOf(raids, "id", "name", "poolId", "startsAt"),
      counts: columnOr(raids.counts, "1"),
      teamId: columnOr(raids.teamId, "NULL"),
    })
    .from(raids)
    .where(and(sql`${raids.id} > ${after}`, eq(raids.status, "ended")))
    .orderBy(asc(raids.id))
    .limit(limit),
);

const attendancesAfter = prepare(
  (after: Values<{ raidId: string; personId: string; limit: number }>) =>
    build
      .select(columnsOf(attendances, "raidId", "personId", "creditPct", "isExempt"))
      .from(attendances)
      .where(
        sql`(${attendances.raidId}, ${attendances.personId}) > (${after.raidId}, ${after.personId})`,
      )
      .orderBy(asc(attendances.raidId), asc(attendances.personId))
      .limit(after.limit),
);

/**
 * Attendance of every active person, as their credit in percent of the raids that count for them. A raid
 * counts from the day on which a person became a member, or if they were there. A raid of a team counts for
 * its members, and for others who were there. A raid that a person is exempt from does not count. People who
 * do not raid are left out. With `team`, only its members and its raids.
 *
 * @throws {NotFound} `raids/team-not-found`
 */
export async function attendance(
  ctx: GuildContext,
  query: { readonly team?: string | undefined } = {},
): Promise<readonly AttendanceRow[]> {
  allow(ctx, "raids.view");
  const { team } = query;
  if (team !== undefined) await teamOf(ctx, team);
  const teams = await teamsByPerson(ctx);
  const nowMs = ctx.now().getTime();
  const since = [...WINDOWS_DAYS.map((days) => nowMs - days * DAY_MS), Number.NEGATIVE_INFINITY];
  const nights = await nightsOf(ctx, { team });
  const starts = new Map(
    [...Map.groupBy(nights.values(), ({ teamId }) => teamId)].map(
      ([id, some]) => [id, some.map(({ at }) => at).toSorted((a, b) => a - b)] as const,
    ),
  );
  const people = new Map<string, Person>();
  for await (const page of byId(ctx, personsAfter)) {
    for (const { memberSince, createdAt, isRaider, ...person } of page) {
      const own = teams.get(person.id) ?? NO_TEAMS;
      if (!isRaider || (team !== undefined && !own.has(team))) continue;
      const begin = memberSince ?? createdAt;
      const expected = [null, ...own].flatMap((id) => [starts.get(id) ?? []]);
      const windows = since.map((from) => ({
        nights: expected.reduce((sum, one) => sum + countFrom(one, Math.max(from, begin)), 0),
        credit: 0,
      }));
      people.set(person.id, { ...person, since: begin, teams: own, windows });
    }
  }
  await addPresence(ctx, { nights, people, since });
  return [...people.values()]
    .map((person) => rowOf(person))
    .toSorted((a, b) => (b.days90 ?? -1) - (a.days90 ?? -1) || compare(a.nameKey, b.nameKey))
    .map(({ nameKey: _, ...row }) => row);
}

/** A page of the same list. It begins again if the person at the end of the page before has left. */
export async function attendancePage(
  ctx: GuildContext,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AttendanceRow>> {
  const rows = await attendance(ctx);
  const [last] = cursor === undefined ? [] : decodeCursor(cursor, 1);
  const from = rows.findIndex(({ personId }) => personId === last) + 1;
  return toPage(rows.slice(from, from + limit + 1), limit, ({ personId }) => [personId]);
}

/** The raids that count, by id: those that have ended, of no example and, with `team`, of that team. */
export async function nightsOf(
  ctx: GuildContext,
  { team, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY }: Period,
): Promise<ReadonlyMap<string, Night>> {
  const { timeZone } = ctx.guild;
  // A raid that was ended before its day counts once that day has come.
  const tomorrow = startOfDay(localDateOf(ctx.now().getTime(), timeZone), timeZone, 1);
  const nights = new Map<string, Night>();
  const isExample = new Map<PoolId, boolean>();
  for await (const page of byId(ctx, raidsAfter)) {
    for (const { id, name, poolId, startsAt: at, counts, teamId } of page) {
      if (!counts || (team !== undefined && teamId !== team)) continue;
      if (at < from || at >= Math.min(until, tomorrow)) continue;
      if (!isExample.has(poolId)) isExample.set(poolId, (await poolOf(ctx, poolId)).isExample);
      if (isExample.get(poolId) === false) nights.set(id, { id, name, at, teamId });
    }
  }
  return nights;
}

function byId<Row extends { readonly id: string }>(ctx: GuildContext, query: ByIdQuery<Row>) {
  return pagesOf(
    "",
    (after, limit) => query.all(ctx.db, { after, limit }),
    ({ id }) => id,
  );
}

/** Adds what the attendance rows say: credits, raids from before a person came, and exemptions. */
async function addPresence(
  ctx: GuildContext,
  facts: {
    readonly nights: ReadonlyMap<string, Night>;
    readonly people: ReadonlyMap<string, Person>;
    readonly since: readonly number[];
  },
): Promise<void> {
  const pages = pagesOf(
    { raidId: "", personId: "" },
    (after, limit) => attendancesAfter.all(ctx.db, { ...after, limit }),
    ({ raidId, personId }) => ({ raidId: String(raidId), personId: String(personId) }),
  );
  for await (const page of pages) {
    for (const { raidId, personId, creditPct, isExempt } of page) {
      const night = facts.nights.get(raidId);
      const person = facts.people.get(personId);
      if (night === undefined || person === undefined) continue;
      const isExtra = night.at < person.since || !isFor(night, person);
      // An absence does not make a raid count that they were not expected at.
      if (isExtra && creditPct === 0) continue;
      facts.since.forEach((from, at) => {
        if (night.at < from) return;
        const window = person.windows[at]!;
        if (isExempt) window.nights -= isExtra ? 0 : 1;
        else {
          window.nights += isExtra ? 1 : 0;
          window.credit += creditPct;
        }
      });
    }
  }
}

function rowOf({ id: personId, name, nameKey, class: main, windows }: Person) {
  const shares = windows.map(({ nights, credit }) =>
    nights > 0 ? Math.round(credit / nights) : null,
  );
  const [days30 = null, days60 = null, days90 = null, all = null] = shares;
  const nights = windows.at(-1)!.nights;
  return { personId, name, nameKey, class: main, days30, days60, days90, all, raids: nights };
}

/** Pages of a table in the order of its key. Other work has its turn between them. */
export async function* pagesOf<Key, Row>(
  first: Key,
  read: (after: Key, limit: number) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): AsyncGenerator<readonly Row[]> {
  const turn = new Turn();
  for (let after = first; ; ) {
    const page = await read(after, limits.raids.readAtOnce);
    yield page;
    if (page.length < limits.raids.readAtOnce) return;
    after = keyOf(page.at(-1)!);
    await turn.pause();
  }
}

/** How many of these ascending times are `from` or later. */
function countFrom(times: readonly number[], from: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return times.length - low;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
