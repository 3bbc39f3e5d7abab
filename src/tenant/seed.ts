import { insertInto } from "../database/statements.ts";
import type { Writable } from "../database/write.ts";
import { newId, type PersonId, type UserId } from "../kernel/ids.ts";
import type { Guild } from "../platform/store.ts";
import { seedPools } from "./dkp/seed.ts";
import { foldName } from "./roster/names.ts";
import { persons } from "./roster/schema.ts";

/** The first rows of every new guild. Repeating it after a crash changes nothing. */
export function seedGuild(
  _guild: Guild,
  founder: { readonly userId: UserId; readonly name: string },
  nowMs: number,
): readonly Writable[] {
  return [
    ...seedPools(nowMs),
    insertInto(
      persons,
      {
        id: newId<PersonId>(),
        name: founder.name,
        nameKey: foldName(founder.name),
        userId: founder.userId,
        createdAt: nowMs,
        updatedAt: nowMs,
      },
      { on: [] },
    ),
  ];
}
