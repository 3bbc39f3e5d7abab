import { sql } from "drizzle-orm";
import { type Guard, guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import type { PlatformStore } from "../store.ts";
import { LOOK_ALIKES, slugLooks } from "./slugs.ts";

// The same folding as `slugLooks`, in SQL; both tables have an index of this very expression.
const LOOKS = LOOK_ALIKES.reduce(
  (text, [from, to]) => `replace(${text}, '${from}', '${to}')`,
  "slug",
);

/** Finds whoever has or holds a slug that looks like ?1 at the time ?2, save the guild ?3. */
export const IN_USE = `
  SELECT 1 FROM guilds WHERE ${LOOKS} = ?1 AND id <> ?3
  UNION ALL
  SELECT 1 FROM slug_history WHERE ${LOOKS} = ?1 AND held_until > ?2 AND guild_id <> ?3`;

/** Is the slug, and every slug that looks like it, nobody's and held for nobody? */
export async function slugIsFree(platform: PlatformStore, slug: string): Promise<boolean> {
  const nowMs = platform.settledNow().getTime();
  return (await platform.db.first(IN_USE, slugLooks(slug), nowMs, "")) === undefined;
}

/** Refuses a slug in use or held for another guild than `own`, inside the write that takes it. */
export function slugTaken(slug: string, nowMs: number, own?: GuildId): Guard {
  const looks = slugLooks(slug);
  const folded = sql.raw(LOOKS);
  // One "not exists" for each table: SQLite takes their indexes, and stops at the first row.
  return guard(
    sql`not exists (select 1 from guilds where ${folded} = ${looks} and id <> ${own ?? ""})
      and not exists (select 1 from slug_history
        where ${folded} = ${looks} and held_until > ${nowMs} and guild_id <> ${own ?? ""})`,
    () =>
      new Conflict("guild/slug-taken", "This address is taken, or too like one that is.", {
        errors: [{ pointer: "/slug", detail: "Taken. Choose another." }],
      }),
  );
}
