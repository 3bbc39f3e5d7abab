import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../src/database/query.ts";
import { build } from "../../src/database/statements.ts";
import { Conflict, Invalid } from "../../src/kernel/errors.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { newGuild } from "../../src/platform/guilds/api.ts";
import { foundGuild } from "../../src/platform/guilds/service.ts";
import { guilds } from "../../src/platform/schema.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { GuildContext } from "../../src/tenant/context.ts";
import { LEGACY_FORMAT, LEGACY_TABLES, readLegacy } from "../../src/tenant/imports/legacy/index.ts";
import {
  answerImport,
  type Batch,
  beginCommit,
  commitImport,
  forgetPreviews,
  importsOfFile,
  listImports,
  openQuestions,
  readImport,
  storeDocument,
} from "../../src/tenant/imports/service.ts";
import { finishImport } from "../../src/tenant/imports/work.ts";
import { allPeople } from "../../src/tenant/roster/queries.ts";
import { contextOf } from "./guild-context.ts";
import { account, bySlug } from "./guilds/lookup.ts";
import { answersOf } from "./import-files.ts";
import { makeAccounts } from "./legacy/accounts.ts";
import { legacyResult, legacyText } from "./legacy/result.ts";
import { onScratch, type PlannedGuild } from "./legacy/scratch.ts";
import { LegacySource } from "./legacy/source.ts";
import { EXIT, type Output, plural } from "./output.ts";

