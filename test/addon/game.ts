import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Lua } from "wasmoon-lua5.1";

const ADDON = join(import.meta.dirname, "../../src/addon/GuildhallSync");
const STUB = readFileSync(join(import.meta.dirname, "game.lua"), "utf8");

/** Lua 5.1 of this machine, which the game's own is made from. The tests run without it too. */
export const LUA = ["/usr/bin/lua5.1", "/usr/local/bin/lua5.1", "/opt/homebrew/bin/lua5.1"].find(
  (path) => existsSync(path),
);
if (!LUA) {
  console.log("The addon was tested in one Lua only: there is no lua5.1 here.");
}

/** A member of the guild, as the client of the game knows it. */
export interface GameMember {
  readonly name: string;
  readonly guid?: string;
  readonly rank?: number;
  readonly rankName?: string;
  readonly level?: number;
  readonly class?: string;
  readonly note?: string;
  readonly officerNote?: string;
  readonly online?: boolean;
  readonly mobile?: boolean;
  /** Years, months, days and hours since the member was online. */
  readonly lastOnline?: readonly number[];
  /** The client hides the name from addons. */
  readonly isSecret?: boolean;
}

/** A client of the game and its guild. */
export interface GameWorld {
  /** Undefined: the client does not tell it. */
  readonly interface?: number;
  /** `WOW_PROJECT_ID`. */
  readonly project?: number;
  /** Are the functions of the guild in `C_GuildInfo` only, as in newer clients? */
  readonly namespace: boolean;
  readonly guild?: string;
  readonly region?: number;
  readonly realmName?: string;
  readonly normalizedRealm?: string;
  readonly members: readonly GameMember[];
  readonly ranks?: readonly string[];
  readonly seesOfficerNotes?: boolean;
  readonly showsOffline?: boolean;
  readonly hasSecrets?: boolean;
  readonly isLoading?: boolean;
  readonly locale?: string;
  readonly now: number;
  /** Functions that this client lacks. */
  readonly without?: readonly string[];
  /** Does it write SavedVariables with tabs and comments, as older clients do? */
  readonly tabs?: boolean;
}

export interface Played {
  /** What the addon said in the chat. */
  readonly messages: readonly string[];
  /** The text of `SavedVariables/GuildhallSync.lua`. */
  readonly file: string;
}

/** The files that the .toc lists, in its order. */
export const tocFiles = (): readonly string[] =>
  readFileSync(join(ADDON, "GuildhallSync.toc"), "utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#"));

export const luaFile = (name: string): string => join(ADDON, name);

/** Asks for an export, lets the roster arrive, and leaves the game. */
export const EXPORT = `game.slash("") game.arrive()`;

/** Plays `script`, Lua code that uses `game` of game.lua, in the Lua of npm. */
export async function play(world: GameWorld, script = EXPORT): Promise<Played> {
  const lua = await Lua.create();
  try {
    return playedFrom(await lua.doString(program(world, script)));
  } finally {
    lua.global.close();
  }
}

/** The same in the Lua of this machine. */
export function playNatively(world: GameWorld, script = EXPORT): Played {
  const input = `local write = io.write\nwrite((function() ${program(world, script)} end)())`;
  return playedFrom(execFileSync(LUA!, ["-"], { input, encoding: "utf8", maxBuffer: 1e8 }));
}

function program(world: GameWorld, script: string): string {
  const files = tocFiles().map((name) => ({ name, text: readFileSync(luaFile(name), "utf8") }));
  return [
    `local start = (function() ${STUB} end)()`,
    `return start(${literal(world)}, ${literal(files)}, function(game) ${script} end)`,
  ].join("\n");
}

function playedFrom(output: unknown): Played {
  const [messages = "", file = ""] = String(output).split("\n----\n");
  return { messages: messages === "" ? [] : messages.split("\n"), file };
}

/** A value as Lua source. Bytes outside ASCII are escaped, so that no tool in between changes them. */
function literal(value: unknown): string {
  if (typeof value === "string") {
    const bytes = [...new TextEncoder().encode(value)];
    return `"${bytes.map((byte) => `\\${String(byte).padStart(3, "0")}`).join("")}"`;
  }
  if (Array.isArray(value)) return `{${value.map(literal).join(",")}}`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries.map(([key, one]) => `[${literal(key)}]=${literal(one)}`).join(",")}}`;
}
