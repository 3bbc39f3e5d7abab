import { limits } from "../../limits.ts";
import { bare, foldPassword, isGuessedFirst } from "./password-patterns.ts";

/** The owner of a password. It must not contain the owner's name or address, nor equal a guild's name. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
  readonly guilds?: readonly string[];
}

/** Why a new password is refused. `PASSWORD_ADVICE` has a sentence for each. */
export type PasswordFault = "too-short" | "too-long" | "unreadable" | "common" | "personal";

export const PASSWORD_ADVICE: Readonly<Record<PasswordFault, string>> = {
  "too-short": `Use at least ${limits.auth.passwordCharsMin} characters.`,
  "too-long": `Use at most ${limits.auth.passwordCharsMax} characters.`,
  unreadable: "The pasted text is damaged. Type the password instead.",
  common: "This password is easy to guess. Choose another one.",
  personal: "Do not include your name, your e-mail address or the name of this site.",
};

/** The fault of a new password, or undefined. Every script and character is allowed. */
export function passwordFault(password: string, owner: PasswordOwner): PasswordFault | undefined {
  // In UTF-8, half a surrogate pair becomes U+FFFD, so different passwords would be equal.
  if (!password.isWellFormed()) return "unreadable";
  if ([...canonicalPassword(password)].length > limits.auth.passwordCharsMax) return "too-long";
  // Spaces around a password are part of it, but do not count for its length.
  const { passwordCharsMin } = limits.auth;
  if ([...canonicalPassword(password).trim()].length < passwordCharsMin) return "too-short";
  const mailbox = owner.email.split("@", 1)[0]!;
  const words = [owner.email, mailbox, owner.name, ...(owner.guilds ?? [])];
  if (isGuessedFirst(password, words)) return "common";
  const [folded, plain] = [foldPassword(password), bare(password)];
  const isPersonal = ["guildhall", owner.email, mailbox, owner.name].some((word) => {
    const isLong = [...word].length >= PERSONAL_CHARS_MIN && bare(word) !== "";
    return isLong && (folded.includes(foldPassword(word)) || isPartOf(plain, bare(word)));
  });
  return isPersonal ? "personal" : undefined;
}

/** Without signs, a short word can occur by chance where two others meet. Only longer words count. */
function isPartOf(plain: string, word: string): boolean {
  return [...word].length > PERSONAL_CHARS_MIN && plain.includes(word);
}

/**
 * The text that is hashed. Keyboards compose accents differently, but the same text is the same
 * password.
 */
export function canonicalPassword(password: string): string {
  return password.normalize("NFC");
}

/** Shorter names and mailboxes occur in ordinary words. */
const PERSONAL_CHARS_MIN = 4;
