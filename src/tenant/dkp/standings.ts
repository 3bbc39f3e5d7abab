import { and, desc, eq, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
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
  const values = [
    pool.id,
    earnedUnit(pool.kind),
    pool.isExample,
    query.limit + 1,
    pool.minGearPoints,
    after ?? 0,
    afterId ?? "",
    query.class ?? "",
    query.role ?? "",
    await personIdsNamed(ctx, query.q),
    leastEffort(pool),
  ];
  const sort = query.sort ?? usualSort(pool);
  const isRanked = isEpgp && sort.endsWith("priority");
  const used = isRanked ? 11 : filtered ? 10 : after !== undefined ? 7 : isEpgp ? 5 : 4;
  const rows = await ctx.db.all<StandingRow>(
    textOf(sort, isEpgp, filtered, after !== undefined),
    ...values.slice(0, used),
  );
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

type StandingRow = Omit<Standing, "points" | "isBelowMinimum"> & { sort: string | number };
type SortKey = "balance" | "earned" | "spent" | "priority" | "name";

const SORT_SQL: Readonly<Record<SortKey, string>> = {
  balance: "coalesce(b.balance, 0)",
  earned: "coalesce(b.earned, 0)",
  spent: "coalesce(b.spent, 0)",
  priority: "coalesce(b.balance, 0)",
  name: "p.name_key",
};

// Gear points have a separate unit, so EPGP reads a second balance.
const GEAR = "LEFT JOIN balances g ON g.account_id = a.id AND g.unit = 'gp'";
const PRIORITY = "round(coalesce(b.balance, 0) * 1.0 / max(coalesce(g.balance, 0), ?5), 4)";

// A priority is far below this. Who is below the minimum of effort points comes after all others.
const LAST = "1e12";
const RANK = `${PRIORITY} - CASE WHEN coalesce(b.balance, 0) < ?11 THEN ${LAST} ELSE 0 END`;

const EPGP_SORT_SQL = { ...SORT_SQL, priority: RANK, spent: "coalesce(g.balance, 0)" };

const FILTERS = `
  AND (?8 = '' OR m.class = ?8) AND (?9 = '' OR m.role = ?9)
  AND (?10 = '' OR p.id IN (
    SELECT value FROM json_each(CASE WHEN ?10 = '' THEN '[]' ELSE ?10 END)))`;

const texts = new Map<string, string>();

/**
 * One constant text per combination of options, so that its prepared statement is cached. The lines are
 * chosen first; the last change is read only for the lines on the page.
 */
function textOf(sort: StandingsSort, isEpgp: boolean, filtered: boolean, paged: boolean): string {
  const shape = `${sort} ${isEpgp} ${filtered} ${paged}`;
  const known = texts.get(shape);
  if (known !== undefined) return known;
  const key = sort.replace("-", "") as SortKey;
  const by = (isEpgp ? EPGP_SORT_SQL : SORT_SQL)[key];
  const down = sort.startsWith("-");
  const text = `
    SELECT s.personId, s.name, s.main, s.class, s.role, s.balance, s.earned, s.spent, s.priority,
      (SELECT effective_at FROM ledger_tx WHERE id = (
        SELECT max(tx_id) FROM ledger_postings WHERE account_id = s.accountId)) AS lastChangeAt,
      s.sort
    FROM (
      SELECT p.id AS personId, p.name, m.name AS main, m.class, m.role, a.id AS accountId,
        coalesce(b.balance, 0) AS balance, coalesce(b.earned, 0) AS earned,
        coalesce(${isEpgp ? "g.balance" : "b.spent"}, 0) AS spent,
        ${isEpgp ? PRIORITY : SORT_SQL.priority} AS priority, ${by} AS sort
      FROM persons p
      LEFT JOIN characters m ON m.person_id = p.id AND m.is_main = 1
      LEFT JOIN accounts a ON a.pool_id = ?1 AND a.person_id = p.id AND a.kind = 'person'
      LEFT JOIN balances b ON b.account_id = a.id AND b.unit = ?2
      ${isEpgp ? GEAR : ""}
      WHERE p.status = 'active' AND p.is_example = ?3 ${filtered ? FILTERS : ""}
        ${paged ? `AND (${by} ${down ? "<" : ">"} ?6 OR (${by} = ?6 AND p.id > ?7))` : ""}
      ORDER BY sort ${down ? "DESC" : "ASC"}, p.id LIMIT ?4
    ) s ORDER BY s.sort ${down ? "DESC" : "ASC"}, s.personId`;
  texts.set(shape, text);
  return text;
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
