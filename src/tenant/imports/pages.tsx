import type { Context } from "hono";
import { requirePermission } from "../../http/access.ts";
import type { GuildEnv } from "../../http/env.ts";
import { sentFile } from "../../http/forms.ts";
import { statusOf } from "../../http/problem.ts";
import { createRouter, invalidFrom } from "../../http/router.ts";
import { viewOf } from "../../http/view.ts";
import { AppError, Invalid } from "../../kernel/errors.ts";
import { limits } from "../../limits.ts";
import { emptyForm, type FormState, failedForm } from "../../web/forms.tsx";
import { sentenceOf } from "../../web/i18n/index.ts";
import { guildHref } from "../../web/layout.tsx";
import { poolOf } from "../dkp/service.ts";
import { parsedForm, sentForm } from "../page-forms.ts";
import { rowFilters, uploadForm } from "./api.ts";
import * as service from "./service.ts";
import { ImportPage } from "./views/import.tsx";
import { ImportsPage } from "./views/list.tsx";

type PageContext = Context<GuildEnv>;

/** Below `/g/:guild/imports`: the history of other tools, each file as a batch that can be reverted. */
export function importsPages() {
  const router = createRouter<GuildEnv>();
  const needed = requirePermission("points.award");
  router.get("/imports", needed, (c) => showList(c, emptyForm));
  router.post("/imports", needed, upload);
  router.get("/imports/:id", needed, (c) => showImport(c, undefined));
  router.post("/imports/:id/answers", needed, (c) =>
    orProblem(c, async () => {
      await service.answerImport(c.var.guild, idOf(c), answersIn(await sentForm(c)));
    }),
  );
  router.post("/imports/:id/commitment", needed, (c) =>
    orProblem(c, async () => {
      await service.commitImport(c.var.guild, c.var.services, idOf(c));
    }),
  );
  router.post("/imports/:id/reversal", needed, (c) =>
    orProblem(c, async () => {
      await service.revertImport(c.var.guild, c.var.services, idOf(c));
    }),
  );
  router.post("/imports/:id/cancellation", needed, (c) =>
    orProblem(c, async () => {
      await service.cancelImport(c.var.guild, idOf(c));
    }),
  );
  return router;
}

function idOf(c: PageContext): string {
  return c.req.param("id")!;
}

async function showList(c: PageContext, form: FormState) {
  const cursor = c.req.query("cursor");
  const limit = limits.imports.pageRows;
  const page = await service.listImports(c.var.guild, { limit, ...(cursor && { cursor }) });
  return c.html(<ImportsPage view={viewOf(c)} page={page} form={form} />);
}

async function upload(c: PageContext) {
  const values = await sentForm(c);
  try {
    const { text, format } = parsedForm(uploadForm, values);
    const file = await sentFile(c, "file");
    if (file === undefined && text.trim() === "") {
      const detail = viewOf(c).messages.imports.noFile;
      const form = { values, errors: { text: detail }, detail };
      c.status(422);
      return await showList(c, form);
    }
    const bytes = file ? new Uint8Array(await file.arrayBuffer()) : new TextEncoder().encode(text);
    const batch = await service.uploadImport(c.var.guild, c.var.services, {
      bytes,
      fileName: file?.name ?? "",
      format,
    });
    return c.redirect(guildHref(viewOf(c), `/imports/${batch.id}`), 303);
  } catch (error) {
    const form = failedForm(error, values, viewOf(c).messages);
    c.status(statusOf(error as AppError) as 422);
    return await showList(c, withPlace(form, error));
  }
}

/** The error of a damaged file names the place. The translated sentence does not. */
function withPlace(form: FormState, error: unknown): FormState {
  const place =
    error instanceof Invalid ? /^Line \d+(, column \d+)?/.exec(error.message)?.[0] : undefined;
  return place === undefined ? form : { ...form, detail: `${form.detail ?? ""} (${place})` };
}

async function showImport(c: PageContext, problem: string | undefined) {
  const ctx = c.var.guild;
  const sent = Object.entries(c.req.query()).filter(([, value]) => value !== "");
  const filters = rowFilters.safeParse(Object.fromEntries(sent));
  if (!filters.success) throw invalidFrom(filters.error, "query");
  const id = idOf(c);
  const batch = await service.readImport(ctx, id);
  const cursor = c.req.query("cursor");
  const query = { ...filters.data, limit: limits.imports.pageRows, ...(cursor && { cursor }) };
  const rows = await service.importRowsOf(ctx, id, query);
  const obstacles = await service.obstacles(ctx, id);
  const pool = await poolOf(ctx, batch.poolId ?? undefined);
  const shown = { batch, pool, rows, filters: filters.data, obstacles, problem };
  return c.html(<ImportPage view={viewOf(c)} shown={shown} />);
}

/** The answers of the form, by the ids of their questions. */
function answersIn(values: Readonly<Record<string, string>>): Record<string, string> {
  const answers = Object.entries(values).flatMap(([name, value]) => {
    const at = /^answer-(\d+)$/.exec(name)?.[1];
    const question = at === undefined ? undefined : values[`id-${at}`];
    return question === undefined ? [] : [[question, value] as const];
  });
  return Object.fromEntries(answers);
}

/** Acts and shows the import again. A refusal is shown on its page, in the reader's language. */
async function orProblem(c: PageContext, act: () => Promise<void>): Promise<Response> {
  try {
    await act();
    return c.redirect(guildHref(viewOf(c), `/imports/${idOf(c)}`), 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === "not-found") throw error;
    c.status(statusOf(error) as 422);
    return await showImport(c, sentenceOf(viewOf(c).messages, error.code, error.message));
  }
}
