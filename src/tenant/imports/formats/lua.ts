import { LuaDataError, type LuaValue, readLuaData } from "../../../kernel/lua-data.ts";
import { limits } from "../../../limits.ts";
import { unreadable } from "./format.ts";

/** The variables of a SavedVariables file. Nothing is executed. @throws {SourceRefused} */
export function luaOf(text: string): ReadonlyMap<string, LuaValue> {
  try {
    return readLuaData(text, limits.imports.lua);
  } catch (cause) {
    if (!(cause instanceof LuaDataError)) throw cause;
    const advice = cause.isCut
      ? "Leave the game, so that it writes the whole file, and upload it again."
      : "Upload the file as the game wrote it.";
    throw unreadable(`${cause.message} ${advice}`, cause);
  }
}
