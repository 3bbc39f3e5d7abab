export const connections = {
  title: "Connections",
  lead: "Keys that connect the guild to other services. They are encrypted when saved and never shown again.",
  personalLead:
    "Keys that connect your account to other services. They are encrypted when saved and never shown again.",
  back: "Your account",
  set: "saved",
  notSet: "not set",
  setBy: (name: string) => `by ${name}`,
  account: "Client ID",
  replace: "Save key",
  remove: "Remove key",
  kinds: {
    blizzard: "Blizzard",
    warcraftlogs: "Warcraft Logs",
    "discord-bot": "Discord bot",
    "discord-webhook": "Discord channel",
    webhook: "Webhook",
  },
  hints: {
    blizzard: "A client from develop.battle.net. It reads rosters and characters.",
    warcraftlogs: "A client from warcraftlogs.com. It reads reports.",
    "discord-bot": "A bot from discord.com/developers. It reads members and roles.",
    "discord-webhook": "A webhook from the settings of a channel. It posts to that channel.",
    webhook: "Your own https address. It receives the events of the guild.",
  },
  values: {
    blizzard: "Client secret",
    warcraftlogs: "Client secret",
    "discord-bot": "Bot token",
    "discord-webhook": "Webhook address",
    webhook: "Web address",
  },
};