export interface ImportLegacyOptions {
  readonly owner: string;
  readonly guild?: string;
  readonly new?: string;
  readonly realm?: string;
  readonly region?: string;
  readonly edition?: string;
  readonly timeZone?: string;
  readonly answer: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Imports a legacy points database into a guild, or says what it would import. */
export async function importLegacy(
  services: NodeServices,
  out: Output,
  file: string,
  options: ImportLegacyOptions,
): Promise<number> {
  const isDry = options.dryRun === true || options.yes !== true;
  await using source = await LegacySource.open(file);
  refuseOtherKind(source);
  const target = await targetOf(services, options);
  const hash = await hashOf(file);
  const work = (ctx: GuildContext) =>
    importInto(services, ctx, { file, hash, source, options, isDry });
  const isThere = "databaseName" in target;
  const found = isDry
    ? await onScratch(services, target, work)
    : await inGuild(services, isThere ? target : await founded(services, target, source), work);
  const document = { dryRun: isDry, ...found };
  out.result(document, () => legacyText(document));
  return found.isIncomplete ? EXIT.partial : EXIT.done;
}

/** @throws {Invalid} `import/unknown-kind` */
function refuseOtherKind(source: LegacySource): void {
  const missing = LEGACY_TABLES.find((table) => !source.has(table));
  if (missing === undefined) return;
  throw new Invalid(
    "import/unknown-kind",
    `This is a database of another program: it has no table ${missing}.`,
  );
}

interface LegacyFile {
  readonly file: string;
  readonly hash: string;
  readonly source: LegacySource;
  readonly options: ImportLegacyOptions;
  readonly isDry: boolean;
}

async function importInto(services: NodeServices, ctx: GuildContext, given: LegacyFile) {
  const { file, hash, source, options, isDry } = given;
  const facts = {
    realm: ctx.guild.realm,
    timeZone: options.timeZone ?? ctx.guild.timeZone,
    nowMs: ctx.now().getTime(),
  };
  const document = await readLegacy(source, facts);
  const upload = { fileName: basename(file), fileHash: hash, source: document.source };
  const [earlier] = (await importsOfFile(ctx, document.source, hash)).filter(isBegun);
  const wasDone = earlier?.state === "done";
  const { rows, ...rest } = document;
  const stored = { ...rest, rows, format: LEGACY_FORMAT, questions: [] };
  // A second run compares the file again, and finds that all of it is known.
  let seen = await storeDocument(ctx, upload, stored);
  if (earlier === undefined) {
    const answered = await readyToCommit(ctx, seen, answersOf(options.answer));
    seen = await committed(services, ctx, answered, isDry);
  } else await finishImport(ctx, earlier.id);
  const batch = earlier === undefined ? seen : await readImport(ctx, earlier.id);
  const accounts = await makeAccounts(services, ctx, batch, { source, document, isDry });
  const isKnown = wasDone && accounts.isComplete;
  const counts = isKnown ? seen.counts : batch.counts;
  if (earlier !== undefined) await forgetPreviews(ctx, upload);
  return legacyResult(ctx, { batch, counts, document, accounts, isKnown });
}

function isBegun({ state }: Batch): boolean {
  return state === "committing" || state === "done";
}

/** A preview with all answers. One with open questions is removed, so that the next run begins again. */
async function readyToCommit(
  ctx: GuildContext,
  preview: Batch,
  answers: Readonly<Record<string, string>>,
): Promise<Batch> {
  let batch = preview;
  if (Object.keys(answers).length > 0) batch = await answerImport(ctx, batch.id, answers);
  const open = openQuestions(batch);
  if (open.length > 0) {
    await forgetPreviews(ctx, batch);
    const list = open.map(({ id, subject, options }) => {
      const values = options.map(({ value, label }) => `'${id}=${value}' (${label || value})`);
      return `${subject}: ${values.join(" or ")}`;
    });
    throw new Conflict(
      "imports/open-questions",
      `This file has ${plural(open.length, "question")} that only a person can answer, each with --answer: ` +
        list.join("; "),
    );
  }
  return batch;
}

/** Commits all of a preview. If this process dies, a job of the server goes on. */
async function committed(
  services: NodeServices,
  ctx: GuildContext,
  { id }: Batch,
  isDry: boolean,
): Promise<Batch> {
  // The guild of a dry run is not in the platform, so no job can work on it.
  await (isDry ? beginCommit(ctx, id) : commitImport(ctx, services, id));
  await finishImport(ctx, id);
  return await readImport(ctx, id);
}

async function inGuild<T>(
  services: NodeServices,
  guild: Guild,
  work: (ctx: GuildContext) => Promise<T>,
): Promise<T> {
  using found = await contextOf(services, guild);
  return await work(found.ctx);
}

/** The guild of `--guild`, or the one that `--new` founds. @throws {Invalid} `cli/misused` */
async function targetOf(
  services: NodeServices,
  options: ImportLegacyOptions,
): Promise<Guild | PlannedGuild> {
  if ((options.guild === undefined) === (options.new === undefined)) {
    throw new Invalid("cli/misused", "Name the guild with --guild, or a new one with --new.");
  }
  if (options.guild !== undefined) return await bySlug(services, options.guild);
  const { new: name, realm, region, edition } = options;
  const input = newGuild.safeParse({ name, realm, region, ...(edition && { edition }) });
  if (!input.success) {
    const faults = input.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
    throw new Invalid("cli/misused", faults.join("; "));
  }
  const owner = await account(services, options.owner);
  const { data } = input;
  const planned = { name: data.name, realm: data.realm, region: data.region, owner };
  return { ...planned, edition: data.edition ?? "retail" };
}

const foundedBefore = prepare((value: Values<{ owner: string; name: string; region: string }>) =>
  build
    .select(columnsOf(guilds, "id", "slug", "status"))
    .from(guilds)
    .where(
      sql`${guilds.ownerId} = ${value.owner} and ${guilds.name} = ${value.name}
        and ${guilds.region} = ${value.region} and ${guilds.status} not in ('deleted', 'deleting')`,
    ),
);

/**
 * Founds the guild of an import. A try that was interrupted has founded it already. Any other guild of
 * this name is left alone.
 * @throws {Conflict} `guild/name-taken`
 */
async function founded(
  services: NodeServices,
  planned: PlannedGuild,
  source: LegacySource,
): Promise<Guild> {
  const { owner, ...input } = planned;
  const { db } = services.platform;
  const asked = { owner: owner.userId, name: input.name, region: input.region };
  const before = await foundedBefore.first(db, asked);
  if (before === undefined) {
    const caller = { services, caller: owner, requestId: "", address: "", agent: "guildhall" };
    const { id } = await foundGuild(caller, { ...input, faction: "none" });
    return await services.provisioner.provision(id);
  }
  const guild =
    before.status === "ready"
      ? await bySlug(services, before.slug)
      : await services.provisioner.provision(before.id);
  const isOurs = await inGuild(services, guild, (ctx) => hasOnlyThis(ctx, source));
  if (isOurs) return guild;
  throw new Conflict(
    "guild/name-taken",
    `You have a guild of this name. To import into it, use --guild ${guild.slug}.`,
  );
}

async function hasOnlyThis(ctx: GuildContext, source: LegacySource): Promise<boolean> {
  const { realm, timeZone } = ctx.guild;
  const document = await readLegacy(source, { realm, timeZone, nowMs: ctx.now().getTime() });
  const { items } = await listImports(ctx, { limit: limits.imports.listedMax });
  if (items.length > 0) return items.every(({ source: name }) => name === document.source);
  return (await allPeople.all(ctx.db)).length <= 1;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
