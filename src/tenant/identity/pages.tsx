import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { type Fields, parsedForm, sentForm } from "../page-forms.ts";
import { pairBody } from "./api.ts";
import { identityBoard } from "./board.ts";
import { canConnect, connect, provedServer } from "./connect.ts";
import { sendAddon, sendCompanion } from "./downloads.ts";
import { changeIssue, issues } from "./issues.ts";
import { requestRun } from "./runs.ts";
import * as service from "./service.ts";
import { identitySettings, readSettings } from "./settings.ts";
import { readSource, readSources } from "./sources.ts";
import { BoardPage } from "./views/board.tsx";
import { DownloadsPage } from "./views/downloads.tsx";
import { rankField, SettingsPage } from "./views/settings.tsx";

type Page = Context<GuildEnv>;

/** Below `/g/:guild/identity`: who is who, and where that is read from. */
export function identityPages() {
  const pages = createRouter<GuildEnv>();
  const manage = requirePermission("identity.manage");
  const configure = requirePermission("settings.manage");
  pages.get("/identity", manage, showBoard);
  for (const kind of ["blizzard", "discord", "match", "report"] as const) {
    pages.post(`/identity/runs/${kind}`, manage, async (c) => {
      await requestRun(c.var.guild, c.var.services, kind);
      return toBoard(c, "started");
    });
  }
  pages.post("/identity/links", manage, async (c) => {
    await service.linkCharacter(c.var.guild, parsedForm(pairBody, await sentForm(c)));
    return toBoard(c, "saved");
  });
  pages.post("/identity/rejections", manage, async (c) => {
    await service.rejectSuggestion(c.var.guild, parsedForm(pairBody, await sentForm(c)));
    return toBoard(c, "saved");
  });
  pages.post("/identity/links/:id/confirmation", manage, async (c) => {
    await service.confirmLink(c.var.guild, c.req.param("id")!);
    return toBoard(c, "saved");
  });
  pages.post("/identity/links/:id/removal", manage, async (c) => {
    await service.removeLink(c.var.guild, c.req.param("id")!);
    return toBoard(c, "removed");
  });
  pages.post("/identity/issues/:id/acknowledgement", manage, async (c) => {
    await changeIssue(c.var.guild, c.req.param("id")!, { acknowledged: true });
    return toBoard(c, "saved");
  });
  pages.get("/identity/downloads", manage, async (c) => {
    const source = await readSource(c.var.guild, "addon");
    const lastUpload =
      source?.lastGoodAt == null ? undefined : { atMs: source.lastGoodAt, rows: source.rows ?? 0 };
    return c.html(<DownloadsPage view={viewOf(c)} lastUpload={lastUpload} />);
  });
  pages.get("/identity/addon.zip", manage, sendAddon);
  pages.get("/identity/companion.zip", manage, sendCompanion);
  pages.get("/identity/settings", configure, async (c) => {
    return c.html(await settingsHtml(c, emptyForm));
  });
  pages.post("/identity/settings", configure, saveSettings);
  return pages;
}

async function showBoard(c: Page) {
  const ctx = c.var.guild;
  const board = {
    ...(await identityBoard(ctx)),
    issues: await issues(ctx, "open"),
    sources: await readSources(ctx),
    canReport: (await readSettings(ctx)).discord?.auditChannelId != null,
  };
  return c.html(<BoardPage view={viewOf(c)} board={board} />);
}

async function saveSettings(c: Page) {
  const values = await sentForm(c);
  try {
    const settings = parsedForm(identitySettings, {
      blizzard: values["realmSlug"] || values["guildSlug"] ? blizzardOf(values) : null,
      discord: values["serverId"]
        ? { serverId: values["serverId"], auditChannelId: values["channelId"] || null }
        : null,
      rankToRole: ranksOf(values),
      staleDays: Number(values["staleDays"]),
    });
    await connect(c.var.guild, c.var.services, settings);
    return toBoard(c, "saved");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    return c.html(await settingsHtml(c, form), statusOf(error) as 422);
  }
}

async function settingsHtml(c: Page, form: FormState) {
  const { guild, services } = c.var;
  const settings = await readSettings(guild);
  const proved = await provedServer(guild, services);
  const server = { canConnect: canConnect(services), proved };
  return <SettingsPage view={viewOf(c)} settings={settings} server={server} form={form} />;
}

function blizzardOf({ region, edition, realmSlug, guildSlug }: Fields) {
  return { region, edition, realmSlug, guildSlug };
}

function ranksOf(values: Fields): Record<string, unknown> {
  const ranks = Array.from({ length: limits.identity.ranksMax }, (_, rank) => rank);
  return Object.fromEntries(
    ranks.flatMap((rank) => {
      const role = values[rankField(rank)];
      return typeof role === "string" && role.trim() !== "" ? [[String(rank), role.trim()]] : [];
    }),
  );
}

function toBoard(c: Page, done: "saved" | "removed" | "started") {
  return c.redirect(`${guildHref(viewOf(c), "/identity")}?done=${done}`, 303);
}
