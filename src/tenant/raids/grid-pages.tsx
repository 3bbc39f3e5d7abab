import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { localDateOf } from "../../kernel/calendar.ts";
import { toCsvInTurns } from "../../kernel/csv.ts";
import { inTurns } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { filledIn, parsedForm } from "../page-forms.ts";
import { gridFilters } from "./api.ts";
import { attendanceGrid, wholeGrid } from "./attendance-grid.ts";
import { raidTeamsOf } from "./teams.ts";
import { GridPage } from "./views/grid.tsx";

type PageContext = Context<GuildEnv>;

/** Attendance by raid: the page, and the whole of it as files. */
export function gridPages() {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("raids.view");
  router.get("/raids/attendance/grid", canView, showGrid);
  router.get("/raids/attendance/grid.csv", canView, sendCsv);
  router.get("/raids/attendance/grid.json", canView, sendJson);
  return router;
}

const filtersOf = (c: PageContext) => {
  const { team, from, until, skip } = c.req.query();
  return parsedForm(gridFilters, filledIn(given({ team, from, until, skip })));
};

const given = (fields: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

async function showGrid(c: PageContext) {
  const ctx = c.var.guild;
  const filters = filtersOf(c);
  const [grid, teams] = await Promise.all([
    attendanceGrid(ctx, {
      ...filters,
      limit: limits.raids.pageRows,
      cursor: c.req.query("cursor"),
    }),
    raidTeamsOf(ctx),
  ]);
  return c.html(<GridPage view={viewOf(c)} grid={grid} teams={teams} filters={filters} />);
}

/** A line for each person, and a column for each raid, the earliest first. */
async function sendCsv(c: PageContext) {
  const ctx = c.var.guild;
  const grid = await wholeGrid(ctx, filtersOf(c));
  const dates = grid.raids.map(
    ({ startsAt, name }) => `${localDateOf(startsAt, ctx.guild.timeZone)} ${name}`,
  );
  const head = ["name", "class", "%", "nights", ...dates.toReversed()];
  const lines = grid.items.map((one) => [
    one.name,
    one.class ?? "",
    String(one.percent ?? ""),
    String(one.nights),
    ...one.marks.map((mark) => (mark === "none" ? "" : mark)).toReversed(),
  ]);
  const text = await toCsvInTurns([head, ...lines]);
  return c.body(text, 200, fileHeaders(c, "csv", "text/csv; charset=utf-8"));
}

/** `raids`, and `items` whose marks are in the order of the raids. */
async function sendJson(c: PageContext) {
  const { raids, items } = await wholeGrid(c.var.guild, filtersOf(c));
  const lines: string[] = [];
  await inTurns(items, (one) => {
    lines.push(JSON.stringify(one));
  });
  const text = `{"raids":${JSON.stringify(raids)},"items":[${lines.join(",\n")}]}`;
  return c.body(text, 200, fileHeaders(c, "json", "application/json"));
}

function fileHeaders(c: PageContext, ending: string, type: string) {
  const name = `${c.var.guild.guild.slug}-attendance-by-raid.${ending}`;
  return {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${name}"`,
    "Cache-Control": "no-store",
  };
}
