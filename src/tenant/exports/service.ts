import type { Permission } from "../../kernel/permissions.ts";
import { encodedPages } from "../../kernel/turns.ts";
import { allow, type GuildContext } from "../context.ts";
import { gargulLines, gargulWishlists } from "./gargul.ts";
import { rclootcouncilCsv, rclootcouncilJson } from "./rclootcouncil.ts";
import { thatsmybisLoot, thatsmybisWishes } from "./thatsmybis.ts";

/** A file in the format of another tool. */
export interface ToolFile {
  /** The permission of the page that shows the same data. */
  readonly needs: Permission;
  readonly type: keyof typeof TYPES;
  readonly parts: (ctx: GuildContext) => AsyncGenerator<string>;
}

const TYPES = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
} as const;

/** Files of loot by their name below `exports/loot`. */
export const LOOT_FILES = {
  "rclootcouncil.csv": { needs: "loot.view", type: "csv", parts: rclootcouncilCsv },
  "rclootcouncil.json": { needs: "loot.view", type: "json", parts: rclootcouncilJson },
  "gargul.csv": { needs: "loot.view", type: "csv", parts: gargulLines },
  "thatsmybis.csv": { needs: "loot.view", type: "csv", parts: thatsmybisLoot },
} as const satisfies Readonly<Record<string, ToolFile>>;

/** Files of wishes and priorities by their name below `exports/wishlists`. */
export const WISH_FILES = {
  "gargul.txt": { needs: "auctions.view", type: "txt", parts: gargulWishlists },
  "thatsmybis.csv": { needs: "auctions.view", type: "csv", parts: thatsmybisWishes },
} as const satisfies Readonly<Record<string, ToolFile>>;

/** The bytes of a file and their media type. Reads page by page. */
export async function toolFile(ctx: GuildContext, file: ToolFile) {
  allow(ctx, file.needs);
  return { bytes: await encodedPages(file.parts(ctx)), type: TYPES[file.type] };
}
