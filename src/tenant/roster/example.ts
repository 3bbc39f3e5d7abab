import { inArray } from "drizzle-orm";
import { isTrue } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { characters, persons } from "./schema.ts";

/** Removes the example's people. What belongs to them must be gone already. */
export function examplePeopleRemoval(): readonly Writable[] {
  const ofExample = build.select({ id: persons.id }).from(persons).where(isTrue(persons.isExample));
  return [
    build.delete(characters).where(inArray(characters.personId, ofExample)),
    build.delete(persons).where(isTrue(persons.isExample)),
  ];
}
