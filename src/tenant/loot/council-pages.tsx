import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { may } from "../context.ts";
import { typedPoints } from "../dkp/points.ts";
import { standings } from "../dkp/service.ts";
import { type Fields, filledIn, parsedForm, sentForm } from "../page-forms.ts";
import { decisionBody, newCouncil, responseBody, voteBody } from "./api.ts";
import * as service from "./councils.ts";
import { CouncilPage, CouncilsPage } from "./views/council.tsx";

type PageContext = Context<GuildEnv>;

/** The pages of councils: responses, votes and the decision. */
export function councilsPages() {
  const router = createRouter<GuildEnv>();
  const canRun = requirePermission("auctions.run");
  const canBid = requirePermission("auctions.bid");
  router.get("/loot/councils", (c) => showAll(c, emptyForm));
  router.post("/loot/councils", canRun, async (c) => {
    const values = await sentForm(c);
    try {
      const made = await service.openCouncil(c.var.guild, parsedForm(newCouncil, filledIn(values)));
      return c.redirect(`/g/${c.var.guild.guild.slug}/loot/councils/${made.id}`, 303);
    } catch (error) {
      const form = failedForm(error, values, viewOf(c).messages);
      c.status(statusOf(error as AppError) as 422);
      return await showAll(c, form);
    }
  });
  router.get("/loot/councils/:id", (c) => showOne(c, emptyForm));
  const acts = {
    response: [
      canBid,
      (c: PageContext, id: string, fields: Fields) =>
        service.respond(c.var.guild, id, parsedForm(responseBody, filledIn(fields))),
    ],
    vote: [
      canRun,
      (c: PageContext, id: string, fields: Fields) =>
        service.vote(c.var.guild, id, parsedForm(voteBody, fields).personId),
    ],
    decision: [
      canRun,
      (c: PageContext, id: string, { points, ...fields }: Fields) => {
        const price = points ? { points: typedPoints(String(points), c.var.locale) } : {};
        return service.decideCouncil(
          c.var.guild,
          id,
          parsedForm(decisionBody, { ...fields, ...price }),
        );
      },
    ],
    cancellation: [canRun, (c: PageContext, id: string) => service.voidCouncil(c.var.guild, id)],
  } as const;
  for (const [path, [guard, verb]] of Object.entries(acts)) {
    router.post(`/loot/councils/:id/${path}`, guard, (c) => act(c, verb));
  }
  return router;
}

async function showAll(c: PageContext, form: FormState) {
  const page = await service.councils(c.var.guild, {
    cursor: c.req.query("cursor"),
    limit: limits.loot.pageRows,
  });
  return c.html(<CouncilsPage view={viewOf(c)} page={page} form={form} />);
}

async function showOne(c: PageContext, form: FormState) {
  const ctx = c.var.guild;
  const seq = await c.var.services.tails.lastSeq(ctx.guild.id);
  const council = await service.council(ctx, c.req.param("id")!);
  const people = may(ctx, "auctions.run")
    ? (await standings(ctx, { sort: "name", limit: limits.dkp.csvRowsMax })).items
    : [];
  c.header("Cache-Control", "no-store");
  const now = ctx.now().getTime();
  return c.html(
    <CouncilPage
      view={viewOf(c)}
      seq={seq}
      now={now}
      council={council}
      people={people}
      form={form}
    />,
  );
}

async function act(
  c: PageContext,
  verb: (c: PageContext, id: string, fields: Fields) => Promise<unknown>,
) {
  const id = c.req.param("id")!;
  const values = await sentForm(c);
  try {
    await verb(c, id, values);
    return c.redirect(`/g/${c.var.guild.guild.slug}/loot/councils/${id}?done=saved`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 409);
    return await showOne(c, failedForm(error, values, viewOf(c).messages));
  }
}
