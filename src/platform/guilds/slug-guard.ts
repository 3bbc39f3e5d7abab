import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { PlatformStore } from "../store.ts";
import { LOOK_ALIKES, slugLooks } from "./slugs.ts";

// The folding of `slugLooks` in SQL. Both tables have an index on exactly this expression.
const LOOKS = LOOK_ALIKES.reduce(
  (text, [from, to]) => `replace(${text}, '${from}', '${to}')`,
  "slug",
);

/** Finds a guild other than ?3 that uses or holds, at time ?2, a slug that looks like ?1. */
export const IN_USE = `
  SELECT 1 FROM guilds WHERE ${LOOKS} = ?1 AND id <> ?3
  UNION ALL
  SELECT 1 FROM slug_history WHERE ${LOOKS} = ?1 AND held_until > ?2 AND guild_id <> ?3`;

/** Whether the slug and all slugs that look like it are neither used nor held. */
export async function slugIsFree(platform: PlatformStore, slug: string): Promise<boolean> {
  const nowMs = platform.settledNow().getTime();
  return (await platform.db.first(IN_USE, slugLooks(slug), nowMs, "")) === undefined;
}

/** Refuses a slug that a guild other than `own` uses or holds, inside the write that takes it. */
export function slugTaken(slug: string, nowMs: number, own?: GuildId): Guard {
  const looks = slugLooks(slug);
  const folded = sql.raw(LOOKS);
  // One "not exists" per table lets SQLite use both indexes and stop at the first row.
  return guard(
    sql`not exists (select 1 from guilds where ${folded} = ${looks} and id <> ${own ?? ""})
      and not exists (select 1 from slug_history
        where ${folded} = ${looks} and held_until > ${nowMs} and guild_id <> ${own ?? ""})`,
    () =>
      new Conflict(
        "guild/slug-taken",
        "This address is taken or too similar to another one. Choose another one.",
        {
          errors: [{ pointer: "/slug", detail: "This address is taken. Choose another one." }],
        },
      ),
  );
}
