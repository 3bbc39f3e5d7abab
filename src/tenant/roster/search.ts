import { searchKey } from "../../kernel/names.ts";
import type { GuildContext } from "../context.ts";
import { allCharacters, allPeople } from "./queries.ts";

/**
 * Finds the people whose name, or a character of whom, contains `part`. Case, accents, width and Unicode
 * form do not count. Returns their ids as a JSON array, or "" for an empty text, which finds everybody.
 * The names are compared here, because SQLite cannot remove accents. A roster fits into memory.
 */
export async function personIdsNamed(ctx: GuildContext, part: string | undefined): Promise<string> {
  const wanted = searchKey(part ?? "");
  if (wanted === "") return "";
  const [people, all] = await Promise.all([allPeople.all(ctx.db), allCharacters.all(ctx.db)]);
  const named = [
    ...people.map(({ id, name }) => ({ id, name })),
    ...all.map(({ personId, name }) => ({ id: personId, name })),
  ];
  const found = named.filter(({ name }) => searchKey(name).includes(wanted));
  return JSON.stringify([...new Set(found.map(({ id }) => id))]);
}
