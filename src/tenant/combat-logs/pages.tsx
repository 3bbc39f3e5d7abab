import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { sentFile } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { toCsv } from "../../kernel/csv.ts";
import { AppError, Invalid, NotFound } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { fileHeaders, sendRows } from "../files.ts";
import * as bossQueries from "./boss-queries.ts";
import { comparisonOf } from "./comparison.ts";
import { uploadDeps } from "./deps.ts";
import { exportedFight, SPELL_COLUMNS, spellLines } from "./fight-export.ts";
import { utilityOf } from "./fight-utility.ts";
import { curvesOf, secondsIn, windowOf } from "./fight-window.ts";
import { keystonesOf } from "./keystones.ts";
import { participantsOf } from "./participants.ts";
import { trendOf } from "./player-trend.ts";
import * as reading from "./queries.ts";
import * as reports from "./reports.ts";
import { shareOf, unlisted } from "./share-links.ts";
import * as uploads from "./uploads.ts";
import { BossesPage, BossPage, ComparePage, ComparePlayersPage } from "./views/boss.tsx";
import { FIGHT_VIEWS, FightPage, FightPlayerPage, type FightView } from "./views/fight.tsx";
import { ParticipantsPage } from "./views/participants.tsx";
import { LogsPage, ReportPage } from "./views/report.tsx";
import { TrendPage } from "./views/trend.tsx";
import { WipesPage } from "./views/wipes.tsx";
import { wipesAgainst, wipesIn } from "./wipes.ts";

type PageContext = Context<GuildEnv>;

const RECORDS_SHOWN = 5;
/** More columns than this are unreadable. */
const PLAYERS_COMPARED_MAX = 6;

/** Logs, reports, fights and progress as pages. */
export function combatLogsPages() {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("logs.view");
  const canViewProgress = requirePermission("progress.view");
  const canUpload = requirePermission("logs.upload");
  const canManage = requirePermission("logs.manage");
  router.get("/logs", canView, (c) => showLogs(c, emptyForm));
  router.post("/logs", canUpload, takeForm);
  router.get("/logs/:id", canView, unlisted, showReport);
  router.get("/logs/:id/fights.csv", canView, sendFights);
  router.get("/logs/:id/wipes", canView, unlisted, async (c) => {
    const report = await existing(c);
    const page = await wipesIn(c.var.guild, report.id, c.req.query("cursor") || undefined);
    return c.html(<WipesPage view={viewOf(c)} report={report} page={page} />);
  });
  router.get("/logs/:id/participants", canView, unlisted, async (c) => {
    const report = await existing(c);
    const found = await participantsOf(c.var.guild, report.id);
    return c.html(<ParticipantsPage view={viewOf(c)} report={report} found={found} />);
  });
  router.post("/logs/:id/cancellation", canUpload, async (c) => {
    await uploads.cancelUpload(c.var.guild, uploadDeps(c), c.req.param("id"));
    return c.redirect(guildHref(viewOf(c), "/logs?done=removed"), 303);
  });
  router.post("/logs/:id/readings", canManage, async (c) => {
    await reports.reparse(c.var.guild, uploadDeps(c), await existing(c));
    return c.redirect(guildHref(viewOf(c), `/logs/${c.req.param("id")}`), 303);
  });
  router.post("/logs/:id/deletion", canUpload, async (c) => {
    await reports.removeReport(c.var.guild, uploadDeps(c).files, await existing(c));
    return c.redirect(guildHref(viewOf(c), "/logs?done=removed"), 303);
  });
  router.get("/fights/compare", canView, unlisted, async (c) => {
    const fights = await reading.compare(c.var.guild, c.req.queries("id") ?? []);
    return c.html(<ComparePage view={viewOf(c)} fights={fights} />);
  });
  router.get("/fights/:id", canView, unlisted, showFight);
  router.get("/fights/:id/compare", canView, unlisted, async (c) => {
    const fight = await reading.fight(c.var.guild, c.req.param("id"));
    const chosen = (c.req.queries("guid") ?? []).slice(0, PLAYERS_COMPARED_MAX);
    const players = fight.players.filter(({ guid }) => chosen.includes(guid));
    return c.html(<ComparePlayersPage view={viewOf(c)} fight={fight} players={players} />);
  });
  router.get("/fights/:id/players.csv", canView, sendPlayers);
  router.get("/fights/:id/spells.csv", canView, sendSpells);
  router.get("/fights/:id/fight.json", canView, sendFight);
  router.get("/fights/:id/players/:guid", canView, unlisted, async (c) => {
    const found = await reading.fightPlayer(c.var.guild, c.req.param("id"), c.req.param("guid"));
    const compared = await comparisonOf(c.var.guild, found.fight, found.player);
    return c.html(<FightPlayerPage view={viewOf(c)} found={found} compared={compared} />);
  });
  router.get("/players/:guid", canView, unlisted, async (c) => {
    const cursor = c.req.query("cursor") || undefined;
    const trend = await trendOf(c.var.guild, c.req.param("guid"), cursor);
    return c.html(<TrendPage view={viewOf(c)} trend={trend} />);
  });
  router.get("/bosses", canViewProgress, async (c) =>
    c.html(<BossesPage view={viewOf(c)} rows={await bossQueries.bosses(c.var.guild)} />),
  );
  router.get("/bosses/:gameId/:difficulty", canViewProgress, showBoss);
  return router;
}

