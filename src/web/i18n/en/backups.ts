export const backups = {
  title: "Backups",
  lead: "Changes of the guild are backed up within minutes, and every backup is verified.",
  copies: "Backups",
  copyNow: "Back up now",
  none: "No backups yet. The first one is made within the hour.",
  notHere: "This server makes no backups. Ask the operator of this platform.",
  restoring: "A backup is being restored. The data from before is kept as a backup as well.",
  taken: "Created",
  takenAt: "Created",
  state: "Status",
  states: { making: "in progress", good: "verified", damaged: "damaged", failed: "failed" },
  why: "Trigger",
  reasons: {
    schedule: "Scheduled",
    manual: "Manual",
    "before-restore": "Before a restore",
  },
  size: "Size",
  one: "Guild backup",
  changes: (n: number) =>
    n === 0
      ? "Nothing has changed since."
      : `${n === 1 ? "1 change was" : `${n} changes were`} made since. Restoring this backup discards ${n === 1 ? "it" : "them"}.`,
  compared: "Differences from now, in rows",
  table: "Table",
  inCopy: "In the backup",
  today: "Now",
  restore: "Restore this backup",
  restoreLead:
    "The guild is unavailable for a few seconds. Its current data is backed up first, so you can return to it.",
  typeName: (name: string) => `Type “${name}” to confirm`,
  export: "Export all data",
  exportLead:
    "One file with all data of the guild: a database that any SQLite program opens. Accounts and raw logs are not included.",
  exportNow: "Download database",
  end: "Delete guild",
  endLead:
    "The guild closes for everyone immediately. You can restore it for 30 days from “My guilds”.",
  endFacts: [
    "Members, visitors and API keys lose access.",
    "The name and the web address stay reserved for the 30 days.",
    "After that the database, logs, keys and backups are deleted for good.",
  ],
  deleted: "Deleted guilds",
  deletedLead: "You can restore a deleted guild until the date shown.",
  until: "Until",
  undelete: "Restore guild",
};
