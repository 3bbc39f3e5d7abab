import { eq } from "drizzle-orm";
import { build, insertAll } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { Invalid, NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { refuseUnknown } from "../references.ts";
import { ownPerson } from "../roster/service.ts";
import { foldItem } from "./items.ts";
import { wishesBy } from "./queries.ts";
import { wishes as table } from "./schema.ts";

/** A person's wish for an item. The smallest rank is wanted most. */
export type Wish = Awaited<ReturnType<typeof wishesBy.all>>[number];

/** Lists wishes by rank, for one item or for one person. */
export async function wishes(
  ctx: GuildContext,
  query: { readonly item?: string | undefined; readonly person?: string | undefined },
): Promise<readonly Wish[]> {
  allow(ctx, "auctions.view");
  await refuseUnknown(ctx, "person", query.person);
  return await wishesBy.all(ctx.db, {
    item: query.item === undefined ? "" : foldItem(query.item),
    person: query.person ?? "",
    limit: limits.loot.csvRowsMax,
  });
}

export interface NewWish {
  readonly itemName: string;
  /** The game's own id. An item that was wanted before keeps the one that it has. */
  readonly itemId?: number | undefined;
  readonly note?: string | undefined;
}

/** Replaces the caller's own wishes. The first item is wanted most. */
export async function setWishes(
  ctx: GuildContext,
  items: readonly NewWish[],
): Promise<readonly Wish[]> {
  allow(ctx, "raids.join");
  const me = await ownPerson(ctx);
  if (me === undefined)
    throw new NotFound(
      "roster/person-not-found",
      "You are not in the roster. Ask an officer to add you.",
    );
  const unique = new Map(items.map((item) => [foldItem(item.itemName), item]));
  if (unique.size !== items.length)
    throw new Invalid("loot/bad-loot", "Fix the fields below.", {
      errors: [{ pointer: "/items", detail: "Enter each item only once." }],
    });
  const at = ctx.now().getTime();
  const before = await wishes(ctx, { person: me.id });
  const known = new Map(before.map((one) => [one.itemKey, one.itemId]));
  const found = [...unique].map(([itemKey, { itemName, itemId, note }], index) => ({
    personId: me.id,
    itemKey,
    itemName: itemName.trim(),
    rank: index + 1,
    note: note?.trim() ?? "",
    at,
    itemId: itemId ?? known.get(itemKey) ?? null,
  }));
  const hasIds = found.some(({ itemId }) => itemId !== null);
  // The schema before has no such column.
  const rows = hasIds ? found : found.map(({ itemId: _, ...rest }) => rest);
  await write(ctx.db, [
    build.delete(table).where(eq(table.personId, me.id)),
    ...(rows.length === 0 ? [] : [insertAll(table, rows)]),
    record(ctx, "loot.wishes", me.id, { after: { items: rows.map(({ itemName }) => itemName) } }),
  ]);
  return await wishes(ctx, { person: me.id });
}
