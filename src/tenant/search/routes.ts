import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { foundJson, searchQuery } from "./api.ts";
import { search } from "./service.ts";

const api = guildOperations("Guild");

/** One search over people, raids and items. */
export const searchApi = createRouter<GuildEnv>();

searchApi.openapi(
  api.get("/search", {
    id: "search",
    summary: "Search a guild",
    description:
      "Returns people, raids and awarded items whose name contains the text, at most eight of " +
      "each. Kinds that the caller may not see are empty.",
    needs: "guild.view",
    query: searchQuery,
    answers: { 200: json(foundJson, "What was found, by kind.") },
  }),
  async (c) => c.json(await search(c.var.guild, c.req.valid("query").q), 200),
);
