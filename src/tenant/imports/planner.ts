import { type CharacterId, newId, type PersonId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { itemIdsOf } from "../loot/exports.ts";
import { awardIdsByFileKey, wishesOf } from "../loot/history.ts";
import { attendanceOf, raidsStarting, signupsOf } from "../raids/history.ts";
import { allCharacters, allPeople } from "../roster/queries.ts";
import type { SourceCharacter, SourcePerson } from "./document.ts";
import { matchPeople, type PeopleMatches } from "./people.ts";
import { meaningOf, type PlanFacts, type PlannedRow, verdictOf } from "./plan.ts";
import { type ImportPools, poolsOf, SECOND_POOL } from "./pools.ts";
import {
  type Batch,
  balancesOfSource,
  committedKeyOf,
  countsOf,
  personsOfSource,
  revertedPersons,
  rowsAfter,
  rowsByCommittedKey,
  type StoredRow,
} from "./queries.ts";
import type { ImportCounts, ImportQuestion } from "./report.ts";
import {
  attendanceData,
  characterData,
  personData,
  raidData,
  signupData,
  wishData,
} from "./row-data.ts";
import {
  batchStatement,
  detailStatement,
  type RowDetail,
  store,
  verdictStatement,
} from "./store.ts";

/** Questions of the parser. Every plan asks those about people again. */
const OF_PARSER: ReadonlySet<string> = new Set(["database", "date-order"]);

/**
 * Compares the rows of an import with the guild: sets the verdict of each and the questions that are
 * open. Changes nothing else.
 */
export async function planImport(ctx: GuildContext, batch: Batch): Promise<void> {
  const asked = batch.questions.filter(({ kind }) => OF_PARSER.has(kind));
  const isPartOpen =
    asked.some(({ kind }) => kind === "database") && batch.answers["database"] === undefined;
  const plan = new Plan(ctx, batch, await poolsOf(ctx, batch));
  const questions = isPartOpen ? [] : await plan.run();
  if (isPartOpen) await plan.hold();
  await store(ctx, [
    batchStatement(batch.id, {
      questions: [...asked, ...questions].slice(0, limits.imports.questionsMax),
      counts: await countRows(ctx, batch.id),
      updatedAt: ctx.now().getTime(),
    }),
  ]);
}

/** How many rows of each kind have each verdict. */
export async function countRows(ctx: GuildContext, id: string): Promise<ImportCounts> {
  const found = await countsOf.all(ctx.db, { id });
  const kinds = Map.groupBy(found, ({ kind }) => kind);
  return Object.fromEntries(
    [...kinds].map(([kind, rows]) => [
      kind,
      Object.fromEntries(rows.map(({ verdict, count }) => [verdict, count])),
    ]),
  );
}

class Plan {
  readonly #ctx: GuildContext;
  readonly #batch: Batch;
  readonly #pools: ImportPools;
  readonly #raids = new Map<string, string>();
  /** The newest balances that the source named before, by key. */
  #balances: ReadonlyMap<string, object> = new Map();

  constructor(ctx: GuildContext, batch: Batch, pools: ImportPools) {
    this.#ctx = ctx;
    this.#batch = batch;
    this.#pools = pools;
  }

  async run(): Promise<readonly ImportQuestion[]> {
    const people = await this.#people();
    const { source } = this.#batch;
    const balances = await balancesOfSource.all(this.#ctx.db, { source });
    this.#balances = new Map(balances.map(({ key, data }) => [key, data]));
    const persons = new Map(
      [...people.persons].flatMap(([key, match]) =>
        match.verdict === "unassignable" ? [] : [[key, match.id ?? null] as const],
      ),
    );
    await this.#eachPage(async (rows) => {
      const others = rows.filter(({ kind }) => kind !== "person" && kind !== "character");
      const facts = await this.#factsOf(others, persons);
      const planned = rows.flatMap((row): PlannedRow[] => {
        if (isRefused(row) || row.committedKey !== null) return [];
        if (row.kind === "person") return [ofPerson(row, people)];
        if (row.kind === "character") return [ofCharacter(row, people)];
        const verdict = verdictOf(row, facts);
        if (row.kind === "raid" && verdict.targetId) this.#raids.set(row.key, verdict.targetId);
        const isPlain = verdict.verdict === "new" && verdict.reason === "";
        return [isPlain ? { ...verdict, reason: remarkOf(row) } : verdict];
      });
      const details = rows.flatMap((row) => detailsOf(row, people));
      const { id } = this.#batch;
      await store(this.#ctx, [
        ...(planned.length === 0 ? [] : [verdictStatement(id, planned)]),
        ...(details.length === 0 ? [] : [detailStatement(id, details)]),
      ]);
    });
    return people.questions;
  }

  /** Every row waits for the answer which database it is about. */
  async hold(): Promise<void> {
    await this.#eachPage(async (rows) => {
      const held = rows
        .filter((row) => !isRefused(row))
        .map(
          ({ line }) =>
            ({ line, verdict: "conflicting", reason: "question", targetId: null }) as const,
        );
      await store(this.#ctx, held.length === 0 ? [] : [verdictStatement(this.#batch.id, held)]);
    });
  }

  async #people(): Promise<PeopleMatches> {
    const { source } = this.#batch;
    const persons = new Map<string, SourcePerson>();
    const characters = new Map<string, SourceCharacter>();
    await this.#eachPage(async (rows) => {
      for (const row of rows) {
        if (isRefused(row)) continue;
        if (row.kind === "person")
          persons.set(row.key, withoutUndefined(personData.parse(row.data)));
        if (row.kind === "character")
          characters.set(row.key, withoutUndefined(characterData.parse(row.data)));
      }
    });
    const { db } = this.#ctx;
    const earlier = await personsOfSource.all(db, { source });
    const reverted = await revertedPersons.all(db, { source });
    const guild = {
      persons: await allPeople.all(db),
      characters: await allCharacters.all(db),
      earlier: new Map(
        earlier.flatMap(({ key, targetId }) => (targetId ? [[key, targetId as PersonId]] : [])),
      ),
      reverted: new Set(
        reverted.flatMap(({ targetId }) => (targetId ? [targetId as PersonId] : [])),
      ),
    };
    return matchPeople({ persons, characters }, guild, this.#batch.answers, newId);
  }

  async #factsOf(
    rows: readonly StoredRow[],
    persons: ReadonlyMap<string, string | null>,
  ): Promise<PlanFacts> {
    const { source, answers, questions } = this.#batch;
    const keys = rows.map(({ kind, key }) => committedKeyOf(source, kind, key));
    const committed =
      keys.length === 0
        ? []
        : await rowsByCommittedKey.all(this.#ctx.db, { keys: JSON.stringify(keys) });
    const own = await this.#ownAwards(rows);
    const isAsked = questions.some(({ kind }) => kind === "date-order");
    return {
      nowMs: this.#ctx.now().getTime(),
      pool: this.#pools.first,
      secondPool: this.#pools.second ?? SECOND_POOL,
      dateOrder: isAsked ? answers["date-order"] : "dmy",
      persons,
      raids: this.#raids,
      committed: new Map<string, { readonly targetId: string; readonly data: object }>([
        ...own,
        ...committed.map(
          (row) =>
            [`${row.kind} ${row.key}`, { targetId: row.targetId ?? "", data: row.data }] as const,
        ),
        ...rows.flatMap(({ kind, key }) => {
          const data = kind === "balance" ? this.#balances.get(key) : undefined;
          return data ? [[`balance ${key}`, { targetId: "", data }] as const] : [];
        }),
      ]),
      there: await this.#thereOf(rows, persons),
      newId,
    };
  }

  /** Awards of this guild that come back in a file of it, as rows that are in the guild. */
  async #ownAwards(rows: readonly StoredRow[]) {
    const loot = rows.filter(({ kind, data }) => kind === "loot" && "fileKey" in data);
    const keys = loot.map(({ data }) => String(data["fileKey"]));
    const ids = await awardIdsByFileKey(this.#ctx, keys);
    return loot.flatMap(({ key, data }) => {
      const targetId = ids.get(String(data["fileKey"]));
      return targetId === undefined ? [] : [[`loot ${key}`, { targetId, data }] as const];
    });
  }

  /** The rows of the guild that mean the same as rows of the page. */
  async #thereOf(rows: readonly StoredRow[], persons: ReadonlyMap<string, string | null>) {
    const there = new Map<string, { id: string; isSame: boolean }>();
    const of = (kind: string) => rows.filter((row) => row.kind === kind);
    const { db } = this.#ctx;
    const known = { persons, raids: this.#raids };
    const starts = of("raid").map(({ data }) => raidData.parse(data).startsAt);
    if (starts.length > 0) {
      for (const { id, name, startsAt } of await raidsStarting.all(db, {
        starts: JSON.stringify(starts),
      })) {
        there.set(`raid ${startsAt} ${name.toLowerCase()}`, { id, isSame: true });
      }
    }
    const raidIds = JSON.stringify([
      ...new Set(
        [...of("attendance"), ...of("signup")].flatMap(
          ({ data }) => this.#raids.get(String(data["raid"])) ?? [],
        ),
      ),
    ]);
    if (of("attendance").length > 0) {
      const found = await attendanceOf.all(db, { raids: raidIds });
      const credits = new Map(
        found.map((one) => [`attendance ${one.raidId} ${one.personId}`, one.creditPct]),
      );
      for (const row of of("attendance")) {
        const meaning = meaningOf(row, known)!;
        const credit = credits.get(meaning);
        if (credit === undefined) continue;
        there.set(meaning, {
          id: meaning,
          isSame: credit === attendanceData.parse(row.data).creditPct,
        });
      }
    }
    if (of("signup").length > 0) {
      const found = await signupsOf.all(db, { raids: raidIds });
      const answers = new Map(
        found.map((one) => [`signup ${one.raidId} ${one.personId}`, one.status]),
      );
      for (const row of of("signup")) {
        const meaning = meaningOf(row, known)!;
        const status = answers.get(meaning);
        if (status === undefined) continue;
        there.set(meaning, { id: meaning, isSame: status === signupData.parse(row.data).status });
      }
    }
    if (of("wish").length > 0) {
      const known = await this.#wishesThere(of("wish"), persons);
      for (const [meaning, id] of known) there.set(meaning, { id, isSame: true });
    }
    return there;
  }

  /** Wishes of the guild by the meaning of the rows: for the same name, or for the same id of the game. */
  async #wishesThere(rows: readonly StoredRow[], persons: ReadonlyMap<string, string | null>) {
    const { db } = this.#ctx;
    const wanting = rows.map(({ data }) => persons.get(wishData.parse(data).person) ?? "");
    const wanted = await wishesOf.all(db, { people: JSON.stringify(wanting) });
    const ids = await itemIdsOf(this.#ctx);
    const there = new Map(
      wanted.flatMap(({ personId, itemName, itemKey, itemId }) => {
        const name = `wish ${personId} ${itemName.toLowerCase()}`;
        const id = itemId ?? ids.get(itemKey);
        return [name, ...(id === undefined ? [] : [`wish ${personId} #${id}`])].map(
          (meaning) => [meaning, name] as const,
        );
      }),
    );
    return rows.flatMap(({ kind, key, line, data }) => {
      const meaning = meaningOf({ kind, key, line, data }, { persons, raids: this.#raids })!;
      const { person, itemId } = wishData.parse(data);
      const found =
        there.get(meaning) ?? there.get(`wish ${persons.get(person) ?? ""} #${itemId ?? ""}`);
      return found === undefined ? [] : [[meaning, found] as const];
    });
  }

  async #eachPage(work: (rows: readonly StoredRow[]) => Promise<void>): Promise<void> {
    const turn = new Turn();
    for (let after = -1; ; ) {
      const rows = await rowsAfter.all(this.#ctx.db, {
        id: this.#batch.id,
        after,
        limit: limits.imports.rowsAtOnce,
      });
      if (rows.length > 0) await work(rows);
      if (rows.length < limits.imports.rowsAtOnce) return;
      after = rows.at(-1)!.line;
      await turn.pause();
    }
  }
}

