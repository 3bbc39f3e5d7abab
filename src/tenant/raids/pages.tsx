import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { momentOfLocal } from "../../kernel/calendar.ts";
import { AppError, Invalid } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { HOUR_MS } from "../../kernel/time.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { type GuildContext, may } from "../context.ts";
import { typedPoints } from "../dkp/points.ts";
import { ledger, poolOf, pools } from "../dkp/service.ts";
import { sendJson, sendRows } from "../files.ts";
import { type Fields, filledIn, parsedForm, sentForm, withFormKey } from "../page-forms.ts";
import { newRaid, newSeries, presenceBody, raidAwardBody, signupBody } from "./api.ts";
import { attendancePages } from "./attendance-pages.tsx";
import { gridPages } from "./grid-pages.tsx";
import * as service from "./service.ts";
import { teamPages } from "./team-pages.tsx";
import { RaidPage } from "./views/raid.tsx";
import { AttendancePage, RaidFormPage, RaidsPage } from "./views/raids.tsx";

type PageContext = Context<GuildEnv>;

const LISTS = new Set(["weekdays"]);

/** Calendar, raids, attendance and their forms. */
export function raidsPages() {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("raids.view");
  const canManage = requirePermission("raids.manage");
  const canJoin = requirePermission("raids.join");
  const canAward = requirePermission("points.award");
  router.get("/raids", canView, showRaids);
  router.get("/raids/new", canManage, (c) => showForm(c, emptyForm));
  router.post("/raids/new", canManage, sendForm);
  router.get("/raids/attendance", canView, async (c) => {
    const query = { limit: limits.raids.pageRows, cursor: c.req.query("cursor") };
    const page = await service.attendancePage(c.var.guild, query);
    return c.html(<AttendancePage view={viewOf(c)} page={page} />);
  });
  router.get("/raids/attendance.csv", canView, async (c) =>
    sendRows(c, "attendance", await attendanceLines(c.var.guild), ATTENDANCE_COLUMNS),
  );
  router.get("/raids/attendance.json", canView, async (c) =>
    sendJson(c, "attendance", await service.attendance(c.var.guild)),
  );
  router.route("/", gridPages());
  router.post("/raids/series/:id/end", canManage, async (c) => {
    await service.endSeries(c.var.guild, c.req.param("id"));
    return c.redirect(`/g/${c.var.guild.guild.slug}/raids?done=saved`, 303);
  });
  router.route("/", teamPages());
  router.route("/", attendancePages());
  router.get("/raids/:id/export.csv", canView, async (c) => {
    const rows = await raidRows(c.var.guild, c.req.param("id"));
    return await sendRows(c, "raid", rows, RAID_COLUMNS);
  });
  router.get("/raids/:id/export.json", canView, async (c) => {
    const raid = await service.raid(c.var.guild, c.req.param("id"));
    return sendJson(c, "raid", raid.people);
  });
  router.get("/raids/:id", canView, (c) => showRaid(c, emptyForm));
  const acts = {
    start: [canManage, (c: PageContext, id: string) => service.startRaid(c.var.guild, id)],
    end: [canManage, (c: PageContext, id: string) => service.endRaid(c.var.guild, id)],
    cancellation: [canManage, (c: PageContext, id: string) => service.cancelRaid(c.var.guild, id)],
    bench: [canJoin, (c: PageContext, id: string) => service.joinBench(c.var.guild, id)],
    signup: [canJoin, sendSignup],
    attendance: [canManage, sendPresence],
    awards: [canAward, sendAward],
    counting: [canManage, sendCounting],
  } as const;
  for (const [path, [guard, verb]] of Object.entries(acts)) {
    router.post(`/raids/:id/${path}`, guard, (c) => act(c, verb));
  }
  return router;
}

const RAID_COLUMNS = [
  ...["raid", "start", "name", "class", "role", "signup", "presence", "credit", "remark"],
  "exempt",
] as const;

/** One raid as rows of a file: everyone who answered or was there. */
async function raidRows(ctx: GuildContext, id: string) {
  const raid = await service.raid(ctx, id);
  return raid.people.map((one) => ({
    raid: raid.name,
    start: new Date(raid.startsAt).toISOString(),
    name: one.name,
    class: one.class ?? "",
    role: one.role ?? "",
    signup: one.signup ?? "",
    presence: one.presence ?? "",
    credit: one.creditPct ?? "",
    remark: one.remark ?? "",
    exempt: one.isExempt ? "yes" : "",
  }));
}

async function showRaids(c: PageContext) {
  const ctx = c.var.guild;
  const cursor = c.req.query("cursor");
  const [coming, overdue, past, series] = await Promise.all([
    service.comingRaids(ctx, {
      limit: limits.raids.comingRows,
      cursor: c.req.query("coming"),
    }),
    service.overdueRaids(ctx, {
      limit: limits.raids.comingRows,
      cursor: c.req.query("overdue"),
    }),
    service.pastRaids(ctx, { limit: limits.raids.pageRows, cursor }),
    service.series(ctx),
  ]);
  return c.html(
    <RaidsPage
      view={viewOf(c)}
      coming={coming.items}
      nextComing={coming.next}
      overdue={overdue.items}
      nextOverdue={overdue.next}
      past={past.items}
      next={past.next}
      series={series}
    />,
  );
}

