export const operations = {
  jobsLead: "Jobs that are due, running or finished. Times are in UTC.",
  jobs: "Jobs",
  noJobs: "No results. Change or clear the filters.",
  runs: "Finished jobs",
  noRuns: "No results in the last two weeks. Change or clear the filters.",
  kind: "Type",
  state: "Status",
  states: { running: "running", failing: "failing", due: "due", waiting: "waiting" },
  cancelling: "being canceled",
  outcome: "Outcome",
  outcomes: { done: "done", failed: "failed", cancelled: "canceled" },
  guild: "Guild",
  platform: "Platform",
  due: "Due",
  attempts: "Attempts",
  detail: "Detail",
  finished: "Finished",
  took: "Duration",
  runNow: "Run now",
  cancel: "Cancel job",
  fleetLead: "The database of every guild: its host, schema and status.",
  map: "Guilds by schema, host and status",
  upToDate: "Up to date",
  yes: "yes",
  no: "no",
  begin: "Start rollout",
  nothingBehind: (version: number) =>
    `Every guild has schema ${version}. There is nothing to migrate.`,
  behind: (guilds: number, version: number) =>
    `${guilds === 1 ? "1 guild is" : `${guilds} guilds are`} behind schema ${version}. A rollout migrates them in these waves:`,
  statements: "Statements run on each guild",
  destructive: "deletes data",
  keepCopies: "Keep a copy of every database for a revert",
  allowDestructive: "Allow deletion of data",
  rollouts: "Rollouts",
  noRollouts: "No rollouts yet.",
  newest: "Latest rollout",
  abandoned: "its process ended",
  rollout: {
    running: "running",
    paused: "paused",
    stopped: "stopped",
    halted: "halted",
    failed: "ended with failures",
    done: "done",
    superseded: "superseded",
    reverted: "reverted",
  },
  started: "Started",
  target: "Target schema",
  by: "Started by",
  progress: (done: number, failed: number, all: number) =>
    `${done} of ${all} done${failed > 0 ? `, ${failed} failed` : ""}`,
  failures: "Failures by cause",
  cause: "Cause",
  guilds: "Guilds",
  which: "Guild names",
  pause: "Pause rollout",
  resume: "Resume rollout",
  retry: "Resume and retry failures",
  outbox: {
    title: "Outbox",
    lead: "Emails and Discord posts that were given up. Times are in UTC.",
    dead: (letters: number) =>
      letters === 1 ? "1 message not sent" : `${letters} messages not sent`,
    none: "Every message was sent.",
    givenUp: "Given up",
    retry: "Send again",
    discard: "Discard",
  },
  backupsLead:
    "Guilds whose changes have waited longest for a backup come first. Times are in UTC.",
  late: (guilds: number) =>
    `${guilds === 1 ? "1 guild has" : `${guilds} guilds have`} no verified backup of their latest changes.`,
  copies: "Latest backups",
  newestGood: "Latest verified backup",
  completeUntil: "Includes all changes until",
  none: "none",
  last: "Last attempt",
  size: "Size",
  platformCopies: "Platform backups",
  noCopies: "No backups yet. The first one is made within the hour.",
  taken: "Created",
  key: "Key",
  emails: {
    lateSubject: (guilds: number) =>
      guilds === 1 ? "1 guild has no recent backup" : `${guilds} guilds have no recent backup`,
    lateText: (name: string, guilds: number, slugs: string, page: string) =>
      `Hello ${name},

${guilds === 1 ? "1 guild has" : `${guilds} guilds have`} no verified backup from the last hours:
${slugs}

This page shows the last attempts:
${page}

Run "guildhall doctor" to find the cause. You receive this e-mail once a day until every guild has
a backup again.`,
  },
};
