import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter } from "../../http/router.ts";
import { fileHeaders } from "../files.ts";
import { LOOT_FILES, toolFile, WISH_FILES } from "./service.ts";

const api = guildOperations("Loot");

const LOOT_NAMES = Object.keys(LOOT_FILES) as (keyof typeof LOOT_FILES)[];
const WISH_NAMES = Object.keys(WISH_FILES) as (keyof typeof WISH_FILES)[];
const description = "The tool, and how it has the data.";
const lootFileName = z.object({ file: z.enum(LOOT_NAMES).openapi({ description }) });
const wishFileName = z.object({ file: z.enum(WISH_NAMES).openapi({ description }) });

const theFile = {
  200: {
    description: "The file.",
    content: {
      "text/csv": { schema: z.string() },
      "text/plain": { schema: z.string() },
    },
  },
};

/** Loot and wishes as files of other tools. */
export const exportsApi = createRouter<GuildEnv>();

exportsApi.openapi(
  api.get("/exports/loot/{file}", {
    id: "exportLoot",
    summary: "Export loot for another tool",
    description:
      "Returns all awards that stand in the format of RCLootCouncil, Gargul or thatsmybis. " +
      "`rclootcouncil.csv` has only items whose number in the game is known, because the addon " +
      "refuses the others.",
    needs: "loot.view",
    params: lootFileName,
    answers: theFile,
  }),
  async (c) => {
    const { file } = c.req.valid("param");
    const { bytes, type } = await toolFile(c.var.guild, LOOT_FILES[file]);
    return c.body(bytes, 200, { ...fileHeaders(c, `loot-${file}`), "Content-Type": type });
  },
);

exportsApi.openapi(
  api.get("/exports/wishlists/{file}", {
    id: "exportWishlists",
    summary: "Export wishlists for another tool",
    description: "Returns the wishes and priorities of active people in the format of a tool.",
    needs: "auctions.view",
    params: wishFileName,
    answers: theFile,
  }),
  async (c) => {
    const { file } = c.req.valid("param");
    const { bytes, type } = await toolFile(c.var.guild, WISH_FILES[file]);
    return c.body(bytes, 200, { ...fileHeaders(c, `wishlists-${file}`), "Content-Type": type });
  },
);
