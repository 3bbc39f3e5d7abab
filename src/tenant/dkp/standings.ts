import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import {
  asColumn,
  asNumber,
  asText,
  columnsOf,
  prepare,
  type Query,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";
import { characters } from "../roster/schema.ts";
import { personIdsNamed } from "../roster/search.ts";
import { earnedUnit } from "./ledger.ts";
import { formatPoints } from "./points.ts";
import { type Pool, poolOf } from "./pools.ts";
import { ledgerTx } from "./schema.ts";

/** Sort keys of standings; a leading minus reverses the order. */
export const STANDINGS_SORTS = [
  "-balance",
  "balance",
  "-earned",
  "earned",
  "-spent",
  "spent",
  "-priority",
  "priority",
  "name",
  "-name",
] as const;
type StandingsSort = (typeof STANDINGS_SORTS)[number];

/** One active person and their figures. All amounts are minor units of the pool. */
export interface Standing {
  readonly personId: PersonId;
  readonly name: string;
  /** The main character's name; null for a person without characters, as are the next two fields. */
  readonly main: string | null;
  readonly class: string | null;
  readonly role: string | null;
  readonly balance: number;
  readonly earned: number;
  readonly spent: number;
  /** EPGP: effort points per gear point, to four digits; the balance in other pools. */
  readonly priority: number;
  /** EPGP: they have fewer effort points than the pool's minimum, and are sorted last by priority. */
  readonly isBelowMinimum: boolean;
  readonly lastChangeAt: number | null;
  /** The balance in points, as a decimal text. */
  readonly points: string;
}

export interface StandingsQuery {
  readonly pool?: string | undefined;
  readonly sort?: StandingsSort | undefined;
  readonly class?: string | undefined;
  readonly role?: string | undefined;
  /** Part of the person's or a character's name. */
  readonly q?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A character of a person in the standings. */
export interface Alt {
  readonly personId: PersonId;
  readonly name: string;
  readonly class: string;
  readonly role: string | null;
}

/**
 * The active people of the guild with their balances in one pool.
 * @throws {NotFound} `dkp/pool-not-found`
 */
export async function standings(
  ctx: GuildContext,
  query: StandingsQuery,
): Promise<Page<Standing> & { readonly pool: Pool }> {
  allow(ctx, "standings.view");
  const pool = await poolOf(ctx, query.pool);
  const isEpgp = pool.kind === "epgp";
  const filtered = (query.class ?? query.role ?? query.q) !== undefined;
  const [after, afterId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const sort = query.sort ?? usualSort(pool);
  const rows = await queryOf(sort, isEpgp, filtered, after !== undefined).all(ctx.db, {
    pool: pool.id,
    unit: earnedUnit(pool.kind),
    isExample: pool.isExample ? 1 : 0,
    rows: query.limit + 1,
    minGearPoints: pool.minGearPoints,
    after: after ?? 0,
    afterId: afterId ?? "",
    class: query.class ?? "",
    role: query.role ?? "",
    named: await personIdsNamed(ctx, query.q),
    leastEffort: leastEffort(pool),
  });
  const page = toPage(rows, query.limit, (last) => [last.sort, last.personId]);
  return {
    pool,
    ...page,
    items: page.items.map((row) => toStanding(row, pool)),
  };
}

const CHARACTER = columnsOf(characters, "personId", "name", "class", "role");

const altsOfPersons = prepare(({ personIds }: Values<{ personIds: string }>) =>
  build
    .select(CHARACTER)
    .from(characters)
    .where(
      and(
        eq(characters.isMain, false),
        sql`${characters.personId} in (select value from json_each(${personIds}))`,
      ),
    )
    .orderBy(characters.name),
);

const charactersOfPerson = prepare(({ personId }: Values<{ personId: string }>) =>
  build
    .select(CHARACTER)
    .from(characters)
    .where(sql`${characters.personId} = ${personId}`)
    .orderBy(desc(characters.isMain), characters.name),
);

/** The other characters of these people by person, for the lines below theirs. */
export async function altsOf(
  ctx: GuildContext,
  personIds: readonly PersonId[],
): Promise<ReadonlyMap<PersonId, readonly Alt[]>> {
  allow(ctx, "standings.view");
  const rows = await altsOfPersons.all(ctx.db, { personIds: JSON.stringify(personIds) });
  return Map.groupBy(rows, (row) => row.personId);
}

/** All characters of one person, the main first. */
export async function charactersOf(ctx: GuildContext, personId: PersonId): Promise<readonly Alt[]> {
  allow(ctx, "standings.view");
  return await charactersOfPerson.all(ctx.db, { personId });
}

const COLUMNS = ["name", "main", "class", "role", "balance", "earned", "spent", "last_change"];

/**
 * The current view as lines of a file and their columns, with all its pages, at most
 * `limits.dkp.csvRowsMax`. An EPGP pool has its gear points and priorities besides.
 */
export async function standingsFile(
  ctx: GuildContext,
  query: Omit<StandingsQuery, "cursor" | "limit">,
) {
  const { items, pool } = await standings(ctx, { ...query, limit: limits.dkp.csvRowsMax });
  const points = (amount: number) => formatPoints(amount, pool.decimals);
  const isEpgp = pool.kind === "epgp";
  const lines = items.map((row) => ({
    name: row.name,
    main: row.main ?? "",
    class: row.class ?? "",
    role: row.role ?? "",
    balance: points(row.balance),
    earned: points(row.earned),
    spent: points(row.spent),
    last_change: row.lastChangeAt === null ? "" : new Date(row.lastChangeAt).toISOString(),
    ...(isEpgp && { gp: points(row.spent), priority: String(row.priority) }),
  }));
  return { lines, columns: isEpgp ? [...COLUMNS, "gp", "priority"] : COLUMNS };
}

/** The default order: most points, or the highest priority. */
function usualSort(pool: Pool): StandingsSort {
  return pool.kind === "epgp" ? "-priority" : "-balance";
}

/** The least effort points with which a person may buy, in minor units. */
export function leastEffort(pool: Pool): number {
  const isBounded = pool.kind === "epgp" && pool.minEffortPoints !== null;
  return isBounded ? pool.minEffortPoints : Number.MIN_SAFE_INTEGER;
}

const LINE = {
  personId: sql<PersonId>`s.personId`,
  name: asText(sql`s.name`),
  main: asColumn(characters.name, sql`s.main`),
  class: asColumn(characters.class, sql`s.class`),
  role: asColumn(characters.role, sql`s.role`),
  balance: asNumber(sql`s.balance`),
  earned: asNumber(sql`s.earned`),
  spent: asNumber(sql`s.spent`),
  priority: asNumber(sql`s.priority`),
  lastChangeAt: asColumn(
    ledgerTx.effectiveAt,
    sql`(select effective_at from ledger_tx where id = (
      select max(tx_id) from ledger_postings where account_id = s.accountId))`,
  ),
  sort: sql<string | number>`s.sort`,
};
type StandingRow = RowOf<typeof LINE>;
type SortKey = "balance" | "earned" | "spent" | "priority" | "name";

/** What a query needs; only a filtered, a paged or an EPGP query uses all of it. */
interface Asked {
  readonly pool: string;
  readonly unit: string;
  readonly isExample: number;
  readonly rows: number;
  readonly minGearPoints: number;
  /** The sort key and the person of the line before. */
  readonly after: string | number;
  readonly afterId: string | number;
  /** Empty for all classes, as are the next two for all roles and all people. */
  readonly class: string;
  readonly role: string;
  /** A JSON list of ids. */
  readonly named: string;
  readonly leastEffort: number;
}

const BALANCE = sql`coalesce(b.balance, 0)`;
const GEAR_POINTS = sql`coalesce(g.balance, 0)`;
// A priority is far below this. Who is below the minimum of effort points comes after all others.
const LAST = sql.raw("1e12");

function sortKeys(asked: Values<Asked>, isEpgp: boolean): Readonly<Record<SortKey, SQL>> {
  return {
    balance: BALANCE,
    earned: sql`coalesce(b.earned, 0)`,
    spent: isEpgp ? GEAR_POINTS : sql`coalesce(b.spent, 0)`,
    priority: isEpgp
      ? sql`${priorityOf(asked)} - case when ${BALANCE} < ${asked.leastEffort} then ${LAST} else 0 end`
      : BALANCE,
    name: sql`p.name_key`,
  };
}

function priorityOf({ minGearPoints }: Values<Asked>): SQL {
  return sql`round(${BALANCE} * 1.0 / max(${GEAR_POINTS}, ${minGearPoints}), 4)`;
}

const queries = new Map<string, Query<Asked, StandingRow>>();

/**
 * One query per combination of options, so that its prepared statement is cached. The lines are chosen
 * first; the last change is read only for the lines on the page.
 */
function queryOf(sort: StandingsSort, isEpgp: boolean, filtered: boolean, paged: boolean) {
  const shape = `${sort} ${isEpgp} ${filtered} ${paged}`;
  const known = queries.get(shape);
  if (known !== undefined) return known;
  const query = prepare((asked: Values<Asked>) =>
    rowsOf(LINE, (columns) => standingsText(columns, asked, { sort, isEpgp, filtered, paged })),
  );
  queries.set(shape, query);
  return query;
}

interface Shape {
  readonly sort: StandingsSort;
  readonly isEpgp: boolean;
  readonly filtered: boolean;
  readonly paged: boolean;
}

function standingsText(columns: SQL, asked: Values<Asked>, shape: Shape): SQL {
  const { sort, isEpgp, filtered, paged } = shape;
  const keys = sortKeys(asked, isEpgp);
  const by = keys[sort.replace("-", "") as SortKey];
  const isDown = sort.startsWith("-");
  const order = sql.raw(isDown ? "desc" : "asc");
  const beyond = sql.raw(isDown ? "<" : ">");
  return sql`
    select ${columns} from (
      select p.id as personId, p.name, m.name as main, m.class, m.role, a.id as accountId,
        ${BALANCE} as balance, ${keys.earned} as earned, ${keys.spent} as spent,
        ${isEpgp ? priorityOf(asked) : BALANCE} as priority, ${by} as sort
      from persons p
      left join characters m on m.person_id = p.id and m.is_main = 1
      left join accounts a
        on a.pool_id = ${asked.pool} and a.person_id = p.id and a.kind = 'person'
      left join balances b on b.account_id = a.id and b.unit = ${asked.unit}
      ${
        // Gear points have a separate unit, so EPGP reads a second balance.
        isEpgp ? sql`left join balances g on g.account_id = a.id and g.unit = 'gp'` : sql``
      }
      where p.status = 'active' and p.is_example = ${asked.isExample}
        ${filtered ? filtersOf(asked) : sql``}
        ${
          paged
            ? sql`and (${by} ${beyond} ${asked.after}
                or (${by} = ${asked.after} and p.id > ${asked.afterId}))`
            : sql``
        }
      order by sort ${order}, p.id limit ${asked.rows}
    ) s order by s.sort ${order}, s.personId`;
}

function filtersOf(asked: Values<Asked>): SQL {
  return sql`and (${asked.class} = '' or m.class = ${asked.class})
    and (${asked.role} = '' or m.role = ${asked.role})
    and (${asked.named} = '' or p.id in (
      select value from json_each(case when ${asked.named} = '' then '[]' else ${asked.named} end)))`;
}

// Copies each field: removing one from a copy of the row costs as much as the query itself.
function toStanding(row: StandingRow, pool: Pool): Standing {
  return {
    personId: row.personId,
    name: row.name,
    main: row.main,
    class: row.class,
    role: row.role,
    balance: row.balance,
    earned: row.earned,
    spent: row.spent,
    priority: row.priority,
    isBelowMinimum: row.balance < leastEffort(pool),
    lastChangeAt: row.lastChangeAt,
    points: formatPoints(row.balance, pool.decimals),
  };
}
