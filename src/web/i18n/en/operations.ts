export const operations = {
  jobsLead: "What is due, what is under way, and what became of it. Times are UTC.",
  jobs: "Jobs",
  noJobs: "No job is like this.",
  runs: "What was done",
  noRuns: "Nothing like this was done within two weeks.",
  kind: "Kind",
  state: "State",
  states: { running: "under way", failing: "failing", due: "due", waiting: "waiting" },
  cancelling: "being cancelled",
  outcome: "Outcome",
  outcomes: { done: "done", failed: "failed", cancelled: "cancelled" },
  guild: "Guild",
  platform: "Platform",
  due: "Due",
  attempts: "Attempts",
  detail: "Detail",
  finished: "Finished",
  took: "Took",
  runNow: "Run now",
  cancel: "Cancel",
  fleetLead: "Every guild's database: where it is, at which schema, and in which state.",
  map: "Guilds by schema, host and state",
  upToDate: "Up to date",
  yes: "yes",
  no: "no",
  begin: "Begin a rollout",
  nothingBehind: (version: number) => `Every guild has schema ${version}. Nothing to do.`,
  behind: (guilds: number, version: number) =>
    `${guilds} ${guilds === 1 ? "guild is" : "guilds are"} behind schema ${version}. They would be migrated in these waves:`,
  statements: "What would run on each guild",
  destructive: "takes data away",
  keepCopies: "Keep a copy of every database, to go back to",
  allowDestructive: "Data may be taken away",
  rollouts: "Rollouts",
  noRollouts: "No rollout yet.",
  newest: "Newest rollout",
  abandoned: "its process died",
  rollout: {
    running: "under way",
    paused: "paused",
    stopped: "stopped",
    halted: "halted",
    failed: "ended with failures",
    done: "done",
    superseded: "superseded",
    reverted: "reverted",
  },
  started: "Begun",
  target: "To schema",
  by: "By",
  progress: (done: number, failed: number, all: number) =>
    `${done} of ${all} done${failed > 0 ? `, ${failed} failed` : ""}`,
  failures: "Failures by cause",
  cause: "Cause",
  guilds: "Guilds",
  which: "Which",
  pause: "Pause",
  resume: "Go on",
  retry: "Go on, and try again what failed",
  backupsLead: "Guilds that wait longest for a good copy come first. Times are UTC.",
  late: (guilds: number) =>
    `${guilds} ${guilds === 1 ? "guild has" : "guilds have"} no good copy of the last hours.`,
  copies: "Newest copies",
  newestGood: "Newest good copy",
  none: "none",
  last: "Last try",
  size: "Stored",
  platformCopies: "Copies of the platform",
  noCopies: "No copy yet. The first is made within the hour.",
  taken: "Made",
  key: "Key",
  letters: {
    lateSubject: (guilds: number) =>
      guilds === 1 ? "A guild goes without backups" : `${guilds} guilds go without backups`,
    lateText: (name: string, guilds: number, slugs: string, page: string) =>
      `Hello ${name},

${guilds === 1 ? "one guild has" : `${guilds} guilds have`} no good copy of the last hours:
${slugs}

What came of the last tries stands here:
${page}

"guildhall doctor" looks for the cause. This letter comes once a day until every guild has
a copy again.`,
  },
};
