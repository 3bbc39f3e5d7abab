// Invisible and direction-changing characters would let one name pass for another.
const READABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*[\p{L}\p{N}][\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u;

/** A name as it is compared: letter case, width and spaces around it do not count. */
export function foldName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase().replace(/\s+/g, " ");
}

/** True for a name that people can see and tell from others. */
export function isReadable(name: string): boolean {
  return READABLE.test(name);
}

/** A word as it is recognised: no case, accents, spaces or signs. */
export function foldWord(text: string): string {
  return text
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
}
