import { z } from "@hono/zod-openapi";
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
import type { GuildContext } from "../context.ts";
import { sendJson, sendRows } from "../files.ts";
import { parsedForm, sentForm, withFormKey } from "../page-forms.ts";
import {
  adjustBody,
  awardBody,
  ledgerFilters,
  reversalBody,
  spendBody,
  standingsFilters,
} from "./api.ts";
import { ledgerLines } from "./exports.ts";
import { typedPoints } from "./points.ts";
import * as service from "./service.ts";
import {
  PeopleFormPage,
  ReversalFormPage,
  SpendFormPage,
  translatedForm,
} from "./views/entry-forms.tsx";
import { EntryPage, LedgerPage, VerificationPage } from "./views/ledger.tsx";
import { pageCursor, queryOf } from "./views/parts.tsx";
import { StandingsPage, StatementPage } from "./views/standings.tsx";

type PageContext = Context<GuildEnv>;
type Kind = "award" | "spend" | "adjust";

/** Pages for standings, statements and the ledger, and the forms that add entries. */
export function dkpPages() {
  const router = createRouter<GuildEnv>();
  const canView = requirePermission("standings.view");
  const canAward = requirePermission("points.award");
  router.get("/standings", canView, showStandings);
  router.get("/standings/export.csv", canView, async (c) => {
    const { lines, columns } = await standingsOf(c);
    return await sendRows(c, "standings", lines, columns);
  });
  router.get("/standings/export.json", canView, async (c) =>
    sendJson(c, "standings", (await standingsOf(c)).lines),
  );
  router.get("/standings/:personId", canView, showStatement);
  router.get("/ledger", showLedger);
  router.get("/ledger/export.csv", async (c) => {
    const lines = await ledgerLines(c.var.guild, queryOf(c, exportFilters));
    return await sendRows(
      c,
      "ledger",
      lines.map((line) => ({ ...line })),
      LEDGER_COLUMNS,
    );
  });
  router.get("/ledger/export.json", async (c) =>
    sendJson(c, "ledger", await ledgerLines(c.var.guild, queryOf(c, exportFilters))),
  );
  router.get("/ledger/verification", async (c) =>
    c.html(<VerificationPage view={viewOf(c)} found={await service.verify(c.var.guild)} />),
  );
  for (const kind of ["award", "spend", "adjust"] as const) {
    router.get(`/ledger/${kind}`, canAward, (c) => showForm(c, kind, emptyForm));
    router.post(`/ledger/${kind}`, canAward, (c) => sendForm(c, kind));
  }
  router.get("/ledger/:id", async (c) => {
    const entry = await service.entry(c.var.guild, c.req.param("id"));
    return c.html(<EntryPage view={viewOf(c)} entry={entry} />);
  });
  router.get("/ledger/:id/reversal", canAward, (c) => showReversal(c, emptyForm));
  router.post("/ledger/:id/reversal", canAward, sendReversal);
  return router;
}

const exportFilters = z.object({ pool: z.uuid().optional(), raid: z.uuid().optional() });

const LEDGER_COLUMNS = [
  ...["number", "entry", "kind", "earned", "recorded", "account", "person", "points", "unit"],
  ...["reason", "raid", "reverses"],
] as const;

async function showStandings(c: PageContext) {
  const ctx = c.var.guild;
  const query = queryOf(c, standingsFilters.extend(pageCursor.shape));
  const page = await service.standings(ctx, { ...query, limit: limits.dkp.pageRows });
  const ids = page.items.map((row) => row.personId);
  const [pools, alts] = await Promise.all([service.pools(ctx), service.altsOf(ctx, ids)]);
  return c.html(
    <StandingsPage view={viewOf(c)} page={page} pools={shown(pools)} alts={alts} query={query} />,
  );
}

function standingsOf(c: PageContext) {
  return service.standingsFile(c.var.guild, queryOf(c, standingsFilters));
}

async function showStatement(c: PageContext) {
  const ctx = c.var.guild;
  const query = queryOf(c, pageCursor.extend({ pool: z.uuid().optional() }));
  const personId = c.req.param("personId")!;
  const page = await service.statement(ctx, { ...query, personId, limit: limits.dkp.pageRows });
  const limit = limits.dkp.chartPointsMax;
  const latest = await service.statement(ctx, { personId, pool: query.pool, limit });
  const [pools, characters] = await Promise.all([
    service.pools(ctx),
    service.charactersOf(ctx, page.account.personId),
  ]);
  return c.html(
    <StatementPage
      view={viewOf(c)}
      page={page}
      latest={latest.items}
      pools={shown(pools).filter((pool) => pool.isExample === page.pool.isExample)}
      characters={characters}
    />,
  );
}

