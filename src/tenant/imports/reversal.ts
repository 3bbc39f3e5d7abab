import type { Statement } from "../../database/client.ts";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, type Writable, write } from "../../database/write.ts";
import { type LedgerTxId, newId, type PersonId } from "../../kernel/ids.ts";
import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { withoutAuction } from "../auctions/history.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import {
  batchOfEntry,
  entryOf,
  pastCorrection,
  pastReversal,
  peopleWithAccounts,
  reversalOf,
} from "../dkp/history.ts";
import { lootTakenBack, withoutCouncil, withoutLoot, withoutWish } from "../loot/history.ts";
import { withoutAttendance, withoutRaid, withoutSignup } from "../raids/history.ts";
import { pastStatus, withoutCharacter, withoutPerson } from "../roster/history.ts";
import { type ImportPools, poolsOf } from "./pools.ts";
import { type Batch, type StoredRow, targetsOf, writtenBefore } from "./queries.ts";
import { characterData, wishData } from "./row-data.ts";
import { batchStatement, isIn, rowsAre, writtenStatement } from "./store.ts";
import { openingsOf, secondOpenings } from "./sums.ts";

type Statements = readonly (Writable | Statement | Guard)[];

/**
 * Takes back what an import wrote, the last row first: entries are reversed, all else is removed. A
 * person who has an account is archived, because ledgers only grow. Returns true when all is done, and
 * false when `untilMs` has passed. The next call goes on.
 */
export async function revertRows(
  ctx: GuildContext,
  batch: Batch,
  untilMs: number,
): Promise<boolean> {
  const reversal = await Reversal.of(ctx, batch);
  const turn = new Turn();
  await reversal.openings();
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const limit = limits.imports.sliceRows;
    const rows = await writtenBefore.all(ctx.db, { id: batch.id, before, limit });
    if (rows.length > 0) await reversal.write(rows);
    if (rows.length < limit) break;
    before = rows.at(-1)!.line;
    await turn.pause();
    if (performance.now() >= untilMs) return false;
  }
  await reversal.end();
  return true;
}

class Reversal {
  readonly #ctx: GuildContext;
  readonly #batch: Batch;
  readonly #pools: ImportPools;
  readonly #persons: ReadonlyMap<string, string | null>;

  static async of(ctx: GuildContext, batch: Batch): Promise<Reversal> {
    const pools = await poolsOf(ctx, batch);
    const targets = await targetsOf.all(ctx.db, { id: batch.id, kind: "person" });
    const persons = new Map(targets.map(({ key, targetId }) => [key, targetId]));
    return new Reversal(ctx, batch, pools, persons);
  }

  private constructor(
    ctx: GuildContext,
    batch: Batch,
    pools: ImportPools,
    persons: ReadonlyMap<string, string | null>,
  ) {
    this.#ctx = ctx;
    this.#batch = batch;
    this.#pools = pools;
    this.#persons = persons;
  }

