import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";
import { guildOperations } from "../../http/operations.ts";
import { createRouter, json, pageOf, paging } from "../../http/router.ts";
import * as inputs from "./api.ts";
import * as service from "./service.ts";

const api = guildOperations("Imports");
const importId = z.object({ id: z.uuid() });
const theImport = json(inputs.importJson, "The import as it is now.");

/** History of other tools: uploads, previews, commits and reversals. */
export const importsApi = createRouter<GuildEnv>();

importsApi.openapi(
  api.post("/imports", {
    id: "uploadImport",
    summary: "Upload a file to import",
    description:
      "Takes a file of another tool as the body, or as the part `file` of a form. Answers with a " +
      "preview: nothing of the guild changes before the commit. The file itself is not stored.",
    problems: [
      "imports/archive",
      "imports/bad-encoding",
      "imports/database-file",
      "imports/no-rows",
      "imports/not-here",
      "imports/spreadsheet",
      "imports/too-large",
      "imports/too-many",
      "imports/unknown-database",
      "imports/unknown-format",
      "imports/unreadable",
      "imports/unsafe-xml",
      "dkp/pool-not-found",
    ],
    needs: "points.award",
    query: inputs.uploadQuery,
    content: {
      required: true,
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
    runsEachTime: true,
    answers: { 202: theImport },
  }),
  async (c) => {
    const { format, database, pool, name } = c.req.valid("query");
    const sent = await sentFile(c);
    const fileName = name ?? sent.name;
    const upload = { bytes: sent.bytes, fileName, format, database, pool };
    const batch = await service.uploadImport(c.var.guild, c.var.services, upload);
    return c.json(inputs.toJson(batch), 202);
  },
);

/** The bytes of the body, or of the only file of a form. */
async function sentFile(c: Context<GuildEnv>): Promise<{ bytes: Uint8Array; name: string }> {
  if (c.req.header("content-type")?.startsWith("multipart/form-data")) {
    const file = (await c.req.formData()).get("file");
    if (file instanceof File) {
      return { bytes: new Uint8Array(await file.arrayBuffer()), name: file.name };
    }
    return { bytes: new TextEncoder().encode(file ?? ""), name: "" };
  }
  return { bytes: new Uint8Array(await c.req.arrayBuffer()), name: "" };
}

importsApi.openapi(
  api.get("/imports", {
    id: "listImports",
    summary: "List imports",
    description: "Returns previews, commits and reversals, the newest first.",
    needs: "points.award",
    query: paging,
    answers: { 200: json(pageOf(inputs.importJson), "The newest first.") },
  }),
  async (c) => {
    const { items, ...rest } = await service.listImports(c.var.guild, c.req.valid("query"));
    return c.json({ ...rest, items: items.map(inputs.toJson) }, 200);
  },
);

importsApi.openapi(
  api.get("/imports/{id}", {
    id: "getImport",
    summary: "Get an import",
    description:
      "Returns the state, the counts, the open questions, the first conflicts, the report of a " +
      "commit, and what prevents a reversal.",
    problems: ["imports/not-found"],
    needs: "points.award",
    params: importId,
    answers: { 200: json(inputs.importDetailJson, "The import with its conflicts.") },
  }),
  async (c) => {
    const ctx = c.var.guild;
    const { id } = c.req.valid("param");
    const batch = await service.readImport(ctx, id);
    const query = { limit: 50 };
    const conflicts = await service.importRowsOf(ctx, id, { ...query, verdict: "conflicting" });
    const lost = await service.importRowsOf(ctx, id, { ...query, verdict: "unassignable" });
    const obstacles = await service.obstacles(ctx, id);
    const rows = [...conflicts.items, ...lost.items];
    return c.json({ ...inputs.toJson(batch), conflicts: rows, obstacles: [...obstacles] }, 200);
  },
);

importsApi.openapi(
  api.get("/imports/{id}/rows", {
    id: "listImportRows",
    summary: "List the rows of an import",
    description: "Returns rows in their order. Filter them by verdict and kind.",
    problems: ["imports/not-found"],
    needs: "points.award",
    params: importId,
    query: paging.extend(inputs.rowFilters.shape),
    answers: { 200: json(pageOf(inputs.importRowJson), "In the order of the file.") },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(await service.importRowsOf(c.var.guild, id, c.req.valid("query")), 200);
  },
);

importsApi.openapi(
  api.post("/imports/{id}/answers", {
    id: "answerImport",
    summary: "Answer questions of an import",
    description:
      "Answers what only a person knows, such as which of two people a name means, and compares " +
      "the import again. The answer which database it is removes the rows of the others.",
    problems: [
      "imports/not-found",
      "imports/bad-answer",
      "imports/not-a-preview",
      "imports/changed",
    ],
    needs: "points.award",
    params: importId,
    body: inputs.answersBody,
    answers: { 200: theImport },
  }),
  async (c) => {
    const { answers } = c.req.valid("json");
    const { id } = c.req.valid("param");
    return c.json(inputs.toJson(await service.answerImport(c.var.guild, id, answers)), 200);
  },
);

importsApi.openapi(
  api.post("/imports/{id}/commitment", {
    id: "commitImport",
    summary: "Commit an import",
    description:
      "Writes the new rows of a preview. A large import continues in the background, also after a " +
      "crash: ask for it until its state is `done`.",
    problems: [
      "imports/not-found",
      "imports/open-questions",
      "imports/not-a-preview",
      "imports/changed",
    ],
    needs: "points.award",
    params: importId,
    answers: { 202: theImport },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(inputs.toJson(await service.commitImport(c.var.guild, c.var.services, id)), 202);
  },
);

importsApi.openapi(
  api.post("/imports/{id}/reversal", {
    id: "revertImport",
    summary: "Revert an import",
    description:
      "Reverses the entries of an import and removes its other rows, unless later changes were " +
      "built on it. Ask for the import until its state is `reverted`.",
    problems: ["imports/not-found", "imports/in-use", "imports/not-committed", "imports/changed"],
    needs: "points.award",
    params: importId,
    answers: { 202: theImport },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(inputs.toJson(await service.revertImport(c.var.guild, c.var.services, id)), 202);
  },
);

importsApi.openapi(
  api.delete("/imports/{id}", {
    id: "cancelImport",
    summary: "Cancel an import",
    description: "Ends a preview or a commit. What was written already stays, and can be reverted.",
    problems: ["imports/not-found", "imports/not-a-preview", "imports/changed"],
    needs: "points.award",
    params: importId,
    answers: { 200: theImport },
  }),
  async (c) => {
    const { id } = c.req.valid("param");
    return c.json(inputs.toJson(await service.cancelImport(c.var.guild, id)), 200);
  },
);
