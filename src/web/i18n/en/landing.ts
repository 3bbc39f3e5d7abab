export const landing = {
  title: "A home for your guild, with a database of its own",
  lead: "Raids, points and loot that everybody can check. Founded in a minute, kept apart for good.",
  found: "Found your guild",
  demo: "Open the demo guild",
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
  free: "Free",
  freeText: "One guild, 30 members, 30 days of logs and metrics.",
  premium: "Premium",
  premiumText:
    "Any number of guilds, members and days, with analytics, exports and the Discord bot.",
};
