import type { PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import type { ClassId } from "./classes.ts";
import { allCharacters, allPeople } from "./queries.ts";

/** A person as files for other tools name them, with the main, or else the first character. */
export interface Player {
  readonly name: string;
  readonly isActive: boolean;
  readonly isExample: boolean;
  /** The realm is empty if it is not known. */
  readonly character:
    | { readonly name: string; readonly realm: string; readonly class: ClassId }
    | undefined;
}

/** Everyone in the roster by id, archived people too. The caller has checked what the actor may see. */
export async function playersOf(ctx: GuildContext): Promise<ReadonlyMap<PersonId, Player>> {
  const [people, characters] = await Promise.all([
    allPeople.all(ctx.db),
    allCharacters.all(ctx.db),
  ]);
  const first = new Map<PersonId, (typeof characters)[number]>();
  for (const one of characters) {
    if (one.isMain || !first.has(one.personId)) first.set(one.personId, one);
  }
  return new Map(
    people.map(({ id, name, status, isExample }) => [
      id,
      { name, isActive: status === "active", isExample, character: first.get(id) },
    ]),
  );
}
