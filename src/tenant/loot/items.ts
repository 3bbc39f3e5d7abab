/** Folds an item's name for comparison: no brackets of a link, no case, single spaces. */
export function foldItem(name: string): string {
  return name
    .replace(/^\[(.*)\]$/, "$1")
    .normalize("NFKC")
    .trim()
    .replace(/\s+/g, " ")
    .toLowerCase();
}
