export const exports = {
  title: "Files",
  lead: "Everything of this guild as files, for spreadsheets and for other tools.",
  own: "For spreadsheets",
  ownLead: "The file of one raid is on the page of the raid.",
  tools: "For other tools",
  toolsLead:
    "Reverted awards are left out. You can import these files here again: awards that the guild already has are skipped.",
  name: "Name",
  content: "Content",
  files: "Files",
  lines: "Lines",
  text: "Text",
  standings: "Balances of the default pool. Other pools have their file on their page.",
  ledger: "Each change of a balance in the default pool.",
  loot: "Each award with its price, reverted ones too.",
  auctions: "Each auction that is over, with its winners.",
  attendance: "Attendance over 30, 60 and 90 days.",
  grid: "Who was at which raid.",
  roster: "People and characters.",
  rclootcouncil:
    "Loot history. Paste the CSV into the addon's import, or into the loot page of That's My BIS. " +
    "Items whose number in the game is not known are in the JSON only.",
  gargul: "Loot history as lines of its export. Items of the guild bank are left out.",
  gargulWishes:
    "Wishlists and priorities. Copy the whole text into the TMB import of the addon. " +
    "Items whose number in the game is not known are left out.",
  thatsmybis: "Received items, in the columns of its loot export.",
  thatsmybisWishes: "Wishlists and priorities, in the columns of its loot export.",
};
