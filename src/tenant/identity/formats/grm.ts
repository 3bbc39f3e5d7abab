import { z } from "@hono/zod-openapi";
import { splitName } from "../../../kernel/game/characters.ts";
import {
  type LuaTable,
  type LuaValue,
  listOf,
  recordOf,
  tableAt,
} from "../../../kernel/lua-data.ts";
import { dataOf, ExportRefused } from "./addon-export.ts";

/** A day in the history of a member, without a time of day. */
interface GameDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface GrmMember {
  /** `Name-Realm` as the addon writes it, with the realm's spaces and hyphens removed. */
  readonly fullName: string;
  readonly name: string;
  readonly realm: string | null;
  /** `Player-…`: the identity. The name may change. */
  readonly guid: string;
  readonly rank: number;
  readonly rankName: string;
  readonly level: number | null;
  readonly classFile: string | null;
  readonly note: string;
  /** What officers wrote into the addon. Null: nothing. */
  readonly customNote: string | null;
  /** Null: no group. */
  readonly altGroup: string | null;
  readonly isMain: boolean;
  /** Hours since the character was last online, with a fraction. */
  readonly lastOnlineHours: number | null;
  /** Null: the addon does not know it. */
  readonly joinedOn: GameDate | null;
}

interface GrmFormerMember {
  readonly fullName: string;
  readonly name: string;
  readonly realm: string | null;
  readonly guid: string;
  readonly note: string;
  readonly isBanned: boolean;
  readonly banReason: string | null;
}

export interface GrmGuild {
  /** `Guild Name-Realm`. */
  readonly name: string;
  readonly members: readonly GrmMember[];
  readonly former: readonly GrmFormerMember[];
  /** Names of ranks by their number, as far as a member has the rank. */
  readonly ranks: ReadonlyMap<number, string>;
}

const MEMBERS = "GRM_GuildMemberHistory_Save";
const FORMER = "GRM_PlayersThatLeftHistory_Save";
const ALTS = "GRM_Alts";

const member = z.object({
  GUID: z.string().min(1).max(100),
  name: z.string().min(1).max(100),
  rankIndex: z.int().min(0).max(99),
  rankName: z.string().max(100).catch(""),
  level: z.int().min(0).max(1_000).optional().catch(undefined),
  class: z.string().max(100).optional().catch(undefined),
  note: z.string().max(1_000).catch(""),
  altGroup: z.string().max(100).catch(""),
  isMain: z.boolean().catch(false),
  lastOnline: z.number().min(0).optional().catch(undefined),
  joinDateUnknown: z.boolean().catch(false),
});
const former = z.object({
  GUID: z.string().min(1).max(100),
  name: z.string().min(1).max(100),
  note: z.string().max(1_000).catch(""),
  reasonBanned: z.string().max(1_000).catch(""),
});
const date = z.tuple([z.int().min(1).max(31), z.int().min(1).max(12), z.int().min(2004).max(9999)]);

/**
 * Reads the SavedVariables file of Guild Roster Manager. All three tables have to be there: a file
 * that was cut between two of them would lose characters or alts without a sign.
 * @throws {ExportRefused}
 */
export function readGrm(file: string): readonly GrmGuild[] {
  const data = dataOf(file);
  const [members, left] = [MEMBERS, FORMER, ALTS].map((name) => {
    const table = tableAt(data, name);
    if (table) return table;
    const isCut = [MEMBERS, FORMER, ALTS].some((other) => data.has(other));
    throw isCut
      ? new ExportRefused(
          "cut",
          `The file has no ${name}: it was cut off. Send it again after you left the game.`,
        )
      : new ExportRefused("not-an-export", "The file does not come from Guild Roster Manager.");
  }) as [LuaTable, LuaTable];
  return tablesOf(members).map(([name, table]) => {
    const found = tablesOf(table).map(([fullName, one]) => memberOf(fullName, one));
    const ranks = found.map((one) => [one.rank, one.rankName] as const);
    const gone = tablesOf(tableAt(left, name) ?? new Map());
    return {
      name,
      members: found,
      former: gone.map(([fullName, one]) => formerOf(fullName, one)),
      ranks: new Map(ranks.sort(([a], [b]) => a - b)),
    };
  });
}

/** The tables of a table by name. Other values are settings of the addon. */
function tablesOf(table: LuaTable): readonly (readonly [string, LuaTable])[] {
  return [...table].flatMap(([key, value]) =>
    typeof key === "string" && value instanceof Map ? [[key, value] as const] : [],
  );
}

function memberOf(fullName: string, table: LuaTable): GrmMember {
  const found = checked(member, table, fullName);
  const note = listOf(tableAt(table, "customNote") ?? new Map())[5];
  return {
    ...named(fullName),
    guid: found.GUID,
    rank: found.rankIndex,
    rankName: found.rankName,
    level: found.level ?? null,
    classFile: found.class ?? null,
    note: found.note,
    customNote: typeof note === "string" && note !== "" ? note : null,
    altGroup: found.altGroup === "" ? null : found.altGroup,
    isMain: found.isMain,
    lastOnlineHours: found.lastOnline ?? null,
    joinedOn: found.joinDateUnknown ? null : joinDateOf(table),
  };
}

function formerOf(fullName: string, table: LuaTable): GrmFormerMember {
  const found = checked(former, table, fullName);
  const isBanned = listOf(tableAt(table, "bannedInfo") ?? new Map())[0] === true;
  return {
    ...named(fullName),
    guid: found.GUID,
    note: found.note,
    isBanned,
    banReason: isBanned && found.reasonBanned !== "" ? found.reasonBanned : null,
  };
}

function named(fullName: string) {
  const split = splitName("retail", fullName);
  if (split) return { fullName, ...split };
  throw new ExportRefused("wrong", `"${fullName}" is no name of a character.`);
}

/** The newest day that the character joined. Day, month and year 0 mean that it is unknown. */
function joinDateOf(table: LuaTable): GameDate | null {
  const days = listOf(tableAt(table, "joinDateHist") ?? new Map()).flatMap((entry: LuaValue) => {
    const values = entry instanceof Map ? listOf(entry).slice(0, 3) : [];
    const found = date.safeParse(values);
    return found.success ? [found.data] : [];
  });
  const [last] = days.slice(-1);
  return last ? { day: last[0], month: last[1], year: last[2] } : null;
}

function checked<T extends z.ZodType>(schema: T, table: LuaTable, what: string): z.infer<T> {
  const result = schema.safeParse(recordOf(table));
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join(".") ?? "";
  throw new ExportRefused("wrong", `${what} has a wrong value in "${field}".`);
}
