import { Turn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import { momentOf } from "./plan.ts";
import { type Batch, rowsAfter } from "./queries.ts";
import * as data from "./row-data.ts";

/** The first date of each person in the import. They were in the guild from that day on. */
export async function firstDates(
  ctx: GuildContext,
  batch: Batch,
): Promise<ReadonlyMap<string, number>> {
  const first = new Map<string, number>();
  const turn = new Turn();
  for (let after = -1; ; ) {
    const rows = await rowsAfter.all(ctx.db, {
      id: batch.id,
      after,
      limit: limits.imports.rowsAtOnce,
    });
    for (const row of rows) {
      if (row.kind !== "entry" && row.kind !== "loot") continue;
      const at = momentOf(row.data, batch.answers["date-order"]);
      if (at === undefined || at === 0) continue;
      const people =
        row.kind === "entry"
          ? data.entryData.parse(row.data).lines.map(({ person }) => person)
          : [data.lootData.parse(row.data).person ?? ""];
      for (const person of people) first.set(person, Math.min(at, first.get(person) ?? at));
    }
    if (rows.length < limits.imports.rowsAtOnce) return first;
    after = rows.at(-1)!.line;
    await turn.pause();
  }
}
