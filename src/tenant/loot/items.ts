/** One key for however an item's name is typed: no brackets of a link, no case, single spaces. */
export function foldItem(name: string): string {
  return name
    .replace(/^\[(.*)\]$/, "$1")
    .normalize("NFKC")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase();
}
