/** What the Discord bot says, and the pages that belong to it. */
export const discord = {
  commands: {
    link: "Connect your Discord account with your place in the guild",
    whois: "Show who a member is in the game",
    roster: "Show the people of the guild",
    standings: "Show the points of the guild",
    raid: "Show the next raid",
  },
  options: {
    member: "A member of this server",
    name: "A part of a person's or a character's name",
  },
  onServers: "Use this command on the server of your guild.",
  notConnected:
    "No guild has connected this server yet. An admin of the guild can do so in its identity settings.",
  noSuchCommand: "This command does not exist any more.",
  forMembers:
    "Only members of the guild can see this. If you are one, type /link to connect your account.",
  failed: "Something went wrong on our side. Try again in a moment.",
  linkedAs: (person: string) => `Your Discord account belongs to ${person}.`,
  linkReady: (url: string, minutes: number) =>
    `Open this address within ${minutes} minutes and sign in as a member of the guild. It works once. Give it to no one.\n${url}`,
  noSuchPerson: (name: string) => `No one in the guild is called ${name}.`,
  noSuchMember: "This member is not linked with anyone in the guild.",
  probably: "Probably, by the name:",
  people: (count: number) => (count === 1 ? "1 person" : `${count} people`),
  nothing: "There is nothing yet.",
  noRaid: "No raid is planned.",
  coming: (count: number) => (count === 1 ? "1 person comes" : `${count} people come`),
  yourAnswer: (answer: string) => `Your answer: ${answer}`,
  noAnswer: "You have not answered yet.",
  linkTitle: "Connect your Discord account",
  linkLead: (name: string) => `The Discord account “${name}” asks to be yours in this guild.`,
  linkWarning: "Did you type /link yourself?",
  linkWarningText: (name: string) =>
    `Continue only if “${name}” is your own account and you have just typed /link on the guild's server. Its holder can then act for you in Discord.`,
  linkButton: "Yes, this is my account",
  connect: "Add the bot to a server",
  connectHint:
    "Discord asks you for a server that you manage. The bot's commands work there afterwards.",
  connectedServer: (id: string) => `The bot's commands work on the server ${id}.`,
  unprovedServer:
    "The members of this server are read. The bot's commands work after you add the bot by the button below.",
};