async function showLedger(c: PageContext) {
  const ctx = c.var.guild;
  const query = queryOf(c, ledgerFilters.extend(pageCursor.shape));
  const page = await service.ledger(ctx, { ...query, limit: limits.dkp.pageRows });
  const pools = shown(await service.pools(ctx));
  const people = await peopleOf(ctx, page.pool.id);
  return c.html(
    <LedgerPage view={viewOf(c)} page={page} pools={pools} people={people} query={query} />,
  );
}

async function showForm(c: PageContext, kind: Kind, form: FormState, poolId = c.req.query("pool")) {
  const ctx = c.var.guild;
  const pool = await service.poolOf(ctx, poolId);
  const props = {
    view: viewOf(c),
    form,
    pool,
    pools: shown(await service.pools(ctx)),
    people: await peopleOf(ctx, pool.id),
    formKey: newId<string>(),
  };
  c.header("Cache-Control", "no-store");
  return c.html(
    kind === "spend" ? <SpendFormPage {...props} /> : <PeopleFormPage {...props} kind={kind} />,
  );
}

async function sendForm(c: PageContext, kind: Kind) {
  const values = await sentForm(c, LISTS);
  const { key, ...fields } = values;
  const ctx = withFormKey(c.var.guild, key);
  const points = typedPoints(String(fields["points"] ?? ""), c.var.locale);
  try {
    if (kind === "award") {
      const { confirm, ...rest } = fields;
      const input = { ...rest, points, ...(confirm === "on" && { confirm: true }) };
      await service.award(ctx, parsedForm(awardBody, input));
    }
    if (kind === "adjust") await service.adjust(ctx, parsedForm(adjustBody, { ...fields, points }));
    if (kind === "spend") await service.spend(ctx, parsedForm(spendBody, { ...fields, points }));
  } catch (error) {
    const failed = failedForm(error, values, viewOf(c).messages);
    const poolId = typeof fields["pool"] === "string" ? fields["pool"] : undefined;
    const pool = await service.poolOf(ctx, poolId);
    const form = translatedForm(viewOf(c), failed, error as AppError, pool.decimals);
    c.status(statusOf(error as AppError) as 422);
    return await showForm(c, kind, form, pool.id);
  }
  const pool = await service.poolOf(ctx, fields["pool"] as string | undefined);
  const query = pool.isDefault ? "done=recorded" : `pool=${pool.id}&done=recorded`;
  return c.redirect(`/g/${ctx.guild.slug}/ledger?${query}`, 303);
}

async function showReversal(c: PageContext, form: FormState) {
  const entry = await service.entry(c.var.guild, c.req.param("id")!);
  c.header("Cache-Control", "no-store");
  return c.html(
    <ReversalFormPage view={viewOf(c)} form={form} entry={entry} formKey={newId<string>()} />,
  );
}

async function sendReversal(c: PageContext) {
  const values = await sentForm(c, LISTS);
  const { key, ...fields } = values;
  const txId = c.req.param("id")!;
  try {
    const body = reversalBody.extend({ confirmed: z.literal("on") });
    const { reason } = parsedForm(body, fields);
    const made = await service.reverse(withFormKey(c.var.guild, key), { txId, reason });
    return c.redirect(`/g/${c.var.guild.guild.slug}/ledger/${made.id}?done=undone`, 303);
  } catch (error) {
    if (error instanceof AppError && error.kind === "not-found") throw error;
    const form = translatedForm(
      viewOf(c),
      failedForm(error, values, viewOf(c).messages),
      error as AppError,
      0,
    );
    c.status(statusOf(error as AppError) as 422);
    return await showReversal(c, form);
  }
}

/** All active people of the pool's roster by name, for forms and filters. */
async function peopleOf(ctx: GuildContext, pool: string) {
  const limit = limits.dkp.csvRowsMax;
  return (await service.standings(ctx, { pool, sort: "name", limit })).items;
}

/** Archived pools are not listed, but stay reachable by their address. */
function shown(pools: readonly service.Pool[]) {
  return pools.filter((pool) => pool.archivedAt === null);
}

/** The names of list fields; a browser sends nothing for an empty list. */
const LISTS = new Set(["personIds", "sharedWith"]);
