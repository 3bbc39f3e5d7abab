import { z } from "@hono/zod-openapi";
import { limits } from "../../limits.ts";
import { ROW_KINDS } from "./formats/builder.ts";
import { FORMAT_NAMES } from "./reader.ts";
import type { Batch } from "./service.ts";
import { openQuestions } from "./service.ts";

export const VERDICTS = ["new", "changed", "unchanged", "conflicting", "unassignable"] as const;
const time = z.int().describe("Unix milliseconds");

export const uploadQuery = z.object({
  format: z.enum(["auto", ...FORMAT_NAMES]).default("auto"),
  name: z.string().max(limits.imports.labelCharsMax).optional().describe("The name of the file."),
  database: z
    .string()
    .max(limits.imports.labelCharsMax)
    .optional()
    .describe("Which of several databases in the file."),
  pool: z.uuid().optional().describe("The pool that receives the points. Default: the guild's."),
});

/** The form of the page. A file comes beside these fields. */
export const uploadForm = z.object({
  format: z.enum(["auto", ...FORMAT_NAMES]).default("auto"),
  text: z.string().max(limits.imports.pasteCharsMax).default(""),
});

export const answersBody = z
  .strictObject({
    answers: z
      .record(z.string().max(500), z.string().max(limits.imports.labelCharsMax))
      .describe("The value of an option for the id of each question."),
  })
  .openapi("ImportAnswers");

export const rowFilters = z.object({
  verdict: z.enum(VERDICTS).optional(),
  kind: z.enum(ROW_KINDS).optional(),
});

const questionJson = z
  .object({
    id: z.string(),
    kind: z.enum(["database", "date-order", "same-name", "which-person", "archived"]),
    subject: z.string(),
    options: z.array(z.object({ value: z.string(), label: z.string() })).readonly(),
    answer: z.string().nullable(),
  })
  .openapi("ImportQuestion");

const countsJson = z.record(z.string(), z.record(z.string(), z.int()));

const reportJson = z
  .object({
    persons: z
      .array(
        z.object({
          person: z.string(),
          personId: z.string().nullable(),
          unit: z.string(),
          history: z.string(),
          balance: z.string(),
          correction: z.string(),
        }),
      )
      .readonly(),
    personsLeftOut: z.int(),
  })
  .openapi("ImportReport");

export const importJson = z
  .object({
    id: z.string(),
    state: z.enum(["parsing", "preview", "committing", "done", "reverting", "reverted", "failed"]),
    format: z.string(),
    edition: z.string(),
    source: z.string(),
    fileName: z.string(),
    fileHash: z.string(),
    poolId: z.string().nullable(),
    snapshotAt: time.nullable().describe("The time of the balances in the source, if it has any."),
    counts: countsJson.describe("How many rows of each kind are new, changed and so on."),
    totals: z.record(z.enum(VERDICTS), z.int()).describe("The counts over all kinds."),
    questions: z.array(questionJson),
    openQuestions: z.int(),
    rows: z.int(),
    progress: z.int(),
    report: reportJson.nullable(),
    error: z.string().nullable(),
    by: z.string(),
    createdAt: time,
    updatedAt: time,
    committedAt: time.nullable(),
    revertedAt: time.nullable(),
  })
  .openapi("Import");

export const importRowJson = z
  .object({
    line: z.int(),
    kind: z.enum(ROW_KINDS),
    key: z.string(),
    label: z.string(),
    verdict: z.enum(VERDICTS),
    reason: z.string(),
    targetId: z.string().nullable(),
  })
  .openapi("ImportRow");

const obstacleJson = z
  .object({ kind: z.string(), id: z.string(), label: z.string() })
  .openapi("ImportObstacle");

export const importDetailJson = importJson
  .extend({
    conflicts: z.array(importRowJson).describe("The first conflicting and unassignable rows."),
    obstacles: z.array(obstacleJson).describe("What prevents a reversal."),
  })
  .openapi("ImportDetail");

/** An import as the API shows it. */
export function toJson(batch: Batch): z.input<typeof importJson> {
  const { actorType: _, actorId: __, actorName, answers, questions, counts, ...rest } = batch;
  const totals = { new: 0, changed: 0, unchanged: 0, conflicting: 0, unassignable: 0 };
  for (const verdicts of Object.values(counts)) {
    for (const verdict of VERDICTS) totals[verdict] += verdicts[verdict] ?? 0;
  }
  return {
    ...rest,
    counts: counts as Record<string, Record<string, number>>,
    totals,
    questions: questions.map((one) => ({ ...one, answer: answers[one.id] ?? null })),
    openQuestions: openQuestions(batch).length,
    by: actorName,
  };
}
