export const landing = {
  title: "Your guild's own home, with its own database",
  lead: "Raids, points and loot that everyone can check. Ready in a minute, with your data kept separate.",
  found: "Create your guild",
  demo: "Open demo guild",
  proofTitle: "A balance, explained",
  proofPerson: "Example",
  proofLines: {
    onTime: "On time, Thursday",
    boss: "Boss kill: the Gate Warden",
    loot: "Loot: Cinderplate Helm",
  },
  proofSum: "Balance",
  proofNote: "Every member can open any balance and see each entry behind it.",
  points: {
    apart: "Separate data",
    apartText: "Your guild has its own database. It holds no data of any other guild.",
    provable: "Points you can verify",
    provableText:
      "Every balance is the sum of its entries. Entries are never edited; they are reverted.",
    fast: "Fast on raid night",
    fastText: "Made for your phone while you play.",
  },
  plans: "Plans",
  plansLead: "Start for free. A larger plan raises the limits; a smaller plan never deletes data.",
  named: {
    free: { title: "Free", text: "For one guild that raids together." },
    premium: {
      title: "Premium",
      text: "For large guilds and for people who lead several guilds.",
    },
  },
  guilds: (count: number) => (count === 1 ? "1 guild" : `${count} guilds`),
  anyGuilds: "Unlimited guilds",
  members: (count: number) => (count === 1 ? "1 member" : `${count} members`),
  anyMembers: "Unlimited members",
  kept: (days: number) =>
    days === 1 ? "Logs and metrics of the last day" : `Logs and metrics of the last ${days} days`,
  keptForGood: "Logs and metrics without expiry",
  keys: (count: number) => (count === 1 ? "1 API key" : `${count} API keys`),
  anyKeys: "Unlimited API keys",
  without: "not included:",
};
