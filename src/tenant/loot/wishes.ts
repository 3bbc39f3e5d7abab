import { sql } from "drizzle-orm";
import { write } from "../../database/write.ts";
import { Invalid, NotFound } from "../../kernel/errors.ts";
import type { PersonId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { refuseUnknown } from "../references.ts";
import { ownPerson } from "../roster/service.ts";
import { foldItem } from "./items.ts";

/** What somebody hopes for. */
export interface Wish {
  readonly personId: PersonId;
  readonly personName: string;
  readonly class: string | null;
  readonly itemKey: string;
  readonly itemName: string;
  readonly rank: number;
  readonly note: string;
  readonly hasIt: boolean;
}

/** Who wants an item, the most eager first; of one item or of one person. */
export async function wishes(
  ctx: GuildContext,
  query: { readonly item?: string | undefined; readonly person?: string | undefined },
): Promise<readonly Wish[]> {
  allow(ctx, "raids.view");
  await refuseUnknown(ctx, "person", query.person);
  const rows = await ctx.db.all<Omit<Wish, "hasIt"> & { hasIt: number }>(
    `SELECT w.person_id AS personId, n.name AS personName,
       (SELECT class FROM characters c WHERE c.person_id = n.id AND c.is_main = 1) AS class,
       w.item_key AS itemKey, w.item_name AS itemName, w.rank, w.note,
       EXISTS (SELECT 1 FROM loot_awards l WHERE l.person_id = w.person_id
         AND l.item_key = w.item_key AND l.reverted_at IS NULL) AS hasIt
     FROM loot_wishes w JOIN persons n ON n.id = w.person_id
     WHERE n.status = 'active' AND (?1 = '' OR w.item_key = ?1) AND (?2 = '' OR w.person_id = ?2)
     ORDER BY w.rank, n.name_key, w.item_key LIMIT ?3`,
    query.item === undefined ? "" : foldItem(query.item),
    query.person ?? "",
    limits.loot.csvRowsMax,
  );
  return rows.map((row) => ({ ...row, hasIt: row.hasIt === 1 }));
}

/** Replaces the caller's own list of wishes; the first is wanted most. */
export async function setWishes(
  ctx: GuildContext,
  items: readonly { readonly itemName: string; readonly note?: string | undefined }[],
): Promise<readonly Wish[]> {
  allow(ctx, "raids.join");
  const me = await ownPerson(ctx);
  if (me === undefined) throw new NotFound("roster/person-not-found", "You are not in the roster.");
  const unique = new Map(items.map((item) => [foldItem(item.itemName), item]));
  if (unique.size !== items.length)
    throw new Invalid("loot/bad-loot", "Name each item once.", {
      errors: [{ pointer: "/items", detail: "Name each item once." }],
    });
  const list = [...unique].map(([key, { itemName, note }], index) => ({
    key,
    name: itemName.trim(),
    rank: index + 1,
    note: note?.trim() ?? "",
  }));
  await write(ctx.db, [
    sql`delete from loot_wishes where person_id = ${me.id}`,
    sql`insert into loot_wishes (person_id, item_key, item_name, rank, note, at)
      select ${me.id}, value->>'key', value->>'name', value->>'rank', value->>'note',
        ${ctx.now().getTime()} from json_each(${JSON.stringify(list)})`,
    record(ctx, "loot.wishes", me.id, { after: { items: list.map(({ name }) => name) } }),
  ]);
  return await wishes(ctx, { person: me.id });
}
