/** Letters and digits without those that look alike: no 0 and O, no 1, I and L. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const LETTERS = 6;

/** A code with nothing that would make it part of a longer word. The hyphen may be left out. */
const CODE = new RegExp(
  `(?<![\\p{L}\\p{N}])GH[- ]?([${ALPHABET}]{${LETTERS}})(?![\\p{L}\\p{N}])`,
  "giu",
);

/**
 * A code that a member types into a note of the game, such as `GH-7K2QX9`: 30 random bits. It proves
 * only that its reader can change the note, and it is short because a note has 31 letters.
 */
export function newNoteCode(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  // Bytes above the last whole multiple would favour the first letters.
  const fair = 256 - (256 % ALPHABET.length);
  let code = "";
  while (code.length < LETTERS) {
    for (const byte of random(new Uint8Array(LETTERS))) {
      if (byte < fair && code.length < LETTERS) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return `GH-${code}`;
}

/** The codes in a note, each as it was given out: people write small letters, and words around it. */
export function codesIn(note: string | null): readonly string[] {
  if (note === null) return [];
  const found = [...note.matchAll(CODE)].map(([, letters]) => `GH-${letters!.toUpperCase()}`);
  return [...new Set(found)];
}
