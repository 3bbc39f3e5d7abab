export const connections = {
  title: "Connections",
  lead: "What lets us speak to other services in the guild's name. Secrets are sealed when you save them and never shown again.",
  personalLead:
    "What lets us speak to other services in your own name. Secrets are sealed when you save them and never shown again.",
  back: "Your account",
  set: "set",
  notSet: "not set",
  setBy: (name: string) => `by ${name}`,
  account: "Client id",
  replace: "Replace",
  remove: "Remove",
  kinds: {
    blizzard: "Blizzard",
    warcraftlogs: "Warcraft Logs",
    "discord-bot": "Discord bot",
    "discord-webhook": "Discord channel",
    webhook: "Webhook",
  },
  hints: {
    blizzard: "A client that you made at develop.battle.net, to read rosters and characters.",
    warcraftlogs: "A client that you made at warcraftlogs.com, to read reports.",
    "discord-bot": "A bot that you made at discord.com/developers, to see members and roles.",
    "discord-webhook": "A webhook from a channel's settings, to post there.",
    webhook: "An address of yours, beginning with https, that is told what happens.",
  },
  values: {
    blizzard: "Client secret",
    warcraftlogs: "Client secret",
    "discord-bot": "Bot token",
    "discord-webhook": "Webhook address",
    webhook: "Address",
  },
};
