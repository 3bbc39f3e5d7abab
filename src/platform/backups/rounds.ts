import { and, asc, count, eq, getTableColumns, lt, lte, or, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { guilds } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { backups, copyRounds } from "./schema.ts";

const ONE = 1;

/** Where the walk through all guilds is. Times in Unix milliseconds. */
export type CopyRound = Readonly<Omit<typeof copyRounds.$inferSelect, "id">>;

const roundNow = prepare(() =>
  build.select(getTableColumns(copyRounds)).from(copyRounds).where(eq(copyRounds.id, ONE)),
);

/** The current round. Undefined before the first one. */
export async function currentRound({ db }: PlatformStore): Promise<CopyRound | undefined> {
  return await roundNow.first(db);
}

/** Stores where the walk is. */
export async function storeRound({ db }: PlatformStore, round: CopyRound): Promise<void> {
  const { startedAt, after, completeAt } = round;
  const set = { startedAt, after, completeAt };
  await write(db, [insertInto(copyRounds, { id: ONE, ...set }, { on: [copyRounds.id], set })]);
}

const readyGuilds = prepare(({ upTo }: Values<{ readonly upTo: string }>) =>
  build
    .select({ guilds: count() })
    .from(guilds)
    .where(and(eq(guilds.status, "ready"), lte(guilds.id, sql`${upTo}`))),
);

/** After every id. */
const END = "~";

/** The number of open guilds, and how many of them the walk has passed. */
export async function progressOf({ db }: PlatformStore, after: string) {
  const all = (await readyGuilds.first(db, { upTo: END }))?.guilds ?? 0;
  const passed = (await readyGuilds.first(db, { upTo: after }))?.guilds ?? 0;
  return { all, passed };
}

interface Ages {
  readonly by: number;
  readonly makingBy: number;
  readonly limit: number;
}

const guildsToPrune = prepare(({ by, makingBy, limit }: Values<Ages>) =>
  build
    .selectDistinct({ guildId: backups.guildId })
    .from(backups)
    .where(
      and(
        // The words of the index, which holds just these.
        sql`(${backups.reason} <> 'schedule' or ${backups.status} <> 'good')`,
        or(
          lt(backups.takenAt, by),
          and(eq(backups.status, "making"), lt(backups.takenAt, makingBy)),
        ),
      ),
    )
    .limit(limit),
);

/** Guilds with manual, failed or incomplete backups that are old enough to be pruned. */
export async function outdatedGuilds({ db }: PlatformStore, ages: Ages): Promise<GuildId[]> {
  const rows = await guildsToPrune.all(db, ages);
  return rows.flatMap(({ guildId }) => (guildId === null ? [] : [guildId]));
}

const longestUnverified = prepare(({ before, limit }: Values<{ before: number; limit: number }>) =>
  build
    .select(columnsOf(backups, "id"))
    .from(backups)
    .where(and(sql`${backups.status} = 'good'`, lt(backups.verifiedAt, before)))
    .orderBy(asc(backups.verifiedAt))
    .limit(limit),
);

/** Ids of good backups that were last verified before this time, the oldest first. */
export async function unverifiedBackups(
  { db }: PlatformStore,
  values: { readonly before: number; readonly limit: number },
): Promise<readonly string[]> {
  return (await longestUnverified.all(db, values)).map(({ id }) => id);
}
