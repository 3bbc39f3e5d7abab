import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { may } from "../context.ts";
import { typedPoints } from "../dkp/points.ts";
import { standings } from "../dkp/service.ts";
import { queryOf } from "../dkp/views/parts.tsx";
import { sendJson, sendRows } from "../files.ts";
import { filledIn, parsedForm, sentForm, withFormKey } from "../page-forms.ts";
import { raidsAround } from "../raids/service.ts";
import { ownPerson } from "../roster/service.ts";
import { lootFilters, newLoot, revertBody, wishesBody } from "./api.ts";
import * as service from "./service.ts";
import { ItemPage, LootFormPage, LootPage, LootReversalPage, WishesPage } from "./views/loot.tsx";

type PageContext = Context<GuildEnv>;

/** The pages of awards, items and wishes, and the forms for awards by hand. */
export function lootPages() {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("loot.view");
  const canRun = requirePermission("auctions.run");
  const canJoin = requirePermission("raids.join");
  router.get("/loot", canView, async (c) => {
    const query = queryOf(c, lootFilters);
    const page = await service.loot(c.var.guild, {
      ...query,
      cursor: c.req.query("cursor"),
      limit: limits.loot.pageRows,
    });
    return c.html(
      <LootPage view={viewOf(c)} items={page.items} next={page.next} q={query.q ?? ""} />,
    );
  });
  router.get("/loot/export.csv", canView, async (c) =>
    sendRows(c, "loot", await service.lootLines(c.var.guild), service.LOOT_COLUMNS),
  );
  router.get("/loot/export.json", canView, async (c) =>
    sendJson(c, "loot", await service.lootLines(c.var.guild)),
  );
  router.get("/loot/new", canRun, (c) => showForm(c, emptyForm));
  router.post("/loot/new", canRun, sendForm);
  router.get("/loot/wishes", canJoin, (c) => showWishes(c, emptyForm));
  router.post("/loot/wishes", canJoin, sendWishes);
  router.get("/loot/items/:item", canView, showItem);
  router.get("/loot/:id/reversal", canRun, (c) => showReversal(c, emptyForm));
  router.post("/loot/:id/reversal", canRun, sendReversal);
  return router;
}

async function showItem(c: PageContext) {
  const ctx = c.var.guild;
  const item = c.req.param("item")!;
  const { items } = await service.loot(ctx, { item, limit: limits.loot.pageRows });
  const wanted = may(ctx, "auctions.view") ? await service.wishes(ctx, { item }) : [];
  const name = items[0]?.itemName ?? wanted[0]?.itemName ?? item;
  return c.html(<ItemPage view={viewOf(c)} name={name} items={items} wishes={wanted} />);
}

async function showForm(c: PageContext, form: FormState) {
  const ctx = c.var.guild;
  const { items } = await standings(ctx, { sort: "name", limit: limits.dkp.csvRowsMax });
  c.header("Cache-Control", "no-store");
  return c.html(
    <LootFormPage
      view={viewOf(c)}
      form={form}
      people={items}
      raids={await raidsAround(ctx)}
      formKey={newId<string>()}
    />,
  );
}

async function sendForm(c: PageContext) {
  const values = await sentForm(c);
  const { key, points, ...fields } = values;
  try {
    const input = parsedForm(newLoot, {
      ...filledIn(fields),
      ...(points && { points: typedPoints(String(points), c.var.locale) }),
    });
    await service.addLoot(withFormKey(c.var.guild, key), input);
    return c.redirect(`/g/${c.var.guild.guild.slug}/loot?done=added`, 303);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    return await showForm(c, form);
  }
}

async function showReversal(c: PageContext, form: FormState) {
  const item = await service.lootItem(c.var.guild, c.req.param("id")!);
  c.header("Cache-Control", "no-store");
  return c.html(<LootReversalPage view={viewOf(c)} form={form} item={item} />);
}

async function sendReversal(c: PageContext) {
  const values = await sentForm(c);
  try {
    const { reason } = parsedForm(revertBody, values);
    await service.revertLoot(c.var.guild, c.req.param("id")!, reason);
    return c.redirect(`/g/${c.var.guild.guild.slug}/loot?done=undone`, 303);
  } catch (error) {
    if (error instanceof AppError && error.kind === "not-found") throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    return await showReversal(c, form);
  }
}

async function showWishes(c: PageContext, form: FormState) {
  const me = await ownPerson(c.var.guild);
  const own = me ? await service.wishes(c.var.guild, { person: me.id }) : [];
  return c.html(<WishesPage view={viewOf(c)} form={form} own={own} />);
}

async function sendWishes(c: PageContext) {
  const values = await sentForm(c);
  try {
    const lines = String(values["items"] ?? "").split(/\r?\n/);
    const items = lines.map((line) => line.trim()).filter((line) => line !== "");
    const body = parsedForm(wishesBody, { items: items.map((itemName) => ({ itemName })) });
    await service.setWishes(c.var.guild, body.items);
    return c.redirect(`/g/${c.var.guild.guild.slug}/loot/wishes?done=saved`, 303);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    return await showWishes(c, form);
  }
}
