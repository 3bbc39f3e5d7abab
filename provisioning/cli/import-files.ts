import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { toJson } from "../../src/tenant/imports/api.ts";
import { FORMAT_NAMES, type FormatName } from "../../src/tenant/imports/reader.ts";
import {
  answerImport,
  type Batch,
  cancelImport,
  commitImport,
  importRowsOf,
  listImports,
  obstacles,
  openQuestions,
  readImport,
  revertImport,
  uploadImport,
} from "../../src/tenant/imports/service.ts";
import { finishImport } from "../../src/tenant/imports/work.ts";
import { contextOf } from "./guild-context.ts";
import { bySlug } from "./guilds/lookup.ts";
import { removeAccounts, unusedAccounts } from "./legacy/accounts.ts";
import { EXIT, type Output, plural, table } from "./output.ts";

export interface GuildOptions {
  readonly guild: string;
  readonly json?: boolean;
}

export interface ImportFileOptions extends GuildOptions {
  readonly format: string;
  readonly database?: string;
  readonly answer: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export interface RevertOptions extends GuildOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Imports a file of another tool, or says what it would import. */
export async function importFile(
  services: NodeServices,
  out: Output,
  file: string,
  options: ImportFileOptions,
): Promise<number> {
  const format = formatOf(options.format);
  const answers = answersOf(options.answer);
  const bytes = await bytesOf(file);
  return await inGuild(services, options.guild, async (ctx) => {
    const { database } = options;
    const upload = { bytes, fileName: basename(file), format, database };
    let batch = await uploadImport(ctx, services, upload);
    if (Object.keys(answers).length > 0) batch = await answerImport(ctx, batch.id, answers);
    const isDry = options.dryRun === true || options.yes !== true;
    if (isDry) await cancelImport(ctx, batch.id);
    else batch = await committed(ctx, services, batch);
    const found = await detailOf(ctx, batch);
    out.result({ dryRun: isDry, ...found }, () => textOf(found, isDry));
    const { conflicting, unassignable } = found.totals;
    const isPart = conflicting + unassignable + found.openQuestions > 0;
    return batch.state === "failed" ? EXIT.failed : isPart ? EXIT.partial : EXIT.done;
  });
}

/** Prints the imports of a guild, the newest first. */
export async function listFiles(
  services: NodeServices,
  out: Output,
  { guild }: GuildOptions,
): Promise<number> {
  return await inGuild(services, guild, async (ctx) => {
    const { items } = await listImports(ctx, { limit: limits.imports.listedMax });
    const found = items.map(toJson);
    out.result(found, () =>
      table(
        ["import", "state", "format", "file", "rows", "by"],
        found.map((one) => [one.id, one.state, one.format, one.fileName, String(one.rows), one.by]),
      ),
    );
    return EXIT.done;
  });
}

/** Prints one import with its conflicts, and what prevents a reversal. */
export async function showFile(
  services: NodeServices,
  out: Output,
  id: string,
  { guild }: GuildOptions,
): Promise<number> {
  return await inGuild(services, guild, async (ctx) => {
    const found = await detailOf(ctx, await readImport(ctx, id));
    out.result(found, () => textOf(found, false));
    return EXIT.done;
  });
}

/** Reverts an import, or says whether it can be reverted. */
export async function revertFile(
  services: NodeServices,
  out: Output,
  id: string,
  options: RevertOptions,
): Promise<number> {
  return await inGuild(services, options.guild, async (ctx) => {
    const isDry = options.dryRun === true || options.yes !== true;
    let batch = await readImport(ctx, id);
    const accounts = await unusedAccounts(services, ctx, batch);
    const isFree = (await obstaclesBesides(ctx, id, accounts)).length === 0;
    if (!isDry && isFree) {
      await removeAccounts(services, ctx, batch, accounts);
      batch = await revertImport(ctx, services, id);
      if (batch.state === "reverting") await finishImport(ctx, batch.id);
      batch = await readImport(ctx, id);
    }
    const shown = await detailOf(ctx, batch);
    const found = isDry
      ? { ...shown, obstacles: await obstaclesBesides(ctx, id, accounts) }
      : shown;
    out.result({ dryRun: isDry, ...found }, () => textOf(found, isDry));
    return found.obstacles.length > 0 || batch.state === "failed" ? EXIT.failed : EXIT.done;
  });
}

/** What prevents a reversal, besides accounts that it removes. */
async function obstaclesBesides(
  ctx: GuildContext,
  id: string,
  accounts: readonly { readonly personId: string }[],
) {
  const removed = new Set(accounts.map(({ personId }) => personId));
  const found = await obstacles(ctx, id);
  return found.filter((one) => one.kind !== "link" || !removed.has(one.id));
}

type Detail = Awaited<ReturnType<typeof detailOf>>;

async function detailOf(ctx: GuildContext, batch: Batch) {
  const query = { limit: limits.imports.listedMax };
  const conflicts = await importRowsOf(ctx, batch.id, { ...query, verdict: "conflicting" });
  const left = await importRowsOf(ctx, batch.id, { ...query, verdict: "unassignable" });
  return {
    ...toJson(batch),
    conflicts: [...conflicts.items, ...left.items],
    obstacles: [...(await obstacles(ctx, batch.id))],
  };
}

function textOf(found: Detail, isDry: boolean): string {
  const verdicts = ["new", "changed", "unchanged", "conflicting", "unassignable"] as const;
  const rows = Object.entries(found.counts).map(([kind, counts]) => [
    kind,
    ...verdicts.map((verdict) => String(counts[verdict] ?? 0)),
  ]);
  const corrected = found.report?.persons.filter(({ correction }) => correction !== "0") ?? [];
  return [
    `Import ${found.id} (${found.format}): ${found.state}`,
    table(["rows", ...verdicts], rows),
    ...found.conflicts.map(({ kind, label, reason }) => `Left out: ${kind} ${label}: ${reason}`),
    ...corrected.map(
      (one) => `Corrected: ${one.person} by ${one.correction} to the balance of ${one.balance}`,
    ),
    ...found.questions
      .filter(({ answer }) => answer === null)
      .map(
        ({ id, subject, options }) =>
          `Question: ${subject}. Answer it with ` +
          options.map(({ value, label }) => `--answer '${id}=${value}' (${label})`).join(" or "),
      ),
    ...found.obstacles.map(({ kind, label }) => `In the way of a reversal: ${kind} ${label}`),
    ...(isDry ? ["Nothing of the guild was changed. Repeat the command with --yes."] : []),
  ].join("\n");
}

/** Commits all of a preview. A preview with questions is canceled, so that the next run begins again. */
async function committed(ctx: GuildContext, services: NodeServices, preview: Batch) {
  if (openQuestions(preview).length > 0) {
    await cancelImport(ctx, preview.id);
    throw new Conflict(
      "imports/open-questions",
      `This file has ${plural(openQuestions(preview).length, "question")} that only a person can answer. ` +
        "Run the command with --dry-run to read them, and answer each with --answer.",
    );
  }
  const batch = await commitImport(ctx, services, preview.id);
  if (batch.state === "committing") await finishImport(ctx, batch.id);
  return await readImport(ctx, batch.id);
}

async function inGuild(
  services: NodeServices,
  slug: string,
  work: (ctx: GuildContext) => Promise<number>,
): Promise<number> {
  const guild = await bySlug(services, slug);
  using found = await contextOf(services, guild);
  return await work(found.ctx);
}

/** @throws {Invalid} `imports/too-large`, before the file is read */
async function bytesOf(file: string): Promise<Uint8Array> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    throw new Invalid("cli/misused", `There is no file ${file}.`);
  }
  if (found.size > limits.imports.uploadBytesMax) {
    throw new Invalid(
      "imports/too-large",
      `The file has more than ${Math.floor(limits.imports.uploadBytesMax / 1_048_576)} MB. Export a part of it.`,
    );
  }
  return await readFile(file);
}

function formatOf(name: string): FormatName | "auto" {
  const found = (["auto", ...FORMAT_NAMES] as const).find((known) => known === name);
  if (found !== undefined) return found;
  throw new Invalid("cli/misused", `--format is auto or one of ${FORMAT_NAMES.join(", ")}.`);
}

/** The answers in `--answer id=value`. @throws {Invalid} `cli/misused` */
export function answersOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf("=");
      if (at < 1)
        throw new Invalid("cli/misused", "--answer wants the id and the value: ID=VALUE.");
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
