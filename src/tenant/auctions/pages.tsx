import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { MINUTE_MS } from "../../kernel/time.ts";
import { nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { sentenceOf } from "../../web/i18n/index.ts";
import type { GuildContext } from "../context.ts";
import { formatPoints, typedPoints } from "../dkp/points.ts";
import { poolOf, pools } from "../dkp/service.ts";
import { sendJson, sendRows } from "../files.ts";
import { type Fields, filledIn, parsedForm, sentForm, withFormKey } from "../page-forms.ts";
import { raidsAround } from "../raids/service.ts";
import { bidBody, newAuction, reasonBody, reopenBody } from "./api.ts";
import * as service from "./service.ts";
import { AuctionPage, AuctionsPage } from "./views/auction.tsx";
import { AuctionFormPage } from "./views/form.tsx";

type PageContext = Context<GuildEnv>;

const LISTS = new Set(["classes", "roles"]);

/** The auction house, its auctions, and the forms of bidders and officers. */
export function auctionsPages() {
  const router = createRouter<GuildEnv>();
  const canRun = requirePermission("auctions.run");
  const canBid = requirePermission("auctions.bid");
  router.get("/auctions", showHouse);
  router.get("/auctions/export.csv", async (c) =>
    sendRows(c, "auctions", await auctionRows(c.var.guild), AUCTION_COLUMNS),
  );
  router.get("/auctions/export.json", async (c) =>
    sendJson(c, "auctions", await auctionRows(c.var.guild)),
  );
  router.get("/auctions/new", canRun, (c) => showForm(c, emptyForm));
  router.post("/auctions/new", canRun, sendForm);
  router.get("/auctions/:id", (c) => showAuction(c, emptyForm));
  router.post("/auctions/:id/bids", canBid, sendBid);
  router.post("/auctions/:id/retraction", canBid, (c) =>
    act(c, async (id) => {
      await service.retractBid(c.var.guild, id);
      return "removed";
    }),
  );
  router.post("/auctions/:id/pass", canBid, (c) =>
    act(c, async (id) => {
      await service.passItem(c.var.guild, id);
      return "saved";
    }),
  );
  router.post("/auctions/:id/cancellation", canRun, (c) =>
    act(c, async (id, fields) => {
      await service.voidAuction(c.var.guild, id, parsedForm(reasonBody, fields).reason);
      return "canceled";
    }),
  );
  router.post("/auctions/:id/reopening", canRun, (c) =>
    act(c, async (id, fields) => {
      const { durationMs } = parsedForm(reopenBody, { durationMs: msOf(fields["minutes"]) });
      const { jobs } = c.var.services;
      const made = await service.reopenAuction(c.var.guild, jobs, id, durationMs);
      return { to: made.id };
    }),
  );
  return router;
}

const AUCTION_COLUMNS = [
  ...["auction", "item", "item_id", "boss", "mode", "opened", "ended", "status", "bids"],
  ...["winner", "points", "reverted"],
] as const;

/** Every auction that is over as rows of a file: one for each winner, and one for an item without any. */
async function auctionRows(ctx: GuildContext) {
  const rows: Record<(typeof AUCTION_COLUMNS)[number], string | number>[] = [];
  let cursor: string | undefined;
  do {
    const page = await service.pastAuctions(ctx, { limit: limits.auctions.pageRows, cursor });
    for (const one of page.items) {
      const head = {
        ...{ auction: one.id, item: one.itemName, item_id: one.itemId ?? "", boss: one.boss },
        ...{ mode: one.mode, opened: new Date(one.opensAt).toISOString(), status: one.status },
        ended: new Date(one.settledAt ?? one.closesAt).toISOString(),
        bids: one.bidCount ?? "",
      };
      const none = { personName: "", price: 0, isReverted: false };
      for (const won of one.loot.length > 0 ? one.loot : [none]) {
        rows.push({
          ...head,
          winner: won.personName ?? "",
          points: won === none ? "" : formatPoints(won.price, one.decimals),
          reverted: won.isReverted ? "yes" : "",
        });
      }
    }
    cursor = page.next;
    await nextTurn();
  } while (cursor !== undefined);
  return rows;
}

async function showHouse(c: PageContext) {
  const ctx = c.var.guild;
  // Read the number first: the page then receives again what happens while it is rendered.
  const seq = await c.var.services.tails.lastSeq(ctx.guild.id);
  const cursor = c.req.query("cursor");
  const [open, past] = await Promise.all([
    service.openAuctions(ctx),
    service.pastAuctions(ctx, { limit: limits.auctions.pageRows, cursor }),
  ]);
  c.header("Cache-Control", "no-store");
  const now = ctx.now().getTime();
  return c.html(
    <AuctionsPage
      view={viewOf(c)}
      seq={seq}
      now={now}
      open={open}
      past={past.items}
      next={past.next}
    />,
  );
}

async function showAuction(c: PageContext, form: FormState) {
  const seq = await c.var.services.tails.lastSeq(c.var.guild.guild.id);
  const auction = await service.auction(c.var.guild, c.req.param("id")!);
  c.header("Cache-Control", "no-store");
  return c.html(
    <AuctionPage view={viewOf(c)} seq={seq} now={auction.now} auction={auction} form={form} />,
  );
}

/** Answers scripts with JSON in the reader's language, and other requests with a page. */
async function sendBid(c: PageContext) {
  const values = await sentForm(c);
  const { key, from, ...fields } = values;
  const view = viewOf(c);
  const isScript = c.req.header("accept") === "application/json";
  try {
    const points =
      fields["points"] === undefined
        ? undefined
        : typedPoints(String(fields["points"]), c.var.locale);
    const body = parsedForm(bidBody, { ...filledIn(fields), points });
    await service.placeBid(withFormKey(c.var.guild, key), c.req.param("id")!, body);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 409);
    const text = sentenceOf(view.messages, error.code, error.message);
    if (isScript) return c.json({ isPlaced: false, text });
    return await showAuction(c, failedForm(error, values, view.messages));
  }
  if (isScript) return c.json({ isPlaced: true, text: view.messages.auctions.placed });
  const house = `/g/${c.var.guild.guild.slug}/auctions`;
  const back = from === house ? house : `${house}/${c.req.param("id")}`;
  return c.redirect(`${back}?done=bid`, 303);
}

