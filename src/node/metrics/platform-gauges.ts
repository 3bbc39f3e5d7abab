import type { JobFigureState, PlatformFigures } from "../../platform/fleet/figures.ts";
import type { RolloutGuildStatus, RolloutStatus } from "../../platform/fleet/schema.ts";
import type { GuildStatus } from "../../platform/schema.ts";
import type { Instruments } from "./instruments.ts";

const GUILD_STATES: readonly GuildStatus[] = [
  "creating",
  "ready",
  "suspended",
  "deleted",
  "deleting",
  "failed",
];
const ROLLOUT_STATES: readonly RolloutStatus[] = [
  "running",
  "paused",
  "stopped",
  "halted",
  "failed",
  "done",
  "superseded",
  "reverted",
];
const ROLLOUT_GUILD_STATES: readonly RolloutGuildStatus[] = [
  "pending",
  "done",
  "failed",
  "reverted",
];
const JOB_STATES: readonly JobFigureState[] = ["waiting", "due", "running", "failing"];

/** Gauges of the platform's database. `schemaVersion` is the newest version that this release knows. */
export function registerPlatformGauges(
  make: Instruments,
  { schemaVersion, nowMs }: { readonly schemaVersion: number; readonly nowMs: () => number },
): (figures: PlatformFigures) => void {
  const guilds = make.gauge("guilds", "Guilds by state.", "state");
  const setSchemas = schemaGauges(make, schemaVersion);
  const setJobs = jobGauges(make);
  const setRollout = rolloutGauges(make);
  const setBackups = backupGauges(make);
  const outbox = make.gauge("outbox_messages", "Emails that wait to be sent.");
  const outboxAge = make.gauge(
    "outbox_oldest_age_seconds",
    "Age of the oldest of them; 0 for none.",
  );
  return (figures) => {
    const ageOf = ageAt(nowMs());
    for (const state of GUILD_STATES) {
      guilds.set({ state }, countOf(figures.guilds, state));
    }
    setSchemas(figures);
    setJobs(figures, ageOf);
    setRollout(figures);
    setBackups(figures, ageOf);
    outbox.set(figures.outbox.messages);
    outboxAge.set(ageOf(figures.outbox.oldestAt));
  };
}

type AgeOf = (at: number | null) => number;

function ageAt(nowMs: number): AgeOf {
  return (at) => (at === null ? 0 : Math.max(0, (nowMs - at) / 1_000));
}

function countOf<S>(counts: readonly { readonly status: S; readonly count: number }[], status: S) {
  return counts.find((one) => one.status === status)?.count ?? 0;
}

function schemaGauges(make: Instruments, newest: number) {
  const byVersion = make.gauge(
    "guilds_by_schema_version",
    "Guilds that are served, by the version of their schema.",
    "version",
  );
  const behind = make.gauge("guilds_behind", "Guilds on an older schema than this release's.");
  const oldest = make.gauge(
    "schema_version_oldest",
    "The oldest schema of a guild that is served.",
  );
  make.gauge("schema_version_newest", "The guilds' schema of this release.").set(newest);
  return ({ schemas }: PlatformFigures) => {
    byVersion.reset();
    for (const { version, count } of schemas) byVersion.set({ version: String(version) }, count);
    const older = schemas.filter(({ version }) => version < newest);
    behind.set(older.reduce((sum, { count }) => sum + count, 0));
    oldest.set(schemas[0]?.version ?? newest);
  };
}

function jobGauges(make: Instruments) {
  const jobs = make.gauge("jobs", "Jobs that are there, by kind and state.", "kind", "state");
  const oldest = make.gauge(
    "jobs_oldest_due_age_seconds",
    "For how long the job has been due that waits for the longest; 0 for none.",
  );
  return (figures: PlatformFigures, ageOf: AgeOf) => {
    jobs.reset();
    const kinds = new Set(figures.jobs.map(({ kind }) => kind));
    for (const kind of kinds) for (const state of JOB_STATES) jobs.set({ kind, state }, 0);
    for (const { kind, state, count } of figures.jobs) jobs.set({ kind, state }, count);
    oldest.set(ageOf(figures.oldestDueAt));
  };
}

function rolloutGauges(make: Instruments) {
  const status = make.gauge("rollout_status", "1 for the state of the newest rollout.", "status");
  const guilds = make.gauge("rollout_guilds", "Guilds of the newest rollout, by state.", "status");
  const started = make.gauge(
    "rollout_started_timestamp_seconds",
    "When the newest rollout began; 0 for none.",
  );
  const progress = make.gauge(
    "rollout_progress_timestamp_seconds",
    "When the newest rollout last recorded a guild, or began; 0 for none.",
  );
  return ({ rollout }: PlatformFigures) => {
    for (const one of ROLLOUT_STATES) status.set({ status: one }, rollout?.status === one ? 1 : 0);
    for (const one of ROLLOUT_GUILD_STATES) {
      guilds.set({ status: one }, countOf(rollout?.guilds ?? [], one));
    }
    started.set((rollout?.startedAt ?? 0) / 1_000);
    progress.set((rollout?.progressAt ?? 0) / 1_000);
  };
}

function backupGauges(make: Instruments) {
  const overdue = make.gauge(
    "backups_overdue",
    "Guilds with changes that wait too long for a backup.",
  );
  const oldest = make.gauge(
    "backups_overdue_oldest_age_seconds",
    "Time since which the first of these changes wait, or age of the guild without a backup; 0 for none.",
  );
  const newest = make.gauge(
    "backup_last_success_timestamp_seconds",
    "When the newest good backup of a guild was made; 0 for none.",
  );
  const platform = make.gauge(
    "platform_backup_last_success_timestamp_seconds",
    "When the platform was last copied, as far as jobs are remembered; 0 for never.",
  );
  return ({ backups, platformCopyAt }: PlatformFigures, ageOf: AgeOf) => {
    overdue.set(backups.overdue);
    oldest.set(ageOf(backups.oldestOverdueAt));
    newest.set((backups.newestAt ?? 0) / 1_000);
    platform.set((platformCopyAt ?? 0) / 1_000);
  };
}