async function showLogs(c: PageContext, form: FormState, status: 200 | 422 | 413 = 200) {
  const ctx = c.var.guild;
  const cursor = c.req.query("cursor") || undefined;
  const page = await reports.reports(ctx, { limit: limits.logs.pageRows, cursor });
  const usage = await reports.usage(ctx);
  return c.html(<LogsPage view={viewOf(c)} page={page} usage={usage} form={form} />, status);
}

/** Takes a small file in one form, for browsers without scripts. */
async function takeForm(c: PageContext) {
  const ctx = c.var.guild;
  try {
    const file = await sentFile(c, "file");
    if (file === undefined) {
      const detail = "Choose a file that is not empty.";
      throw new Invalid("logs/no-file", detail, { errors: [{ pointer: "/file", detail }] });
    }
    const deps = uploadDeps(c);
    const input = { fileName: file.name || "log.txt", sizeBytes: file.size };
    const { id, receivedBytes } = await uploads.beginUpload(ctx, deps, input);
    const rest = file.slice(receivedBytes).stream() as unknown as AsyncIterable<Uint8Array>;
    await uploads.receiveChunk(ctx, deps, id, receivedBytes, rest);
    return c.redirect(guildHref(viewOf(c), `/logs/${id}`), 303);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const form = failedForm(error, {}, viewOf(c).messages);
    return await showLogs(c, form, statusOf(error) as 422);
  }
}

async function showReport(c: PageContext) {
  const ctx = c.var.guild;
  const report = await uploads.uploadOf(ctx, uploadDeps(c).files, c.req.param("id")!);
  const withTrash = c.req.query("trash") === "1";
  const cursor = c.req.query("cursor") || undefined;
  const [page, keystones, hasTrash, leftOut] = await Promise.all([
    reading.fightsPage(ctx, report.id, { withTrash, cursor }),
    keystonesOf(ctx, report.id),
    reading.hasTrash(ctx, report.id),
    reading.leftOutOf(ctx, report.id),
  ]);
  const facts = { report, page, keystones, withTrash, hasTrash, leftOut, share: shareOf(c) };
  return c.html(<ReportPage view={viewOf(c)} {...facts} />);
}