  /** Reverses the opening corrections. */
  async openings(): Promise<void> {
    const { second } = this.#pools;
    const { ids } = await openingsOf(this.#ctx, this.#batch.id);
    const others = second ? await openingsOf(this.#ctx, secondOpenings(this.#batch.id)) : undefined;
    for (const id of [...ids, ...(others?.ids ?? [])]) {
      const statements = await this.#reversed(id);
      if (statements.length === 0) continue;
      await write(this.#ctx.db, [
        isIn(this.#batch.id, "reverting"),
        ...statements,
        record(this.#ctx, "import.revert-opening", this.#batch.id, { after: { entry: id } }),
      ]);
    }
  }

  async write(rows: readonly StoredRow[]): Promise<void> {
    const withAccount = await this.#withAccount(rows);
    try {
      await this.#write(rows, withAccount);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.kind === "foreign-key")) throw error;
      // Something refers to one of these people. They are archived instead of removed.
      const all = rows.flatMap(({ kind, targetId }) =>
        kind === "person" && targetId ? [targetId] : [],
      );
      await this.#write(rows, new Set(all));
    }
  }

  async #write(rows: readonly StoredRow[], withAccount: ReadonlySet<string>): Promise<void> {
    const { id } = this.#batch;
    const statements: Statements[number][] = [];
    for (const row of rows) statements.push(...(await this.#statementsOf(row, withAccount)));
    const marks = rows.map(({ line, targetId, madeAt }) => ({
      line,
      targetId,
      madeAt,
      committedKey: null,
    }));
    await write(this.#ctx.db, [
      isIn(id, "reverting"),
      rowsAre(
        id,
        rows.map(({ line }) => line),
        "written",
      ),
      ...statements,
      writtenStatement(id, marks),
      batchStatement(id, { progress: rows.at(-1)!.line, updatedAt: this.#ctx.now().getTime() }),
      record(this.#ctx, "import.revert-slice", id, { after: { rows: rows.length } }),
    ]);
  }

  async end(): Promise<void> {
    const nowMs = this.#ctx.now().getTime();
    await write(this.#ctx.db, [
      isIn(this.#batch.id, "reverting"),
      batchStatement(this.#batch.id, {
        state: "reverted",
        progress: 0,
        revertedAt: nowMs,
        updatedAt: nowMs,
      }),
      record(this.#ctx, "import.revert", this.#batch.id, {
        after: { format: this.#batch.format, file: this.#batch.fileName },
      }),
    ]);
  }

  async #statementsOf(row: StoredRow, withAccount: ReadonlySet<string>): Promise<Statements> {
    const { kind, targetId, madeAt, verdict } = row;
    if (madeAt === null || targetId === null) return [];
    if (verdict === "changed") {
      return kind === "loot"
        ? [lootTakenBack(targetId, null)]
        : [pastStatus(this.#ctx, targetId, "archived")];
    }
    switch (kind) {
      case "entry":
        return await this.#reversed(targetId);
      case "loot":
        return [withoutLoot(targetId)];
      case "auction":
        return withoutAuction(targetId);
      case "council":
        return withoutCouncil(targetId);
      case "wish": {
        const { person, itemName } = wishData.parse(row.data);
        return [withoutWish(this.#persons.get(person) ?? "", itemName)];
      }
      case "raid":
        return withoutRaid(targetId);
      case "attendance":
      case "signup": {
        const [raidId = "", personId = ""] = targetId.split(" ");
        return [(kind === "signup" ? withoutSignup : withoutAttendance)(raidId, personId)];
      }
      case "character": {
        const personId = this.#persons.get(characterData.parse(row.data).person) as PersonId;
        return withoutCharacter(targetId, personId);
      }
      case "person":
        return withAccount.has(targetId)
          ? [pastStatus(this.#ctx, targetId, "archived")]
          : [withoutPerson(targetId)];
      default:
        return [];
    }
  }

  /** The statements that reverse an entry of this import. None if it is reversed already. */
  async #reversed(txId: string): Promise<Statements> {
    const entry = await entryOf(this.#ctx, txId);
    if (entry === undefined) return [];
    const { first, second } = this.#pools;
    const pool = entry.poolId === second?.id ? second : first;
    const reason = `Import reverted: ${this.#batch.fileName || this.#batch.format}`.slice(
      0,
      limits.dkp.reasonCharsMax,
    );
    const key = `import:${this.#batch.id}:revert:${txId}`;
    const importBatch = this.#batch.id;
    if (entry.kind === "reversal") {
      const origin =
        entry.reverses === null
          ? undefined
          : await batchOfEntry.first(this.#ctx.db, { id: entry.reverses });
      // Both sides are of this import and cancel each other out.
      if (origin?.importBatch === this.#batch.id) return [];
      return pastCorrection(this.#ctx, pool, { of: entry, key, reason, importBatch });
    }
    if ((await reversalOf.first(this.#ctx.db, { id: txId })) !== undefined) return [];
    const id = newId<LedgerTxId>();
    return pastReversal(this.#ctx, pool, { id, key, of: entry, reason, importBatch });
  }

  async #withAccount(rows: readonly StoredRow[]): Promise<ReadonlySet<string>> {
    const people = rows.flatMap(({ kind, targetId }) =>
      kind === "person" && targetId ? [targetId] : [],
    );
    if (people.length === 0) return new Set();
    const found = await peopleWithAccounts.all(this.#ctx.db, { people: JSON.stringify(people) });
    return new Set(found.flatMap(({ personId }) => personId ?? []));
  }
}
