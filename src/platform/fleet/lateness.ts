import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { backups, copyRounds, guildChanges, guilds } from "../schema.ts";

// For queries that select from `guilds`. A wrong clock may have dated backups after `until`: they may be
// older than all others, so they do not count.

/** When the guild's newest good backup was made, in Unix milliseconds. Null if it has none. */
export const newestGoodAt = (until: SQLWrapper | number): SQL =>
  sql`(select max(newest.taken_at) from ${backups} as newest
    where newest.guild_id = ${guilds.id} and newest.status = 'good' and newest.taken_at <= ${until})`;

/**
 * Up to when all of the guild's changes are in a good backup, in Unix milliseconds. A guild that did not
 * change needs no new backup, so its time is that of the last complete round. Null if it has no backup.
 */
export const completeUntil = (until: SQLWrapper | number): SQL =>
  sql`(select case
      when known.guild_id is null or known.copied is null or known.generation <> ${guilds.generation}
        then made.at
      when known.changed_at is not null then max(made.at, known.changed_at)
      else max(made.at, coalesce((select complete_at from ${copyRounds} where complete_at <= ${until}), 0))
    end
    from (select ${newestGoodAt(until)} as at) as made
    left join ${guildChanges} as known on known.guild_id = ${guilds.id}
    where made.at is not null)`;
