import { createHash } from "node:crypto";
import { LuaDataError, type LuaValue, readLuaData } from "../../../src/kernel/lua-data.ts";

/** One export of the addon, ready to be sent. */
export interface GameExport {
  /** Of the file: the same bytes have the same hash. */
  readonly hash: string;
  /** Of what the file says. The game writes the same data in another order each time. */
  readonly contentHash: string;
  /** Edition, region and guild. Of the exports of one group, the newest counts. */
  readonly group: string;
  readonly guild: string;
  readonly edition: string;
  /** Unix seconds. */
  readonly exportedAt: number;
  readonly rows: number;
  /** The file as the game wrote it. */
  readonly text: string;
}

/**
 * What a file holds. `unfinished`: it is empty or cut, so the game is still writing it. `nothing`: no
 * export was made yet. `unreadable`: it is no SavedVariables file.
 */
export type FileContent =
  | { readonly kind: "unfinished" | "nothing" | "unreadable" }
  | { readonly kind: "export"; readonly found: GameExport };

/** Reads a SavedVariables file without running it. Never throws for its content. */
export function contentOf(text: string): FileContent {
  if (text.trim() === "") return { kind: "unfinished" };
  let table: LuaValue | undefined;
  try {
    table = readLuaData(text).get("GuildhallSyncDB");
  } catch (error) {
    if (!(error instanceof LuaDataError)) throw error;
    return { kind: error.isCut ? "unfinished" : "unreadable" };
  }
  if (!(table instanceof Map) || table.size === 0) return { kind: "nothing" };
  const textAt = (key: string) => {
    const value = table.get(key);
    return typeof value === "string" ? value : "";
  };
  const rows = table.get("rows");
  const exportedAt = table.get("exportedAt");
  const [guild, edition] = [textAt("guild"), textAt("edition")];
  const found = {
    hash: sha256(text),
    contentHash: sha256(canonical(table)),
    group: [edition, textAt("region"), guild].join("/"),
    guild,
    edition,
    exportedAt: typeof exportedAt === "number" ? exportedAt : 0,
    rows: rows instanceof Map ? rows.size : 0,
    text,
  };
  return { kind: "export", found };
}

function canonical(value: LuaValue): string {
  if (!(value instanceof Map)) return JSON.stringify(value);
  const entries = [...value].map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`);
  return `{${entries.toSorted().join(",")}}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
