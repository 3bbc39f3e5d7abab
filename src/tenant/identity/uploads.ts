import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { AppError, Invalid } from "../../kernel/errors.ts";
import { newId, type SyncRunId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { storeCharacters } from "./character-sync.ts";
import { ExportRefused } from "./formats/addon-export.ts";
import { beginRun, endRun, IDENTITY_JOB } from "./runs.ts";
import { readSettings } from "./settings.ts";
import { readSource } from "./sources.ts";
import { type ExportReader, type ExportRequest, readExport, type Told } from "./told.ts";

export interface UploadAnswer {
  readonly runId: SyncRunId;
  readonly rows: number;
  readonly hash: string;
  /** False for a file that was uploaded before. */
  readonly isNew: boolean;
}

/**
 * Stores an addon's SavedVariables file: ours, the one of the first design, or Guild Roster Manager's.
 * The matching follows. The same file again changes nothing.
 * @throws {Invalid} `identity/bad-export`, `identity/roster-quarantined`
 */
export async function storeUpload(
  ctx: GuildContext,
  services: Pick<Services, "jobs" | "wakeJobs" | "exportReader">,
  file: string,
): Promise<UploadAnswer> {
  allowIdentity(ctx, "identity.upload");
  const { blizzard } = await readSettings(ctx);
  const region = blizzard?.region ?? ctx.guild.region;
  const edition = blizzard?.edition ?? "retail";
  const { realm } = ctx.guild;
  const request = { file, guild: { realm, blizzard }, nowMs: ctx.now().getTime() };
  const told = await toldBy(services.exportReader, request);
  const hash = bytesToHex(sha256(utf8ToBytes(file)));
  const known = await readSource(ctx, told.source);
  const runId = newId<SyncRunId>();
  await beginRun(ctx, runId, "addon");
  const answer = { ...told, edition, region, isComplete: true, hash };
  const result = await storeCharacters(ctx, answer).catch(async (error: unknown) => {
    const code = error instanceof AppError ? error.code : "internal";
    await endRun(ctx, runId, { state: "failed", counts: {}, error: code });
    throw error;
  });
  if (result.isQuarantined) {
    const error = "identity/roster-quarantined";
    await endRun(ctx, runId, { state: "failed", counts: result.counts, error });
    throw new Invalid(
      error,
      "The export lacks many of the guild's characters. It is held back, and nothing was changed.",
    );
  }
  await endRun(ctx, runId, { state: "done", counts: result.counts });
  const isNew = known?.hash !== hash;
  if (isNew) {
    await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
    services.wakeJobs();
  }
  return { runId, rows: told.characters.length, hash, isNew };
}

/**
 * Reads an export. Small files need no thread: it would start more slowly than they are read.
 * @throws {Invalid} `identity/bad-export`
 */
async function toldBy(reader: ExportReader | undefined, request: ExportRequest): Promise<Told> {
  try {
    const isSmall = request.file.length <= limits.identity.readAtOnceCharsMax;
    return isSmall || reader === undefined ? readExport(request) : await reader.read(request);
  } catch (error) {
    if (!(error instanceof ExportRefused)) throw error;
    throw new Invalid("identity/bad-export", error.message, { fault: error.fault });
  }
}
