import type { Context } from "hono";
import { requireMember, requirePermission } from "../../http/access.ts";
import type { AppEnv, GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError, Forbidden } from "../../kernel/errors.ts";
import { restReason } from "../../platform/messages/rest.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { guildHref } from "../../web/layout.tsx";
import { canConnect } from "../identity/connect.ts";
import { parsedForm, sentForm } from "../page-forms.ts";
import { beginConnection, finishConnection } from "./connection.ts";
import { feedSettings, readFeeds, storeFeeds } from "./feed-settings.ts";
import { bindDiscord, claimOf, LINK_PATH } from "./own-link.ts";
import { ChannelsPage } from "./views/channels.tsx";
import { LinkPage } from "./views/link.tsx";

type Page = Context<GuildEnv>;

/** Below `/g/:guild/identity`: connecting a Discord server, and a member's own Discord account. */
export function discordPages() {
  const pages = createRouter<GuildEnv>();
  pages.get("/identity/discord-server", requirePermission("settings.manage"), async (c) => {
    if (!canConnect(c.var.services)) {
      return c.redirect(guildHref(viewOf(c), "/identity/settings"), 303);
    }
    const url = await beginConnection(c.var.guild, c.var.platform);
    refuseFromElsewhere(c);
    c.header("Cache-Control", "no-store");
    return c.redirect(url.href, 303);
  });
  const configure = requirePermission("settings.manage");
  pages.get("/identity/discord-channels", configure, async (c) => c.html(await feedsHtml(c)));
  pages.post("/identity/discord-channels", configure, saveFeeds);
  const member = requireMember("roster.view");
  pages.get(LINK_PATH, member, async (c) => {
    const token = c.req.query("token");
    if (token === undefined) return c.redirect(guildHref(viewOf(c), "/"), 303);
    const { name } = await claimOf(c.var.guild, c.var.platform, token);
    c.header("Cache-Control", "no-store");
    return c.html(<LinkPage view={viewOf(c)} name={name} token={token} />);
  });
  pages.post(LINK_PATH, member, async (c) => {
    const { token } = await sentForm(c);
    const person = await bindDiscord(c.var.guild, c.var.platform, String(token ?? ""));
    return c.redirect(`${guildHref(viewOf(c), `/roster/${person.id}`)}?done=linked`, 303);
  });
  return pages;
}

async function feedsHtml(c: Page, form: FormState = emptyForm) {
  const { guild, services } = c.var;
  const resting = await restReason(services, guild.guild.id);
  const feeds = await readFeeds(guild);
  return <ChannelsPage view={viewOf(c)} feeds={feeds} resting={resting} form={form} />;
}

async function saveFeeds(c: Page) {
  const values = await sentForm(c);
  const channel = (name: string) => values[name] || null;
  try {
    const feeds = parsedForm(feedSettings, {
      raidChannelId: channel("raidChannelId"),
      announceHours: Number(values["announceHours"]),
      reminderHours: values["reminderHours"] ? Number(values["reminderHours"]) : null,
      auctionChannelId: channel("auctionChannelId"),
      lootChannelId: channel("lootChannelId"),
      language: values["language"],
    });
    await storeFeeds(c.var.guild, c.var.services, feeds);
    return c.redirect(`${guildHref(viewOf(c), "/identity/discord-channels")}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    return c.html(await feedsHtml(c, form), statusOf(error) as 422);
  }
}

/** Where Discord sends people back after they installed the bot on a server. */
export function discordReturnPage() {
  const pages = createRouter();
  // Safe: the sealed state works in the session that began it, and Discord's code works once.
  pages.get("/discord/callback", async (c: Context<AppEnv>) => {
    c.header("Cache-Control", "no-store");
    const { slug, isConnected } = await finishConnection(
      c.var.platform,
      new URL(c.req.url).searchParams,
    );
    return c.redirect(`/g/${slug}/identity/settings${isConnected ? "?done=saved" : ""}`, 303);
  });
  return pages;
}

/** Refuses requests from other sites, which could connect a guild that its admin did not mean. */
function refuseFromElsewhere(c: Page): void {
  if (c.req.header("sec-fetch-site") === "same-origin") return;
  throw new Forbidden(
    "request/cross-site",
    "This request came from another site. Open the page here and try again.",
  );
}
