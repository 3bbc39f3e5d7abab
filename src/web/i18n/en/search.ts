/** The search of a guild, as a dialog and as a page. */
export const search = {
  title: "Search",
  label: "Search people, raids, items and pages",
  pages: "Pages",
  people: "People",
  raids: "Raids",
  items: "Items",
  none: "Nothing found",
  noneText: "Check the spelling, or type a shorter part of the name.",
  keys: "Press Ctrl and K",
};
