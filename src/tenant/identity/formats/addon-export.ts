import { z } from "@hono/zod-openapi";
import { splitName } from "../../../kernel/game/characters.ts";
import {
  EDITION_NAMES,
  type Edition,
  REGIONS,
  type Region,
} from "../../../kernel/game/editions.ts";
import { realmKey } from "../../../kernel/game/realms.ts";
import {
  LuaDataError,
  type LuaTable,
  listOf,
  readLuaData,
  recordOf,
  tableAt,
} from "../../../kernel/lua-data.ts";
import { foldName } from "../../../kernel/names.ts";
import { limits } from "../../../limits.ts";

/**
 * Why a file is no export. `cut`: it ends too early, so the game is still writing it or it was
 * damaged. `not-data`: it is no SavedVariables file. `not-an-export`: it holds no export of ours.
 * `incomplete`: the addon wrote fewer characters than the guild had. `too-new`: a schema number that
 * this version does not know. `wrong`: a field has a value that it cannot have. `other-guild`: it is of
 * another guild, region or edition of the game.
 */
export type ExportFault =
  | "empty"
  | "cut"
  | "not-data"
  | "not-an-export"
  | "incomplete"
  | "too-new"
  | "wrong"
  | "other-guild";

export class ExportRefused extends Error {
  readonly fault: ExportFault;

  constructor(fault: ExportFault, message: string) {
    super(message);
    this.name = "ExportRefused";
    this.fault = fault;
  }
}

/** A character as an addon saw it. What the addon could not see is null. */
interface ExportedCharacter {
  /** `Player-…`, where the addon exports it. */
  readonly guid: string | null;
  readonly name: string;
  /** As the addon spells it. Null for the guild's own realm, and in editions without realms. */
  readonly realm: string | null;
  /** 0 is the guild's leader. */
  readonly rank: number | null;
  readonly level: number | null;
  /** The class as the game's files name it, such as `MAGE`. */
  readonly classFile: string | null;
  /** Hours since the character was last online. 0 while it is. */
  readonly lastSeenHours: number | null;
  readonly note: string | null;
  readonly officerNote: string | null;
}

export interface AddonExport {
  readonly format: "guildhall" | "guild-sync";
  /** When the game made it, in milliseconds since 1970. */
  readonly exportedAt: number;
  readonly edition: Edition | null;
  readonly region: Region | null;
  readonly realm: string | null;
  readonly guild: string;
  readonly memberCount: number;
  readonly canViewPublicNote: boolean;
  readonly canViewOfficerNote: boolean;
  /** Names of the guild's ranks by their number. Empty where the addon exports none. */
  readonly ranks: readonly string[];
  readonly characters: readonly ExportedCharacter[];
  /** Rows that are no characters, such as names that begin with a hyphen, as the file has them. */
  readonly refusedNames: readonly string[];
}

/** The schema number of `GuildhallSyncDB` that this version writes and reads. */
const ADDON_SCHEMA = 1;

const text = z.string().max(100);
const count = z.int().min(0).max(100_000);
const row = z.object({
  guid: text.optional(),
  name: text.min(1),
  realm: text.optional(),
  rank: z.int().min(0).max(99).optional(),
  level: z.int().min(0).max(1_000).optional(),
  class: text.optional(),
  lastSeen: z.number().min(0).optional(),
  note: z.string().max(1_000).optional(),
  officerNote: z.string().max(1_000).optional(),
});
const head = z.object({
  schema: z.int().min(1),
  exportedAt: z.int().min(0).max(1e11),
  edition: z.enum(EDITION_NAMES),
  region: z.enum(REGIONS).optional(),
  realm: text.optional(),
  guild: text.min(1),
  memberCount: count,
  canViewPublicNote: z.boolean(),
  canViewOfficerNote: z.boolean(),
});
const seedHead = z.object({
  exportTime: z.int().min(0).max(1e11),
  guildName: text.min(1),
  memberCount: count,
});

/**
 * Reads the SavedVariables file of an addon: ours, or the one of the first design.
 *
 * Ours, `GuildhallSyncDB`, is one table with `schema` (1), `exportedAt` (seconds since 1970),
 * `edition`, `region` (left out where unknown), `realm` (left out without realms), `guild`,
 * `memberCount` as the client
 * reports it, `canViewPublicNote`, `canViewOfficerNote`, `ranks` (a list of names, the leader's
 * first) and `rows`. Each row is a table with `guid`, `name` (`Name-Realm`, or `Name` of the own
 * realm), `rank`, `level`, `class`, `lastSeen` (hours), `note` and `officerNote`. What the addon
 * does not know is left out, never 0 or "".
 *
 * The other, `GuildSyncDB`, has `lastExport` with `exportTime`, `guildName`, `memberCount` and
 * `characters` of `name`, `realm`, `rank`, `note`, `officerNote`, `level`. It does not say what was
 * visible: notes that are empty for all characters count as not visible.
 * @throws {ExportRefused}
 */
