import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json } from "../../http/router.ts";
import { usageJson, usagePeriod } from "./api.ts";
import { keyUsageReport } from "./service.ts";

const api = guildOperations("API keys");

/** The use of a guild's keys as JSON. */
export const usageApi = createRouter<GuildEnv>();

usageApi.openapi(
  api.get("/settings/keys/usage", {
    id: "getKeyUsage",
    summary: "Get the usage of API keys",
    description:
      "Returns requests with the guild's keys on the last days: together, by day, by operation and by " +
      "key, with response times.",
    needs: "keys.manage",
    query: usagePeriod,
    answers: { 200: json(usageJson, "Requests of the last days, today included.") },
  }),
  async (c) => {
    const { days } = c.req.valid("query");
    return c.json(await keyUsageReport(c.var.guild, c.var.platform, days), 200);
  },
);