async function showForm(c: PageContext, form: FormState) {
  const ctx = c.var.guild;
  const poolId = form.values["pool"] ?? c.req.query("pool");
  const [pool, all, raids] = await Promise.all([
    poolOf(ctx, typeof poolId === "string" && poolId !== "" ? poolId : undefined),
    pools(ctx),
    raidsAround(ctx),
  ]);
  c.header("Cache-Control", "no-store");
  return c.html(
    <AuctionFormPage
      view={viewOf(c)}
      form={form}
      pool={pool}
      pools={all.filter((one) => one.archivedAt === null)}
      raids={raids}
      formKey={newId<string>()}
    />,
  );
}

async function sendForm(c: PageContext) {
  const values = await sentForm(c, LISTS);
  try {
    const input = parsedForm(newAuction, termsOf(values, c.var.locale));
    const { jobs } = c.var.services;
    const made = await service.openAuction(withFormKey(c.var.guild, values["key"]), jobs, input);
    return c.redirect(`/g/${c.var.guild.guild.slug}/auctions/${made.id}`, 303);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    const { durationMs, snipeMs, ...errors } = form.errors;
    const { auctions: t } = viewOf(c).messages;
    const format = new Intl.NumberFormat(c.var.locale);
    const minutes = (ms: number) => format.format(ms / MINUTE_MS);
    const { durationMsMin, durationMsMax, snipeMsMax } = limits.auctions;
    c.status(statusOf(error as AppError) as 422);
    return await showForm(c, {
      ...form,
      errors: {
        ...errors,
        ...(durationMs && {
          minutes: t.minutesFault(minutes(durationMsMin), minutes(durationMsMax)),
        }),
        ...(snipeMs && { snipeSeconds: t.snipeFault(format.format(snipeMsMax / 1_000)) }),
      },
    });
  }
}

/** Converts a form's texts to the terms of an auction. */
function termsOf(values: Fields, locale: "en" | "es") {
  const { key: _, minutes, snipeSeconds, copies, allowsOffSpec, allowsAllIn, ...others } = values;
  const { presentOnly, allowsMinimum, endsWhenPassed, ...rest } = others;
  const typed = (name: string) =>
    typeof rest[name] === "string" && rest[name] !== ""
      ? { [name]: typedPoints(rest[name], locale) }
      : {};
  return {
    ...filledIn(rest),
    ...typed("minimum"),
    ...typed("maximum"),
    ...typed("increment"),
    durationMs: msOf(minutes),
    ...(snipeSeconds !== undefined && { snipeMs: Math.round(Number(snipeSeconds) * 1_000) }),
    ...(copies !== undefined && copies !== "" && { copies: Number(copies) }),
    allowsOffSpec: allowsOffSpec === "on",
    allowsAllIn: allowsAllIn === "on",
    ...(presentOnly === "on" && { presentOnly: true }),
    ...(allowsMinimum === "on" && { allowsMinimum: true }),
    ...(endsWhenPassed === "on" && { endsWhenPassed: true }),
  };
}

function msOf(minutes: unknown): number {
  return Math.round(Number(String(minutes).replace(",", ".")) * MINUTE_MS);
}

/** Runs an action on an auction, then shows the auction, or the form with the problem. */
async function act(
  c: PageContext,
  verb: (id: string, fields: Fields) => Promise<string | { readonly to: string }>,
) {
  const id = c.req.param("id")!;
  const values = await sentForm(c);
  try {
    const done = await verb(id, values);
    const base = `/g/${c.var.guild.guild.slug}/auctions`;
    if (typeof done !== "string") return c.redirect(`${base}/${done.to}`, 303);
    return c.redirect(`${base}/${id}?done=${done}`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 409);
    return await showAuction(c, failedForm(error, values, viewOf(c).messages));
  }
}
