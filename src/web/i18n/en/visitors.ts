export const visitors = {
  title: "Visitors",
  lead: "What people see who are not members, signed in or not. Links to closed pages look like missing pages.",
  choose: "Choose what visitors see",
  closed: "Visitors see nothing: for them, this guild does not exist.",
  open: (areas: string) => `Visitors see: ${areas}.`,
  legend: "Open to visitors",
  never:
    "Notes, remarks, auctions, loot councils, wishlists, the ledger, members, emails and the audit log are never open.",
  areas: {
    standings: "Everyone's points, with class and role, and the rules of the pools.",
    roster: "The people of the guild and their characters.",
    loot: "Who got which item, and for how many points.",
    raids: "The calendar, who signed up, and attendance, by name.",
    logs: "Reports and fights with the figures of each player, by links that you can share.",
    progress: "Bosses with pulls, kills and records, and why pulls were lost.",
  },
};
