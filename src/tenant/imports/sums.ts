import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { entryWithKey } from "../dkp/history.ts";
import type { Pool } from "../dkp/service.ts";
import { isOfSecondPool, minorUnits, unitIn } from "./plan.ts";
import { rowsAfter, targetsOf } from "./queries.ts";
import { balanceData, entryData } from "./row-data.ts";

/** Points by person and unit, in minor units. */
export type Sums = Map<string, number>;

export function sumKey(personId: string, unit: string): string {
  return `${personId} ${unit}`;
}

/** The key of the nth entry with opening corrections of an import. */
export function openingKey(importId: string, number: number): string {
  return `import:${importId}:opening:${number}`;
}

/** Names the opening corrections of an import in its second pool. */
export function secondOpenings(importId: string): string {
  return `${importId}:second`;
}

/**
 * What the rows of an import that are in the guild add to each person, and the balances it names, in its
 * first or its second pool.
 */
export async function sumsOf(ctx: GuildContext, pool: Pool, importId: string, isSecond = false) {
  const [history, balances]: [Sums, Sums] = [new Map(), new Map()];
  const targets = await targetsOf.all(ctx.db, { id: importId, kind: "person" });
  const persons = new Map(targets.map(({ key, targetId }) => [key, targetId]));
  const turn = new Turn();
  for (let after = -1; ; ) {
    const rows = await rowsAfter.all(ctx.db, {
      id: importId,
      after,
      limit: limits.imports.rowsAtOnce,
    });
    for (const row of rows) {
      if (row.committedKey === null || isOfSecondPool(row) !== isSecond) continue;
      const lines =
        row.kind === "entry"
          ? entryData.parse(row.data).lines
          : row.kind === "balance"
            ? [balanceData.parse(row.data)]
            : [];
      for (const { person, points, unit: own } of lines) {
        const personId = persons.get(person);
        const unit = unitIn(own, pool.kind);
        const amount = minorUnits(points, pool.decimals);
        if (!personId || unit === undefined || amount === undefined) continue;
        add(row.kind === "entry" ? history : balances, sumKey(personId, unit), amount);
      }
    }
    if (rows.length < limits.imports.rowsAtOnce) break;
    after = rows.at(-1)!.line;
    await turn.pause();
  }
  return { history, balances };
}

/** The opening corrections that an import has posted, and how many entries they are. */
export async function openingsOf(ctx: GuildContext, importId: string) {
  const sums: Sums = new Map();
  const ids: string[] = [];
  for (;;) {
    const entry = await entryWithKey(ctx, openingKey(importId, ids.length));
    if (entry === undefined) return { sums, ids };
    ids.push(entry.id);
    for (const { personId, amount, unit } of entry.postings) {
      if (personId !== null) add(sums, sumKey(personId, unit), amount);
    }
  }
}

export function add(sums: Sums, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}
