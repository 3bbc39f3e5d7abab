export const landing = {
  title: "A home for your guild, with a database of its own",
  lead: "Raids, points and loot that everybody can check. Founded in a minute, kept apart for good.",
  found: "Found your guild",
  demo: "Open the demo guild",
  proofTitle: "A balance, and why",
  proofPerson: "Example",
  proofLines: {
    onTime: "On time, Thursday",
    boss: "Boss kill: the Gate Warden",
    loot: "Loot: Cinderplate Helm",
  },
  proofSum: "Balance",
  proofNote: "Every member can open every balance and read the lines that made it.",
  points: {
    apart: "Kept apart",
    apartText: "Your guild's data lives in one database that holds nothing else and nobody else's.",
    provable: "Points you can prove",
    provableText:
      "Every balance is the sum of its entries. Nothing is edited; mistakes are reversed.",
    fast: "Fast on raid night",
    fastText: "Made for a phone in one hand and the game on the other screen.",
  },
  plans: "Plans",
  plansLead: "Start free. A larger plan only lifts limits; a smaller one never deletes anything.",
  named: {
    free: { title: "Free", text: "For one guild that raids together." },
    premium: {
      title: "Premium",
      text: "For guilds that have grown, and for people who lead several.",
    },
  },
  guilds: (count: number) => (count === 1 ? "1 guild" : `${count} guilds`),
  anyGuilds: "Any number of guilds",
  members: (count: number) => (count === 1 ? "1 member" : `${count} members`),
  anyMembers: "Any number of members",
  kept: (days: number) =>
    days === 1 ? "Logs and metrics of the last day" : `Logs and metrics of the last ${days} days`,
  keptForGood: "Logs and metrics kept for good",
  keys: (count: number) => (count === 1 ? "1 API key" : `${count} API keys`),
  anyKeys: "Any number of API keys",
  without: "not included:",
};
