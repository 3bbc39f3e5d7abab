import type { Writable } from "../database/write.ts";
import { newId, type PersonId, type UserId } from "../kernel/ids.ts";
import type { Guild } from "../platform/store.ts";
import { seedPools } from "./dkp/seed.ts";
import { foldName } from "./roster/names.ts";

/** The first rows of every new guild. Repeating it after a crash changes nothing. */
export function seedGuild(
  _guild: Guild,
  founder: { readonly userId: UserId; readonly name: string },
  nowMs: number,
): readonly Writable[] {
  return [
    ...seedPools(nowMs),
    {
      sql: `INSERT INTO persons (id, name, name_key, user_id, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT DO NOTHING`,
      args: [newId<PersonId>(), founder.name, foldName(founder.name), founder.userId, nowMs],
    },
  ];
}
