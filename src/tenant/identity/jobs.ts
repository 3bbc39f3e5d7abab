import { AppError } from "../../kernel/errors.ts";
import { newId, type SyncRunId } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/log.ts";
import { limits } from "../../limits.ts";
import { UpstreamError } from "../../platform/upstreams/fetch-json.ts";
import type { Services } from "../../services.ts";
import type { GuildContext } from "../context.ts";
import { allowIdentity } from "./access.ts";
import { syncBlizzard } from "./blizzard-sync.ts";
import { runChecks } from "./checks.ts";
import { runMatch } from "./match-run.ts";
import { syncDiscord } from "./member-sync.ts";
import { applyProofs } from "./proof-run.ts";
import { reportIssues } from "./report-run.ts";
import { beginRun, endRun, IDENTITY_JOB } from "./runs.ts";

export interface IdentityDeps
  extends Pick<
    Services,
    ("blizzard" | "discord" | "envelopes" | "jobs" | "wakeJobs") | ("platform" | "config" | "now")
  > {
  readonly log: Log;
  readonly publicUrl: URL;
}

type Counts = Readonly<Record<string, number>>;

interface RunType {
  readonly run: (ctx: GuildContext, deps: IdentityDeps, id: SyncRunId) => Promise<Counts>;
  /** How long after a scheduled run the next one is due; undefined for runs without a schedule. */
  readonly everyMs?: number;
  /** Does the matching have to run after it? */
  readonly isSource: boolean;
}

/** Runs that a job does. An upload is stored by its request, and has no job. */
const RUNS: Readonly<Record<"blizzard" | "discord" | "match" | "report", RunType>> = {
  blizzard: {
    run: async (ctx, deps) => (await syncBlizzard(ctx, deps)).counts,
    everyMs: limits.identity.rosterEveryMs,
    isSource: true,
  },
  discord: {
    run: async (ctx, deps) => (await syncDiscord(ctx, deps)).counts,
    everyMs: limits.identity.membersEveryMs,
    isSource: true,
  },
  match: {
    run: async (ctx) => {
      const { proved } = await applyProofs(ctx);
      const matched = await runMatch(ctx);
      return { proved, ...matched.counts, ...(await runChecks(ctx, matched)) };
    },
    isSource: false,
  },
  report: {
    run: async (ctx, deps, id) => await reportIssues(ctx, deps, id),
    isSource: false,
  },
};

/**
 * Does the run that a job names, and gives back when the next scheduled one is due. A run that fails
 * is over: the next one begins from the state of then.
 */
export async function runIdentity(
  ctx: GuildContext,
  deps: IdentityDeps,
  subject: string,
): Promise<number | undefined> {
  allowIdentity(ctx);
  const [name = "", requested] = subject.split(":");
  const kind = name as keyof typeof RUNS;
  const type = RUNS[kind];
  if (type === undefined) return undefined;
  const id = (requested ?? newId<SyncRunId>()) as SyncRunId;
  await beginRun(ctx, id, kind);
  let nextMs = type.everyMs;
  try {
    const counts = await type.run(ctx, deps, id);
    await endRun(ctx, id, { state: "done", counts });
    if (type.isSource) {
      await deps.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
      deps.wakeJobs();
    }
  } catch (error) {
    nextMs = afterFailure(error, nextMs);
    const code = error instanceof AppError ? error.code : "internal";
    if (!(error instanceof AppError)) {
      deps.log.error("identity.failed", { guildId: ctx.guild.id, kind, error });
    }
    await endRun(ctx, id, { state: "failed", counts: {}, error: code });
  }
  if (requested !== undefined || nextMs === undefined) return undefined;
  return ctx.now().getTime() + jittered(nextMs);
}

/** A refusal costs one request a day, and a guild without settings has no next run. */
function afterFailure(error: unknown, everyMs: number | undefined): number | undefined {
  if (everyMs === undefined) return undefined;
  if (error instanceof AppError && error.code === "identity/not-configured") return undefined;
  if (!(error instanceof UpstreamError)) return everyMs;
  if (error.code === "identity/upstream-refused") return limits.identity.refusedEveryMs;
  return Math.max(error.retryAfterMs ?? 0, everyMs / 4);
}

/** Spreads the guilds' runs, so that they do not all ask at the same minute. */
function jittered(everyMs: number): number {
  return Math.round(everyMs * (0.9 + 0.2 * Math.random()));
}
