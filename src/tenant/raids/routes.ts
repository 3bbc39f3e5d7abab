import { z } from "@hono/zod-openapi";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import { entryJson } from "../dkp/api.ts";
import * as inputs from "./api.ts";
import { attendanceApi } from "./attendance-routes.ts";
import * as service from "./service.ts";

const api = guildOperations("Raids");
const params = z.object({ id: z.uuid() });
const oneRaid = { 200: json(inputs.raidViewJson, "The raid as it now is.") };
const newRaid = { 201: json(inputs.raidViewJson, "The planned raid.") };

/** The calendar, sign-ups, attendance and awards of raids. */
export const raidsApi = createRouter<GuildEnv>().route("/", attendanceApi);

raidsApi.openapi(
  api.get("/raids", {
    id: "listRaids",
    summary: "List raids",
    description:
      "Returns coming raids, overdue ones that were never started or ended, or past raids. " +
      "Choose with `when`.",
    needs: "raids.view",
    query: paging.extend({ when: z.enum(["coming", "overdue", "past"]).default("coming") }),
    answers: {
      200: json(
        pageOf(inputs.raidJson),
        "Coming: the next first, then overdue ones. Overdue and past: the latest first.",
      ),
    },
  }),
  async (c) => {
    const { when, ...query } = c.req.valid("query");
    const ctx = c.var.guild;
    if (when === "past") return c.json(await service.pastRaids(ctx, query), 200);
    if (when === "overdue") return c.json(await service.overdueRaids(ctx, query), 200);
    return c.json(await service.openRaids(ctx, query), 200);
  },
);

raidsApi.openapi(
  api.post("/raids", {
    id: "planRaid",
    summary: "Plan a raid",
    description: "Adds a raid to the calendar and opens its sign-up.",
    problems: ["dkp/pool-not-found", "raids/team-not-found"],
    needs: "raids.manage",
    body: inputs.newRaid,
    answers: newRaid,
  }),
  async (c) => c.json(await service.planRaid(c.var.guild, c.req.valid("json")), 201),
);

raidsApi.openapi(
  api.get("/raid-series", {
    id: "listRaidSeries",
    summary: "List weekly raid series",
    description: "Returns the series that plan raids by themselves.",
    needs: "raids.view",
    answers: {
      200: json(z.object({ items: z.array(inputs.seriesJson).readonly() }), "Weekly raids."),
    },
  }),
  async (c) => c.json({ items: await service.series(c.var.guild) }, 200),
);

raidsApi.openapi(
  api.post("/raid-series", {
    id: "planRaidSeries",
    summary: "Plan a weekly raid series",
    description:
      "Plans raids on the given weekdays at the guild's local time. Those of the next " +
      "weeks are there at once.",
    problems: ["raids/too-many-series", "dkp/pool-not-found", "raids/team-not-found"],
    needs: "raids.manage",
    body: inputs.newSeries,
    answers: { 201: json(z.object({ id: z.string() }), "The series.") },
  }),
  async (c) => c.json({ id: await service.planSeries(c.var.guild, c.req.valid("json")) }, 201),
);

