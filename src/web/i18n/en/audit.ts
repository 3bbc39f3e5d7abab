export const audit = {
  title: "Audit log",
  lead: "Who changed what in this guild. Nothing here can be edited or removed.",
  at: "When",
  actor: "Who",
  action: "What",
  subject: "On",
  change: "Change",
  since: "Since",
  export: "As a CSV file",
  noneTitle: "Nothing has happened yet",
  noneText: "Every change to points, people and settings is written down here.",
};
