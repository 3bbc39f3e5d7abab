import type { Statement } from "../../database/client.ts";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, type Writable, write } from "../../database/write.ts";
import { localDateOf, startOfDay } from "../../kernel/calendar.ts";
import type { CharacterId, LedgerTxId, LootId, PersonId, RaidId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { entryOf, pastEntry, pastReversal, reversalOf } from "../dkp/history.ts";
import type { Pool } from "../dkp/service.ts";
import { lootTakenBack, pastLoot, pastWish } from "../loot/history.ts";
import { pastAttendance, pastRaid, pastSignup } from "../raids/history.ts";
import { pastCharacter, pastPerson, pastStatus } from "../roster/history.ts";
import { firstDates } from "./first-dates.ts";
import { pastDecision } from "./past-decisions.ts";
import { isOfSecondPool, minorUnits, momentOf, unitIn } from "./plan.ts";
import { type ImportPools, poolsOf } from "./pools.ts";
import {
  type Batch,
  committedKeyOf,
  rowsAfter,
  rowsByCommittedKey,
  type StoredRow,
  targetsOf,
} from "./queries.ts";
import * as data from "./row-data.ts";
import {
  batchStatement,
  isIn,
  RowsTaken,
  rowsAre,
  type WrittenRow,
  writtenStatement,
} from "./store.ts";

type Statements = readonly (Writable | Statement | Guard)[];

/** The row that a slice writes, and what it adds to the guild. */
interface Written {
  readonly statements: Statements;
  readonly targetId: string | null;
  readonly isMade: boolean;
}

/**
 * Writes the rows of an import that are not in the guild yet, slice by slice, each in one transaction.
 * Returns true when all are written, and false when `untilMs` has passed. After a crash, the next call
 * goes on with the first row that is missing.
 */
export async function commitRows(
  ctx: GuildContext,
  batch: Batch,
  untilMs: number,
): Promise<boolean> {
  const commit = await Commit.of(ctx, batch);
  const turn = new Turn();
  let after = -1;
  for (;;) {
    const rows = await rowsAfter.all(ctx.db, {
      id: batch.id,
      after,
      limit: limits.imports.rowsAtOnce,
    });
    let some: StoredRow[] = [];
    for (const row of rows) {
      after = row.line;
      if (!isWritten(row)) continue;
      // A row that takes another one back needs it in the database.
      if (some.some(({ key }) => key === row.data["reverses"])) {
        await commit.write(some);
        some = [];
      }
      some.push(row);
      if (!isFull(some)) continue;
      await commit.write(some);
      some = [];
      await turn.pause();
      if (performance.now() >= untilMs) return false;
    }
    if (some.length > 0) await commit.write(some);
    await turn.pause();
    if (rows.length < limits.imports.rowsAtOnce) return true;
    if (performance.now() >= untilMs) return false;
  }
}

/** Rows that belong to the guild after the commit. Balances are kept too: later imports compare them. */
function isWritten({ verdict, kind, committedKey }: StoredRow): boolean {
  // Accounts belong to the platform. The operator's command that read the file makes them.
  if (committedKey !== null || kind === "account") return false;
  if (verdict === "new" || verdict === "changed") return true;
  return verdict === "unchanged" && (kind === "person" || kind === "raid");
}

function isFull(rows: readonly StoredRow[]): boolean {
  const lines = rows.reduce(
    (sum, row) => sum + (Array.isArray(row.data["lines"]) ? row.data["lines"].length : 1),
    0,
  );
  return rows.length >= limits.imports.sliceRows || lines >= limits.imports.sliceLinesMax;
}

class Commit {
  readonly #ctx: GuildContext;
  readonly #batch: Batch;
  readonly #pools: ImportPools;
  readonly #pool: Pool;
  /** Persons and raids of this import by key. */
  readonly #persons: Map<string, string>;
  readonly #raids: Map<string, string>;
  readonly #since: ReadonlyMap<string, number>;

  static async of(ctx: GuildContext, batch: Batch): Promise<Commit> {
    const pools = await poolsOf(ctx, batch);
    const targets = async (kind: string) => {
      const rows = await targetsOf.all(ctx.db, { id: batch.id, kind });
      return new Map(
        rows.flatMap(({ key, targetId }) => (targetId ? [[key, targetId] as const] : [])),
      );
    };
    const since = await firstDates(ctx, batch);
    return new Commit(ctx, batch, pools, await targets("person"), await targets("raid"), since);
  }

  private constructor(
    ctx: GuildContext,
    batch: Batch,
    pools: ImportPools,
    persons: Map<string, string>,
    raids: Map<string, string>,
    since: ReadonlyMap<string, number>,
  ) {
    this.#ctx = ctx;
    this.#batch = batch;
    this.#pools = pools;
    this.#pool = pools.first;
    this.#persons = persons;
    this.#raids = raids;
    this.#since = since;
  }

  /** @throws {ImportChanged} if another process has written one of these rows, or the import was cancelled */
  async write(rows: readonly StoredRow[]): Promise<void> {
    const { id } = this.#batch;
    const nowMs = this.#ctx.now().getTime();
    const entries = await this.#referredBy(rows);
    const written: (Written & { readonly row: StoredRow })[] = [];
    for (const row of rows) written.push({ row, ...(await this.#statementsOf(row, entries)) });
    const marks = written.map(({ row, targetId, isMade }): WrittenRow => {
      const madeAt = isMade ? nowMs : null;
      return { line: row.line, committedKey: this.#keyOf(row), targetId, madeAt };
    });
    const lines = rows.map(({ line }) => line);
    try {
      await write(this.#ctx.db, [
        isIn(id, "committing"),
        rowsAre(id, lines, "waiting"),
        ...written.flatMap(({ statements }) => statements),
        writtenStatement(id, marks),
        batchStatement(id, { progress: lines.at(-1)! + 1, updatedAt: nowMs }),
        record(this.#ctx, "import.slice", id, { after: { rows: rows.length, first: lines[0] } }),
      ]);
    } catch (error) {
      if (error instanceof DatabaseError && error.kind === "unique") throw new RowsTaken();
      throw error;
    }
  }

  /** The committed key. Several imports may have one balance, person or raid, each in a row of its own. */
  #keyOf({ kind, key }: StoredRow): string {
    const { source, id } = this.#batch;
    const isShared = kind === "balance" || kind === "person" || kind === "raid";
    return committedKeyOf(source, kind, isShared ? `${key}@${id}` : key);
  }

  /** The rows that rows of this slice refer to, by kind and key: in the slice itself, or written before. */
  async #referredBy(rows: readonly StoredRow[]): Promise<ReadonlyMap<string, string>> {
    const own = rows.flatMap((row) =>
      REFERRED.has(row.kind) && row.targetId
        ? [[`${row.kind} ${row.key}`, row.targetId] as const]
        : [],
    );
    const keys = rows.flatMap(({ data: { reverses, entry, auction, loot } }) =>
      Object.entries({ entry: [reverses, entry], auction: [auction], loot: [loot] }).flatMap(
        ([kind, some]) =>
          some
            .filter((key): key is string => typeof key === "string")
            .map((key) => committedKeyOf(this.#batch.source, kind, key)),
      ),
    );
    const found =
      keys.length === 0
        ? []
        : await rowsByCommittedKey.all(this.#ctx.db, { keys: JSON.stringify(keys) });
    const earlier = found.flatMap(({ kind, key, targetId }) =>
      targetId ? [[`${kind} ${key}`, targetId] as const] : [],
    );
    return new Map([...earlier, ...own]);
  }

  async #statementsOf(row: StoredRow, entries: ReadonlyMap<string, string>): Promise<Written> {
    if (row.verdict === "changed" && row.kind !== "balance") return this.#changed(row);
    if (row.verdict === "unchanged") return found(row.targetId);
    switch (row.kind) {
      case "person":
        return this.#person(row);
      case "character":
        return this.#character(row);
      case "raid":
        return this.#raid(row);
      case "attendance":
      case "signup":
        return this.#presence(row);
      case "entry":
        return await this.#entry(row, entries);
      case "auction":
      case "council":
        return made(row, pastDecision(row, this.#decisionFacts(entries)));
      case "loot":
        return this.#loot(row, entries);
      case "wish":
        return this.#wish(row);
      default:
        return { statements: [], targetId: row.targetId, isMade: false };
    }
  }

  #changed(row: StoredRow): Written {
    const id = row.targetId!;
    const statement =
      row.kind === "loot"
        ? lootTakenBack(id, momentOf(row.data, this.#batch.answers["date-order"]) ?? 0)
        : pastStatus(this.#ctx, id, "active");
    return { statements: [statement], targetId: id, isMade: true };
  }

  #person(row: StoredRow): Written {
    const person = data.personData.parse(row.data);
    const since = person.joinedAt ?? this.#since.get(row.key);
    const { timeZone } = this.#ctx.guild;
    const name = typeof row.data["freeName"] === "string" ? row.data["freeName"] : person.name;
    const statement = pastPerson(this.#ctx, {
      id: row.targetId as PersonId,
      name,
      note: person.note ?? "",
      officerNote: person.officerNote ?? "",
      status: person.isArchived ? "archived" : "active",
      since: since === undefined ? null : startOfDay(localDateOf(since, timeZone), timeZone),
    });
    return made(row, [statement]);
  }

  #character(row: StoredRow): Written {
    const character = data.characterData.parse(row.data);
    const personId = this.#personId(character.person);
    if (character.class === null || personId === undefined) return found(row.targetId);
    const statement = pastCharacter(this.#ctx, {
      id: row.targetId as CharacterId,
      personId,
      name: character.name,
      realm: character.realm,
      class: character.class,
      spec: character.spec ?? "",
      role: character.role ?? null,
      isMain: row.data["isFirst"] === true,
    });
    return made(row, [statement]);
  }

  #raid(row: StoredRow): Written {
    const { name, startsAt, endsAt, note, isPlanned } = data.raidData.parse(row.data);
    const statement = pastRaid({
      id: row.targetId as RaidId,
      name,
      poolId: this.#pool.id,
      startsAt,
      endsAt,
      note: note ?? "",
      isPlanned: isPlanned ?? false,
      createdAt: this.#ctx.now().getTime(),
    });
    return made(row, [statement]);
  }

  #presence(row: StoredRow): Written {
    const { raid, person } = row.data;
    const raidId = this.#raids.get(String(raid)) as RaidId | undefined;
    const personId = this.#personId(String(person));
    if (raidId === undefined || personId === undefined) return found(null);
    const place = { raidId, personId };
    const targetId = `${raidId} ${personId}`;
    if (row.kind === "attendance") {
      const { presence, creditPct, remark, isExempt } = data.attendanceData.parse(row.data);
      const rest = { presence, creditPct, remark: remark ?? null, isExempt: isExempt ?? false };
      return { statements: [pastAttendance({ ...place, ...rest })], targetId, isMade: true };
    }
    const { status, role, note, at } = data.signupData.parse(row.data);
    const rest = { status, role: role ?? null, note: note ?? "", at };
    return { statements: [pastSignup({ ...place, ...rest })], targetId, isMade: true };
  }

  async #entry(row: StoredRow, entries: ReadonlyMap<string, string>): Promise<Written> {
    const { entryKind, reason, lines, reverses, raid } = data.entryData.parse(row.data);
    const pool = isOfSecondPool(row) ? this.#pools.second! : this.#pool;
    const id = row.targetId as LedgerTxId;
    const at = this.#momentOf(row);
    const key = `import:${this.#batch.id}:${row.line}`;
    const importBatch = this.#batch.id;
    if (entryKind === "reversal" && reverses !== undefined) {
      const of = await this.#reversible(pool, entries.get(`entry ${reverses}`));
      if (of)
        return made(row, pastReversal(this.#ctx, pool, { id, key, of, reason, importBatch, at }));
    }
    const own = lines.map(({ person, points, unit }) => ({
      personId: this.#personId(person)!,
      amount: minorUnits(points, pool.decimals)!,
      unit: unitIn(unit, pool.kind)!,
    }));
    const kind = entryKind === "reversal" ? "adjust" : entryKind;
    const raidId = raid === undefined ? undefined : this.#raids.get(raid);
    const entry = { id, key, kind, at, reason, importBatch, raidId, lines: own };
    return made(row, pastEntry(this.#ctx, pool, entry));
  }

  /** The entry to reverse, unless it is not in the guild or has been reversed already. */
  async #reversible(pool: Pool, txId: string | undefined) {
    const there = txId === undefined ? undefined : await entryOf(this.#ctx, txId);
    if (there === undefined || there.kind === "reversal") return undefined;
    if (there.poolId !== pool.id) return undefined;
    const isDone = (await reversalOf.first(this.#ctx.db, { id: there.id })) !== undefined;
    return isDone ? undefined : there;
  }

  #loot(row: StoredRow, entries: ReadonlyMap<string, string>): Written {
    const loot = data.lootData.parse(row.data);
    const at = this.#momentOf(row);
    const statement = pastLoot({
      id: row.targetId as LootId,
      key: `import:${this.#batch.id}:${row.line}`,
      itemName: loot.itemName,
      itemId: loot.itemId,
      fate: loot.fate,
      personId: loot.person === null ? null : (this.#personId(loot.person) ?? null),
      spec: loot.spec ?? "main",
      poolId: this.#pool.id,
      price: minorUnits(loot.points ?? "0", this.#pool.decimals) ?? 0,
      txId: (loot.entry === undefined
        ? null
        : (entries.get(`entry ${loot.entry}`) ?? null)) as LedgerTxId | null,
      raidId: loot.raid === undefined ? null : (this.#raids.get(loot.raid) ?? null),
      boss: loot.boss ?? "",
      note: loot.note ?? "",
      at,
      revertedAt: loot.isTakenBack ? at : null,
      auctionId:
        loot.auction === undefined ? null : (entries.get(`auction ${loot.auction}`) ?? null),
    });
    return made(row, [statement]);
  }

  #decisionFacts(rows: ReadonlyMap<string, string>) {
    return {
      batchId: this.#batch.id,
      pool: this.#pool,
      persons: this.#persons,
      raids: this.#raids,
      rows,
    };
  }

  #wish(row: StoredRow): Written {
    const { person, itemName, itemId = null, rank, note } = data.wishData.parse(row.data);
    const personId = this.#personId(person);
    if (personId === undefined) return found(null);
    const at = this.#ctx.now().getTime();
    return made(row, [pastWish({ personId, itemName, itemId, rank, note: note ?? "", at })]);
  }

  #personId(key: string): PersonId | undefined {
    return this.#persons.get(key) as PersonId | undefined;
  }

  #momentOf(row: StoredRow): number {
    const at = momentOf(row.data, this.#batch.answers["date-order"]) ?? 0;
    return Math.min(at, this.#ctx.now().getTime());
  }
}

/** Rows that other rows name by their key. */
const REFERRED: ReadonlySet<StoredRow["kind"]> = new Set(["entry", "auction", "loot"]);

function made(row: StoredRow, statements: Statements): Written {
  return { statements, targetId: row.targetId, isMade: true };
}

function found(targetId: string | null): Written {
  return { statements: [], targetId, isMade: false };
}
