/** The parts of the API in reading order, each with a description. */
export const TAGS = {
  Accounts: "Sign-up, sign-in, sessions, and the services that a person is connected with.",
  Guilds: "The caller's guilds: founding, joining and restoring them.",
  Guild: "One guild: its members, invitations and settings.",
  "API keys": "Keys with which programs use one guild.",
  Plans: "The plans that there are, and the plan of a guild.",
  Backups: "Backups of a guild: making, comparing, restoring and exporting them.",
  Onboarding: "The first steps of a new guild and its example data.",
  Roster: "People, their characters, and imports of rosters.",
  Identity: "Who is who in the game, in Discord and on the roster, and what does not fit.",
  Points: "Point pools, their rules, standings and the ledger.",
  Imports: "History of other tools: previews of files, commits and reversals.",
  Raids: "The calendar, sign-ups, attendance and points for raids.",
  Auctions: "Auctions of items for points, and bids.",
  Loot: "Awarded items, wishes and loot councils.",
  "Combat logs": "Uploads of combat logs, and what was found in them.",
  Analytics: "Figures about points, loot and attendance over time.",
  Live: "Events of a guild as they happen.",
  Connections: "Other services that a guild is connected with.",
  Audit: "Who changed what in a guild, and when.",
  Operators:
    "The console of the platform's operators. For all others these addresses do not exist.",
} as const;

export type Tag = keyof typeof TAGS;