async function showRaid(c: PageContext, form: FormState) {
  const ctx = c.var.guild;
  const seq = await c.var.services.tails.lastSeq(ctx.guild.id);
  const raid = await service.raid(ctx, c.req.param("id")!);
  const now = ctx.now().getTime();
  const isOpen = raid.status === "running" || (raid.status === "planned" && raid.endsAt > now);
  const page = { pool: raid.poolId, raid: raid.id, limit: limits.dkp.pageRows };
  const awards = may(ctx, "ledger.view")
    ? await ledger(ctx, { ...page, cursor: c.req.query("awards") })
    : { items: [] };
  c.header("Cache-Control", "no-store");
  return c.html(
    <RaidPage
      view={viewOf(c)}
      raid={raid}
      form={form}
      seq={seq}
      now={now}
      pool={await poolOf(ctx, raid.poolId)}
      awards={awards}
      benchIsOpen={isOpen && raid.startsAt - HOUR_MS <= now}
      formKey={newId<string>()}
    />,
  );
}

async function showForm(c: PageContext, form: FormState) {
  const [all, teams] = await Promise.all([pools(c.var.guild), service.raidTeamsOf(c.var.guild)]);
  return c.html(
    <RaidFormPage
      teams={teams}
      view={viewOf(c)}
      form={form}
      pools={all.filter((pool) => pool.archivedAt === null && !pool.isExample)}
    />,
  );
}

async function sendForm(c: PageContext) {
  const ctx = c.var.guild;
  const values = await sentForm(c, LISTS);
  const { date, startsAt, minutes, weekdays = [], countsNot, ...rest } = values;
  const base = `/g/${ctx.guild.slug}/raids`;
  try {
    const common = { ...filledIn(rest), minutes: Number(minutes) };
    if (weekdays.length > 0) {
      const days = [weekdays].flat().map(Number);
      await service.planSeries(ctx, parsedForm(newSeries, { ...common, startsAt, weekdays: days }));
      return c.redirect(`${base}?done=added`, 303);
    }
    const at = momentOfLocal(String(date), String(startsAt), ctx.guild.timeZone);
    const raid = parsedForm(newRaid, {
      ...common,
      startsAt: at ?? ctx.now().getTime(),
      ...(countsNot === "on" && { counts: false }),
    });
    if (at === undefined) {
      const detail = "Choose a day, or at least one weekday.";
      throw new Invalid("raids/bad-time", detail, { errors: [{ pointer: "/date", detail }] });
    }
    const made = await service.planRaid(ctx, raid);
    return c.redirect(`${base}/${made.id}?done=added`, 303);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    return await showForm(c, form);
  }
}

const ATTENDANCE_COLUMNS = [
  "name",
  "class",
  "30 days %",
  "60 days %",
  "90 days %",
  "all %",
  "nights",
];

async function attendanceLines(ctx: GuildContext) {
  return (await service.attendance(ctx)).map((row) => ({
    name: row.name,
    class: row.class ?? "",
    "30 days %": row.days30 ?? "",
    "60 days %": row.days60 ?? "",
    "90 days %": row.days90 ?? "",
    "all %": row.all ?? "",
    nights: row.raids,
  }));
}

function sendSignup(c: PageContext, id: string, fields: Fields) {
  return service.signUp(c.var.guild, id, parsedForm(signupBody, filledIn(fields)));
}

/** Each person's fields contain their id. People without a presence in the form stay unchanged. */
function sendPresence(c: PageContext, id: string, fields: Fields) {
  const people = Object.entries(fields).flatMap(([name, presence]) => {
    if (!name.startsWith("presence-") || presence === "") return [];
    const personId = name.slice("presence-".length);
    const remark = fields[`remark-${personId}`];
    return [{ personId, presence, remark: remark === "" ? null : remark }];
  });
  const { version } = fields;
  const body = parsedForm(presenceBody, { people, ...(version && { version }) });
  return service.setPresence(c.var.guild, id, body.people, { version: body.version });
}

function sendCounting(c: PageContext, id: string, fields: Fields) {
  return service.changeRaid(c.var.guild, id, { counts: fields["counts"] === "yes" });
}

function sendAward(c: PageContext, id: string, fields: Fields) {
  const { key, points, benchPct, exceptLate, confirm, asOfNow, ...rest } = fields;
  const body = parsedForm(raidAwardBody, {
    ...rest,
    points: typedPoints(String(points ?? ""), c.var.locale),
    ...(benchPct && { benchPct: Number(benchPct) }),
    exceptLate: exceptLate === "on",
    ...(confirm === "on" && { confirm: true }),
    ...(asOfNow === "on" && { effectiveAt: c.var.guild.now().getTime() }),
  });
  return service.awardRaid(withFormKey(c.var.guild, key), id, body);
}

/** Runs an action on a raid and shows the raid again, with the problem if it failed. */
async function act(
  c: PageContext,
  verb: (c: PageContext, id: string, fields: Fields) => Promise<unknown>,
) {
  const id = c.req.param("id")!;
  const values = await sentForm(c);
  try {
    await verb(c, id, values);
    const guild = `/g/${c.var.guild.guild.slug}`;
    const back = c.req.query("from") === "home" ? guild : `${guild}/raids/${id}`;
    return c.redirect(`${back}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 409);
    return await showRaid(c, failedForm(error, values, viewOf(c).messages));
  }
}
