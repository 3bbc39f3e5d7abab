export const backups = {
  title: "Backups",
  lead: "The guild is copied every hour, and every copy is opened to see that it is whole.",
  copies: "Copies",
  copyNow: "Copy now",
  none: "No copy yet. The first one comes within the hour.",
  notHere: "This server makes no copies. Ask whoever runs it.",
  restoring: "A copy is being restored. What the guild had until now is kept as a copy, too.",
  taken: "Made",
  takenAt: "Made on",
  state: "State",
  states: { making: "being made", good: "whole", damaged: "damaged", failed: "not made" },
  why: "Why",
  reasons: {
    schedule: "By the hour",
    manual: "By hand",
    "before-restore": "Before another was restored",
  },
  size: "Size",
  one: "A copy of the guild",
  changes: (n: number) =>
    n === 0
      ? "Nothing was changed since."
      : `Since then ${n} ${n === 1 ? "change was" : "changes were"} noted. Restoring it loses them.`,
  compared: "What differs from now, in rows",
  table: "Table",
  inCopy: "In the copy",
  today: "Now",
  restore: "Go back to this copy",
  restoreLead:
    "For some seconds nobody can work in the guild. What it has now is copied first, so you can come back.",
  typeName: (name: string) => `Type “${name}” to confirm`,
  export: "Take everything with you",
  exportLead:
    "One file with all of the guild's own data: a database that any SQLite program opens. Accounts and raw logs are not in it.",
  exportNow: "Download",
  end: "Delete the guild",
  endLead:
    "It is closed for everybody at once. For 30 days you can bring it back from your guilds.",
  endFacts: [
    "Members, visitors and API keys find nothing here any more.",
    "The name and the address stay yours for the 30 days.",
    "After that its database, logs, keys and copies are removed. Nobody can bring them back.",
  ],
  deleted: "Deleted guilds",
  deletedLead: "They can be brought back until the day on which nothing of them is left.",
  until: "Until",
  undelete: "Bring back",
};