/** The parser found a problem: no answer and no roster changes it. */
function isRefused({ data }: StoredRow): boolean {
  return data["isRefused"] === true;
}

function remarkOf({ data }: StoredRow): string {
  return typeof data["remark"] === "string" ? data["remark"] : "";
}

/** What the commit needs of a match: a free name, and whether a character becomes the main. */
function detailsOf(row: StoredRow, people: PeopleMatches): readonly RowDetail[] {
  if (row.committedKey !== null || isRefused(row)) return [];
  if (row.kind === "person") {
    const name = people.persons.get(row.key)?.name;
    return name === undefined ? [] : [{ line: row.line, member: "freeName", value: name }];
  }
  if (row.kind !== "character") return [];
  const isMain = people.characters.get(row.key)?.isMain ?? false;
  return [{ line: row.line, member: "isFirst", value: isMain }];
}

function ofPerson(row: StoredRow, people: PeopleMatches): PlannedRow {
  const match = people.persons.get(row.key)!;
  return {
    line: row.line,
    verdict: match.verdict,
    reason: match.reason,
    targetId: match.id ?? null,
  };
}

function ofCharacter(row: StoredRow, people: PeopleMatches): PlannedRow {
  const { verdict, reason, id } = people.characters.get(row.key)!;
  return { line: row.line, verdict, reason, targetId: (id ?? null) as CharacterId | null };
}

type Defined<T> = { [Name in keyof T]: Exclude<T[Name], undefined> };

/** The same object without members that are undefined. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, one]) => one !== undefined),
  ) as Defined<T>;
}
