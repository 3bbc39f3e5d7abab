import { limits } from "../../limits.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { foldItem } from "../loot/items.ts";
import { itemsNamed } from "../loot/queries.ts";
import { raidsNamed } from "../raids/queries.ts";
import { peopleOf } from "../roster/queries.ts";
import { personIdsNamed } from "../roster/search.ts";

/** What a search found, at most `limits.search.perKindMax` of each kind. */
export interface Found {
  /** Active people, by name. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  /** The latest first. `startsAt` is in Unix milliseconds. */
  readonly raids: readonly {
    readonly id: string;
    readonly name: string;
    readonly startsAt: number;
  }[];
  /** Items that the guild has awarded, by name. */
  readonly items: readonly { readonly key: string; readonly name: string }[];
}

/** Searches what the caller may see. An empty text finds nothing. */
export async function search(ctx: GuildContext, part: string): Promise<Found> {
  allow(ctx, "guild.view");
  if (part === "") return { people: [], raids: [], items: [] };
  const limit = limits.search.perKindMax;
  const [people, raids, items] = await Promise.all([
    may(ctx, "roster.view")
      ? personIdsNamed(ctx, part).then((ids) => peopleOf.all(ctx.db, { ids: ids || "[]", limit }))
      : [],
    may(ctx, "raids.view") ? raidsNamed.all(ctx.db, { part: part.toLowerCase(), limit }) : [],
    may(ctx, "loot.view") ? itemsNamed.all(ctx.db, { part: foldItem(part), limit }) : [],
  ]);
  return { people, raids, items };
}