raidsApi.openapi(
  api.patch("/raid-series/{id}", {
    id: "changeRaidSeries",
    summary: "Change a raid series",
    description:
      "Changes a series from a date on. Planned raids move within their week and keep their " +
      "sign-ups. Returns the series in effect from that date on: a new one for a later date.",
    problems: ["raids/series-not-found", "raids/team-not-found", "raids/too-many-series"],
    needs: "raids.manage",
    params,
    body: inputs.seriesChange,
    answers: { 200: json(z.object({ id: z.string() }), "The series from that date on.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json({ id: await service.changeSeries(c.var.guild, id, c.req.valid("json")) }, 200);
  },
);

raidsApi.openapi(
  api.delete("/raid-series/{id}", {
    id: "endRaidSeries",
    summary: "End a raid series",
    description: "Plans no more raids of the series, and cancels those ahead that have not begun.",
    problems: ["raids/series-not-found"],
    needs: "raids.manage",
    params,
    answers: { 204: { description: "No more raids of it." } },
  }),
  async (c) => {
    await service.endSeries(c.var.guild, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

raidsApi.openapi(
  api.get("/raid-teams", {
    id: "listRaidTeams",
    summary: "List raid teams",
    description: "Returns the teams with their members.",
    needs: "raids.view",
    answers: {
      200: json(z.object({ items: z.array(inputs.teamJson).readonly() }), "Teams by name."),
    },
  }),
  async (c) => c.json({ items: await service.raidTeamsOf(c.var.guild) }, 200),
);

raidsApi.openapi(
  api.post("/raid-teams", {
    id: "addRaidTeam",
    summary: "Add a raid team",
    description: "Makes a team of people. Raids of the team count for its members only.",
    problems: ["raids/team-name-taken", "raids/too-many-teams", "raids/bad-people"],
    needs: "raids.manage",
    body: inputs.newTeam,
    answers: { 201: json(inputs.teamJson, "The team.") },
  }),
  async (c) => c.json(await service.addTeam(c.var.guild, c.req.valid("json")), 201),
);

raidsApi.openapi(
  api.patch("/raid-teams/{id}", {
    id: "changeRaidTeam",
    summary: "Change a raid team",
    description: "Changes the name or the members. `personIds` are all members from now on.",
    problems: ["raids/team-not-found", "raids/team-name-taken", "raids/bad-people"],
    needs: "raids.manage",
    params,
    body: inputs.teamChange,
    answers: { 200: json(inputs.teamJson, "The team as it now is.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.changeTeam(c.var.guild, id, c.req.valid("json")), 200);
  },
);

raidsApi.openapi(
  api.delete("/raid-teams/{id}", {
    id: "deleteRaidTeam",
    summary: "Delete a raid team",
    description: "Deletes the team. Its raids stay in the history.",
    problems: ["raids/team-not-found"],
    needs: "raids.manage",
    params,
    answers: { 204: { description: "The team is gone." } },
  }),
  async (c) => {
    await service.archiveTeam(c.var.guild, c.req.valid("param").id);
    return c.body(null, 204);
  },
);

raidsApi.openapi(
  api.get("/raids/{id}", {
    id: "getRaid",
    summary: "Get a raid",
    description: "Returns the raid with its sign-ups, attendance and composition.",
    problems: ["raids/not-found"],
    needs: "raids.view",
    params,
    answers: oneRaid,
  }),
  async (c) => c.json(await service.raid(c.var.guild, c.req.valid("param").id), 200),
);

raidsApi.openapi(
  api.patch("/raids/{id}", {
    id: "changeRaid",
    summary: "Change a raid",
    description:
      "Changes the fields that are sent and keeps the others. A raid that has begun can only " +
      "change its team, and whether it counts.",
    problems: ["raids/not-found", "raids/begun", "raids/team-not-found"],
    needs: "raids.manage",
    params,
    body: inputs.raidChange,
    answers: oneRaid,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.changeRaid(c.var.guild, id, c.req.valid("json")), 200);
  },
);

raidsApi.openapi(
  api.post("/raids/{id}/cancellation", {
    id: "cancelRaid",
    summary: "Cancel a raid",
    description: "Marks a planned raid as canceled. Its sign-ups stay visible.",
    problems: ["raids/not-found", "raids/begun"],
    needs: "raids.manage",
    params,
    answers: oneRaid,
  }),
  async (c) => c.json(await service.cancelRaid(c.var.guild, c.req.valid("param").id), 200),
);

raidsApi.openapi(
  api.put("/raids/{id}/signup", {
    id: "signUpForRaid",
    summary: "Sign up for a raid",
    description:
      "Saves the caller's answer, and replaces an earlier one. Officers can answer for " +
      "another person.",
    problems: ["raids/not-found", "raids/over", "roster/person-not-found"],
    needs: "raids.join",
    params,
    body: inputs.signupBody,
    answers: oneRaid,
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.signUp(c.var.guild, id, c.req.valid("json")), 200);
  },
);

raidsApi.openapi(
  api.post("/raids/{id}/bench", {
    id: "joinRaidBench",
    summary: "Join the bench of a raid",
    description:
      "Puts the caller on the bench. This is possible from an hour before the raid until " +
      "it ends.",
    problems: [
      "raids/not-found",
      "raids/already-there",
      "raids/bench-closed",
      "roster/person-not-found",
    ],
    needs: "raids.join",
    params,
    answers: oneRaid,
  }),
  async (c) => c.json(await service.joinBench(c.var.guild, c.req.valid("param").id), 200),
);

raidsApi.openapi(
  api.post("/raids/{id}/start", {
    id: "startRaid",
    summary: "Start a raid",
    description: "Starts a planned raid. People who signed up are taken as present.",
    problems: ["raids/not-found", "raids/not-planned"],
    needs: "raids.manage",
    params,
    answers: oneRaid,
  }),
  async (c) => c.json(await service.startRaid(c.var.guild, c.req.valid("param").id), 200),
);

raidsApi.openapi(
  api.post("/raids/{id}/end", {
    id: "endRaid",
    summary: "End a raid",
    description: "Ends a running raid and fixes its end time.",
    problems: ["raids/not-found", "raids/not-running"],
    needs: "raids.manage",
    params,
    answers: oneRaid,
  }),
  async (c) => c.json(await service.endRaid(c.var.guild, c.req.valid("param").id), 200),
);

raidsApi.openapi(
  api.post("/raids/{id}/awards", {
    id: "awardRaid",
    summary: "Award points for a raid",
    description:
      "Gives points to the people at the raid, and a share to the bench, in one entry of " +
      "the ledger.",
    problems: [
      "raids/not-found",
      "raids/not-begun",
      "raids/nobody-there",
      "dkp/bad-points",
      "dkp/behind-decay",
      "dkp/pool-archived",
      "dkp/same-award",
    ],
    needs: "points.award",
    params,
    body: inputs.raidAwardBody,
    answers: { 201: json(entryJson, "The entry of the ledger.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.awardRaid(c.var.guild, id, c.req.valid("json")), 201);
  },
);
