import { sql } from "drizzle-orm";
import { type Guard, guard } from "../database/write.ts";
import { Invalid, NotFound } from "../kernel/errors.ts";
import { auctions } from "./auctions/schema.ts";
import type { GuildContext } from "./context.ts";
import { raids } from "./raids/schema.ts";
import { persons } from "./roster/schema.ts";

// Rows that requests refer to by id from another feature. An unknown id is refused where it arrives: as a
// field of a write, or as a filter of a read.

const KINDS = {
  person: { table: persons, code: "roster/person-not-found" },
  raid: { table: raids, code: "raids/not-found" },
  auction: { table: auctions, code: "auctions/not-found" },
} as const;

export type ReferenceKind = keyof typeof KINDS;

/**
 * A guard that the row exists at the time of the write; none for an undefined id. `pointer` names the
 * field.
 */
export function mustExist(
  kind: ReferenceKind,
  id: string | undefined,
  pointer: string,
): readonly Guard[] {
  if (id === undefined) return [];
  const { table } = KINDS[kind];
  return [
    guard(
      sql`exists (select 1 from ${table} where ${table.id} = ${id})`,
      () =>
        new Invalid(
          "request/invalid",
          "Some fields are not valid. Fix each one listed under errors.",
          {
            errors: [{ pointer, detail: `This ${kind} does not exist. Choose one from the list.` }],
          },
        ),
    ),
  ];
}

/** @throws {NotFound} `roster/person-not-found` and the like, for a filter with an unknown id. */
export async function refuseUnknown(
  ctx: GuildContext,
  kind: ReferenceKind,
  id: string | undefined,
): Promise<void> {
  if (id === undefined || id === "") return;
  const { table, code } = KINDS[kind];
  const found = await ctx.db.orm
    .select({ id: table.id })
    .from(table)
    .where(sql`${table.id} = ${id}`);
  if (found.length === 0)
    throw new NotFound(code, `This ${kind} does not exist. Choose one from the list.`);
}