export function readAddonExport(file: string): AddonExport {
  if (file.trim() === "")
    throw new ExportRefused(
      "empty",
      "The file is empty. Log out of the game, or type /reload, and try again.",
    );
  const data = dataOf(file);
  const ours = data.get("GuildhallSyncDB");
  if (ours instanceof Map) return readOurs(ours);
  const seed = data.get("GuildSyncDB");
  const last = seed instanceof Map ? tableAt(seed, "lastExport") : undefined;
  if (last) return readSeed(last);
  throw new ExportRefused(
    "not-an-export",
    "The file holds no roster. Export it in the game with the addon first.",
  );
}

/** @throws {ExportRefused} `cut` or `not-data`, with line and column. */
export function dataOf(file: string): LuaTable {
  try {
    return readLuaData(file);
  } catch (error) {
    if (!(error instanceof LuaDataError)) throw error;
    const advice = error.isCut
      ? "Wait until the game has written it, and send it again."
      : "Send the file as the game wrote it.";
    throw new ExportRefused(error.isCut ? "cut" : "not-data", `${error.message} ${advice}`);
  }
}

function readOurs(table: LuaTable): AddonExport {
  const schema = table.get("schema");
  if (typeof schema === "number" && schema > ADDON_SCHEMA) {
    throw new ExportRefused(
      "too-new",
      `The export has schema ${schema}. This server knows schema ${ADDON_SCHEMA}.`,
    );
  }
  const found = checked(head, recordOf(table), "The export");
  const { edition, region, realm, guild, memberCount, canViewPublicNote, canViewOfficerNote } =
    found;
  const flags = { canViewPublicNote, canViewOfficerNote };
  return {
    format: "guildhall",
    exportedAt: found.exportedAt * 1_000,
    edition,
    region: region ?? null,
    realm: realm ?? null,
    guild,
    memberCount,
    ...flags,
    ranks: listOf(tableAt(table, "ranks") ?? new Map()).filter((name) => typeof name === "string"),
    ...charactersOf(rowsOf(tableAt(table, "rows")), { edition, memberCount, ...flags }),
  };
}

function readSeed(table: LuaTable): AddonExport {
  const { exportTime, guildName, memberCount } = checked(seedHead, recordOf(table), "The export");
  const rows = rowsOf(tableAt(table, "characters"));
  const flags = {
    canViewPublicNote: rows.some((one) => (one.note ?? "") !== ""),
    canViewOfficerNote: rows.some((one) => (one.officerNote ?? "") !== ""),
  };
  return {
    format: "guild-sync",
    exportedAt: exportTime * 1_000,
    edition: null,
    region: null,
    realm: null,
    guild: guildName,
    memberCount,
    ...flags,
    ranks: [],
    ...charactersOf(rows, { edition: "retail", memberCount, ...flags }),
  };
}

type Row = z.infer<typeof row>;

function rowsOf(table: LuaTable | undefined): readonly Row[] {
  const list = table ? listOf(table) : [];
  if (table && list.length < table.size) {
    throw new ExportRefused("wrong", "The rows of the export have gaps. Export the roster again.");
  }
  if (list.length > limits.identity.exportRowsMax) {
    throw new ExportRefused(
      "wrong",
      `The export has more than ${limits.identity.exportRowsMax} characters.`,
    );
  }
  return list.map((one, index) => {
    const fields = one instanceof Map ? recordOf(one) : {};
    return checked(row, fields, `Row ${index + 1} of the export`);
  });
}

interface Facts {
  readonly edition: Edition;
  readonly memberCount: number;
  readonly canViewPublicNote: boolean;
  readonly canViewOfficerNote: boolean;
}

function charactersOf(rows: readonly Row[], facts: Facts) {
  const characters = new Map<string, ExportedCharacter>();
  const refused = new Set<string>();
  for (const one of rows) {
    const split = splitName(facts.edition, one.name);
    if (split === undefined) {
      refused.add(one.name);
      continue;
    }
    const realm = split.realm ?? one.realm ?? null;
    const key = one.guid ?? `${foldName(split.name)}/${realmKey(realm ?? "")}`;
    characters.set(key, {
      guid: one.guid ?? null,
      name: split.name,
      realm,
      rank: one.rank ?? null,
      level: one.level ?? null,
      classFile: one.class ?? null,
      lastSeenHours: one.lastSeen ?? null,
      note: facts.canViewPublicNote ? (one.note ?? "") : null,
      officerNote: facts.canViewOfficerNote ? (one.officerNote ?? "") : null,
    });
  }
  const found = characters.size + refused.size;
  if (facts.memberCount === 0 || found < facts.memberCount) {
    throw new ExportRefused(
      "incomplete",
      `The export has ${found} of ${facts.memberCount} characters. Open the guild's window in the game and export again.`,
    );
  }
  return { characters: [...characters.values()], refusedNames: [...refused] };
}

function checked<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new ExportRefused(
    "wrong",
    `${what} has a wrong value in "${field}". Update the addon and export again.`,
  );
}
