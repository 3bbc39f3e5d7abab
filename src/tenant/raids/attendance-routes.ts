import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Raids");
const params = z.object({ id: z.uuid() });

/** Who was there: taken for one raid, and read over all raids. */
export const attendanceApi = createRouter<GuildEnv>();

attendanceApi.openapi(
  api.get("/raids/attendance/grid", {
    id: "getAttendanceGrid",
    summary: "List attendance by raid",
    description:
      "Returns a mark for each person and raid, the latest raids first, and each person's percent of " +
      "all raids of the period by the rules of the attendance list. `none` is a raid that does not " +
      "count for the person, such as one before they became a member.",
    problems: ["raids/team-not-found"],
    needs: "raids.view",
    query: paging.extend(inputs.gridFilters.shape),
    answers: {
      200: json(
        inputs.gridJson,
        "People by name. `marks` are in the order of `raids`; `raidCount` counts all of the period.",
      ),
    },
  }),
  async (c) => c.json(await service.attendanceGrid(c.var.guild, c.req.valid("query")), 200),
);

attendanceApi.openapi(
  api.get("/raids/attendance", {
    id: "listAttendance",
    summary: "List attendance",
    description:
      "Returns each person's attendance in percent over 30, 60, 90 and all days. With `team`, of " +
      "the team's members at its raids. Raids that do not count, and raids of teams that a person " +
      "is not in, leave their attendance as it is.",
    problems: ["raids/team-not-found"],
    needs: "raids.view",
    query: z.object({ team: z.uuid().optional() }),
    answers: {
      200: json(
        z.object({ items: z.array(inputs.attendanceJson).readonly() }),
        "Percent of the nights of 30, 60, 90 and all days.",
      ),
    },
  }),
  async (c) => {
    const { team } = c.req.valid("query");
    return c.json({ items: await service.attendance(c.var.guild, { team }) }, 200);
  },
);

attendanceApi.openapi(
  api.put("/raids/{id}/attendance", {
    id: "setRaidAttendance",
    summary: "Set the attendance of a raid",
    description:
      "Sets presence, credit and remark of the people that are sent, during the raid or " +
      "afterwards, in one write. Others keep what they have, unless `mode` is `replace`.",
    problems: [
      "raids/not-found",
      "raids/not-begun",
      "raids/bad-people",
      "raids/attendance-changed",
    ],
    needs: "raids.manage",
    params,
    body: inputs.presenceBody,
    answers: { 200: json(inputs.raidViewJson, "The raid as it now is.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    const { people, ...options } = c.req.valid("json");
    return c.json(await service.setPresence(c.var.guild, id, people, options), 200);
  },
);

attendanceApi.openapi(
  api.post("/raids/{id}/attendance/matches", {
    id: "matchRaidAttendance",
    summary: "Match names with the roster",
    description:
      "Finds the people of pasted names, or of the players in a combat log of the raid's time, and " +
      "changes nothing. Names without one clear person are listed. `reports` are the logs of that time.",
    problems: ["raids/not-found", "logs/report-not-found"],
    needs: "raids.manage",
    params,
    body: inputs.matchBody,
    answers: { 200: json(inputs.matchesJson, "The people, and the names that need a decision.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.matchAttendance(c.var.guild, id, c.req.valid("json")), 200);
  },
);
