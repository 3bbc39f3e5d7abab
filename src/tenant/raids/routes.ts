import { createRoute, z } from "@hono/zod-openapi";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter, json, jsonBody, pageOf, paging, problem } from "../../http/router.ts";
import { limits } from "../../limits.ts";
import { entryJson } from "../dkp/inputs.ts";
import * as inputs from "./inputs.ts";
import * as service from "./service.ts";

const tags = ["Raids"];
const view = requirePermission("raids.view");
const join = requirePermission("raids.join");
const manage = requirePermission("raids.manage");
const params = z.object({ id: z.uuid() });
const oneRaid = { 200: json(inputs.raidViewJson, "The raid as it now is."), default: problem };
const newRaid = { 201: json(inputs.raidViewJson, "The planned raid."), default: problem };

const routes = {
  list: createRoute({
    method: "get",
    path: "/raids",
    operationId: "listRaids",
    tags,
    middleware: [view] as const,
    request: { query: paging.extend({ when: z.enum(["coming", "past"]).default("coming") }) },
    responses: {
      200: json(pageOf(inputs.raidJson), "Coming: the next first. Past: the latest first."),
      default: problem,
    },
  }),
  plan: createRoute({
    method: "post",
    path: "/raids",
    operationId: "planRaid",
    tags,
    middleware: [manage] as const,
    request: { body: jsonBody(inputs.newRaid) },
    responses: newRaid,
  }),
  series: createRoute({
    method: "get",
    path: "/raids/series",
    operationId: "listRaidSeries",
    tags,
    middleware: [view] as const,
    responses: {
      200: json(z.object({ items: z.array(inputs.seriesJson).readonly() }), "Weekly raids."),
      default: problem,
    },
  }),
  planSeries: createRoute({
    method: "post",
    path: "/raids/series",
    operationId: "planRaidSeries",
    tags,
    middleware: [manage] as const,
    request: { body: jsonBody(inputs.newSeries) },
    responses: { 201: json(z.object({ id: z.string() }), "The series."), default: problem },
  }),
  endSeries: createRoute({
    method: "delete",
    path: "/raids/series/{id}",
    operationId: "endRaidSeries",
    tags,
    middleware: [manage] as const,
    request: { params },
    responses: { 204: { description: "No more raids of it." }, default: problem },
  }),
  attendance: createRoute({
    method: "get",
    path: "/raids/attendance",
    operationId: "listAttendance",
    tags,
    middleware: [view] as const,
    responses: {
      200: json(
        z.object({ items: z.array(inputs.attendanceJson).readonly() }),
        "Percent of the nights of 30, 60, 90 and all days.",
      ),
      default: problem,
    },
  }),
  one: createRoute({
    method: "get",
    path: "/raids/{id}",
    operationId: "getRaid",
    tags,
    middleware: [view] as const,
    request: { params },
    responses: oneRaid,
  }),
  change: createRoute({
    method: "patch",
    path: "/raids/{id}",
    operationId: "changeRaid",
    tags,
    middleware: [manage] as const,
    request: { params, body: jsonBody(inputs.raidChange) },
    responses: oneRaid,
  }),
  cancel: createRoute({
    method: "post",
    path: "/raids/{id}/cancellation",
    operationId: "cancelRaid",
    tags,
    middleware: [manage] as const,
    request: { params },
    responses: oneRaid,
  }),
  signUp: createRoute({
    method: "put",
    path: "/raids/{id}/signup",
    operationId: "signUpForRaid",
    tags,
    middleware: [join] as const,
    request: { params, body: jsonBody(inputs.signupBody) },
    responses: oneRaid,
  }),
  bench: createRoute({
    method: "post",
    path: "/raids/{id}/bench",
    operationId: "joinRaidBench",
    tags,
    middleware: [join] as const,
    request: { params },
    responses: oneRaid,
  }),
  start: createRoute({
    method: "post",
    path: "/raids/{id}/start",
    operationId: "startRaid",
    tags,
    middleware: [manage] as const,
    request: { params },
    responses: oneRaid,
  }),
  end: createRoute({
    method: "post",
    path: "/raids/{id}/end",
    operationId: "endRaid",
    tags,
    middleware: [manage] as const,
    request: { params },
    responses: oneRaid,
  }),
  presence: createRoute({
    method: "put",
    path: "/raids/{id}/attendance",
    operationId: "setRaidAttendance",
    tags,
    middleware: [manage] as const,
    request: { params, body: jsonBody(inputs.presenceBody) },
    responses: oneRaid,
  }),
  award: createRoute({
    method: "post",
    path: "/raids/{id}/awards",
    operationId: "awardRaid",
    tags,
    middleware: [requirePermission("points.award")] as const,
    request: { params, body: jsonBody(inputs.raidAwardBody) },
    responses: { 201: json(entryJson, "The entry of the ledger."), default: problem },
  }),
};

/** The calendar, who comes, who was there and what they got for it. */
export function raidsApi() {
  return createRouter<GuildEnv>()
    .openapi(routes.list, async (c) => {
      const { when, ...query } = c.req.valid("query");
      const ctx = c.var.guild;
      if (when === "past") return c.json(await service.pastRaids(ctx, query), 200);
      return c.json({ items: await service.comingRaids(ctx, limits.raids.pageRows) }, 200);
    })
    .openapi(routes.plan, async (c) =>
      c.json(await service.planRaid(c.var.guild, c.req.valid("json")), 201),
    )
    .openapi(routes.series, async (c) => c.json({ items: await service.series(c.var.guild) }, 200))
    .openapi(routes.planSeries, async (c) =>
      c.json({ id: await service.planSeries(c.var.guild, c.req.valid("json")) }, 201),
    )
    .openapi(routes.endSeries, async (c) => {
      await service.endSeries(c.var.guild, c.req.valid("param").id);
      return c.body(null, 204);
    })
    .openapi(routes.attendance, async (c) =>
      c.json({ items: await service.attendance(c.var.guild) }, 200),
    )
    .openapi(routes.one, async (c) =>
      c.json(await service.raid(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(routes.change, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.changeRaid(c.var.guild, id, c.req.valid("json")), 200);
    })
    .openapi(routes.cancel, async (c) =>
      c.json(await service.cancelRaid(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(routes.signUp, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.signUp(c.var.guild, id, c.req.valid("json")), 200);
    })
    .openapi(routes.bench, async (c) =>
      c.json(await service.joinBench(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(routes.start, async (c) =>
      c.json(await service.startRaid(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(routes.end, async (c) =>
      c.json(await service.endRaid(c.var.guild, c.req.valid("param").id), 200),
    )
    .openapi(routes.presence, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.setPresence(c.var.guild, id, c.req.valid("json").people), 200);
    })
    .openapi(routes.award, async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await service.awardRaid(c.var.guild, id, c.req.valid("json")), 201);
    });
}