async function showFight(c: PageContext) {
  const ctx = c.var.guild;
  const id = c.req.param("id")!;
  const asked = c.req.query("view") ?? "damage";
  const shown: FightView = FIGHT_VIEWS.find((name) => name === asked) ?? "damage";
  const fight = await reading.fight(ctx, id);
  const [from, to] = [secondsIn(c.req.query("from")), secondsIn(c.req.query("to"))];
  const player = fight.players.find(({ guid }) => guid === c.req.query("player"))?.guid;
  const filter = { player, window: windowOf(fight.durationMs, from, to) };
  const curves = await curvesOf(ctx, id, filter);
  const utility = shown === "utility" ? await utilityOf(ctx, id) : undefined;
  const props = { fight, shown, filter, curves, utility, share: shareOf(c) };
  return c.html(<FightPage view={viewOf(c)} {...props} />);
}

async function sendSpells(c: PageContext) {
  const id = c.req.param("id")!;
  return await sendRows(c, `${id}-spells`, await spellLines(c.var.guild, id), SPELL_COLUMNS);
}

async function sendFight(c: PageContext) {
  const fight = await exportedFight(c.var.guild, c.req.param("id")!);
  return c.json(fight, 200, fileHeaders(c, `${fight.id}.json`));
}

async function showBoss(c: PageContext) {
  const ctx = c.var.guild;
  const [gameId, difficulty] = [Number(c.req.param("gameId")), Number(c.req.param("difficulty"))];
  if (!Number.isInteger(gameId) || !Number.isInteger(difficulty)) {
    throw new NotFound("logs/boss-not-found", "This boss does not appear in the logs.");
  }
  const boss = { gameId, difficulty };
  const cursor = c.req.query("cursor") || undefined;
  const [page, damage, healing, wipes] = await Promise.all([
    bossQueries.pulls(ctx, { ...boss, limit: limits.logs.pageRows, cursor }),
    bossQueries.records(ctx, { ...boss, by: "damage", limit: RECORDS_SHOWN }),
    bossQueries.records(ctx, { ...boss, by: "healing", limit: RECORDS_SHOWN }),
    wipesAgainst(ctx, boss, undefined),
  ]);
  return c.html(
    <BossPage
      view={viewOf(c)}
      difficulty={difficulty}
      page={page}
      wipes={wipes.items}
      damage={damage}
      healing={healing}
    />,
  );
}

async function sendFights(c: PageContext) {
  const report = await existing(c);
  const fights = await reading.fightsOf(c.var.guild, report.id);
  return csv(c, `${report.id}-fights`, [
    ["name", "kind", "difficulty", "outcome", "boss_percent", "start", "duration_ms", "deaths"],
    ...fights.map((one) => [
      one.name,
      one.kind,
      one.difficulty,
      one.outcome,
      one.bossPercent ?? "",
      new Date(one.startAt).toISOString(),
      one.durationMs,
      one.deathCount,
    ]),
  ]);
}

async function sendPlayers(c: PageContext) {
  const fight = await reading.fight(c.var.guild, c.req.param("id")!);
  const columns = [
    "name",
    "class",
    "spec",
    "itemLevel",
    "damage",
    "damageOwn",
    "damagePets",
    "overkill",
    "absorbedByTarget",
    "friendlyFire",
    "healing",
    "overhealing",
    "absorbsGranted",
    "damageTaken",
    "deaths",
    "activeMs",
    "casts",
    "interrupts",
    "dispels",
  ] as const;
  const rows = fight.players.map((one) => columns.map((name) => one[name] ?? ""));
  return csv(c, `${fight.id}-players`, [[...columns], ...rows]);
}

function csv(c: PageContext, name: string, rows: readonly (readonly (string | number)[])[]) {
  return c.body(toCsv(rows.map((row) => row.map(String))), 200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${name}.csv"`,
    "Cache-Control": "no-store",
  });
}

async function existing(c: PageContext) {
  const report = await reports.readReport(c.var.guild, c.req.param("id")!);
  if (report === undefined) throw uploads.noSuchReport();
  return report;
}
