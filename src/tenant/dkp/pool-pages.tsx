import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError } from "../../kernel/errors.ts";
import { PageHeader } from "../../web/components.tsx";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { GuildLayout } from "../../web/layout.tsx";
import { may } from "../context.ts";
import { type Fields, parsedForm, sentForm } from "../page-forms.ts";
import { newPool, rulesChange } from "./api.ts";
import { changeOf } from "./pool-form.ts";
import { withSaved } from "./saved-rules.ts";
import * as service from "./service.ts";
import { AddForm, PoolCard } from "./views/pools.tsx";

type PageContext = Context<GuildEnv>;
interface Failed {
  readonly pool: string;
  readonly form: FormState;
  readonly preview?: service.RulesPreview;
}

/** The guild's pools and their rules, readable for all members and editable for admins. */
export function poolsPages() {
  const router = createRouter<GuildEnv>();
  const canManage = requirePermission("settings.manage");
  router.get("/dkp/pools", requirePermission("standings.view"), (c) => showPools(c, undefined));
  router.post("/dkp/pools", canManage, (c) =>
    act(c, "new", async (fields) => {
      await service.addPool(c.var.guild, parsedForm(newPool, fields));
    }),
  );
  router.post("/dkp/pools/:id", canManage, (c) =>
    act(c, c.req.param("id"), async (fields) => {
      const { jobs } = c.var.services;
      const change = parsedForm(rulesChange, changeIn(c, fields));
      await service.changeRules(c.var.guild, jobs, c.req.param("id"), change);
    }),
  );
  router.post("/dkp/pools/:id/preview", canManage, sendPreview);
  router.post("/dkp/pools/:id/archival", canManage, (c) =>
    act(c, c.req.param("id"), async () => {
      await service.archivePool(c.var.guild, c.req.param("id"));
    }),
  );
  router.post("/dkp/pools/:id/decays", requirePermission("points.award"), (c) =>
    act(c, c.req.param("id"), async () => {
      await service.runDecay(c.var.guild, { pool: c.req.param("id") });
    }),
  );
  return router;
}

const changeIn = (c: PageContext, fields: Fields) =>
  changeOf(fields, c.var.locale, viewOf(c).messages.poolRules.slots);

/** Shows what the rules of the form would do, with the form as it was sent. */
async function sendPreview(c: PageContext) {
  const pool = c.req.param("id")!;
  const values = await sentForm(c);
  try {
    const change = parsedForm(rulesChange, changeIn(c, values));
    const preview = await service.previewRules(c.var.guild, pool, change);
    return await showPools(c, { pool, form: { values, errors: {} }, preview });
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 422);
    return await showPools(c, { pool, form: failedForm(error, values, viewOf(c).messages) });
  }
}

async function act(c: PageContext, pool: string, verb: (fields: Fields) => Promise<void>) {
  const values = await sentForm(c);
  try {
    await verb(values);
    return c.redirect(`/g/${c.var.guild.guild.slug}/dkp/pools?done=saved`, 303);
  } catch (error) {
    if (error instanceof AppError && error.kind === "not-found") throw error;
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    const isOutdated = (error as AppError).code === "dkp/rules-changed";
    return await showPools(c, {
      pool,
      form: isOutdated ? withSaved(await service.poolOf(c.var.guild, pool), viewOf(c), form) : form,
    });
  }
}

async function showPools(c: PageContext, failed: Failed | undefined) {
  const pools = (await service.pools(c.var.guild)).filter((pool) => !pool.isExample);
  const histories = new Map(
    await Promise.all(
      pools.map(
        async (pool) => [pool.id, await service.rulesHistory(c.var.guild, pool.id)] as const,
      ),
    ),
  );
  const view = viewOf(c);
  const t = view.messages.dkp;
  const mayManage = may(c.var.guild, "settings.manage");
  // One form at a time: the labels of two would name the same fields.
  const asked = failed?.pool ?? c.req.query("pool");
  const chosen = pools.find(({ id }) => id === asked) ?? pools.find((pool) => pool.isDefault);
  return c.html(
    <GuildLayout view={view} title={t.rulesTitle} section="standings" narrow>
      <PageHeader title={t.rulesTitle} lead={t.rulesLead} />
      {pools.map((pool) => (
        <PoolCard
          view={view}
          pool={pool}
          form={pool !== chosen ? undefined : failed?.pool === pool.id ? failed.form : emptyForm}
          preview={failed?.pool === pool.id ? failed.preview : undefined}
          history={histories.get(pool.id) ?? []}
        />
      ))}
      {mayManage && (
        <details class="card" open={failed?.pool === "new"}>
          <summary>{t.addPool}</summary>
          <AddForm view={view} form={failed?.pool === "new" ? failed.form : emptyForm} />
        </details>
      )}
    </GuildLayout>,
  );
}
