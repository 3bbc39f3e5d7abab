import { limits } from "../../limits.ts";
import { bare, foldPassword, isGuessedFirst } from "./password-patterns.ts";

/** Whose password it is: name and address may be no part of it, a guild's name not all of it. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
  readonly guilds?: readonly string[];
}

/** Why a new password is refused; a sentence for each is `PASSWORD_ADVICE`. */
export type PasswordFault = "too-short" | "too-long" | "unreadable" | "common" | "personal";

export const PASSWORD_ADVICE: Readonly<Record<PasswordFault, string>> = {
  "too-short": `Use at least ${limits.auth.passwordCharsMin} characters.`,
  "too-long": `Use at most ${limits.auth.passwordCharsMax} characters.`,
  unreadable: "This text is damaged. Type the password instead of pasting it.",
  common: "This is one of the passwords that are guessed first. Choose another.",
  personal: "Leave your name, your e-mail address and ours out of it.",
};

/** What is wrong with a new password, or undefined. Any script and any character is welcome. */
export function passwordFault(password: string, owner: PasswordOwner): PasswordFault | undefined {
  // Half a surrogate pair becomes U+FFFD in UTF-8: different passwords would be taken for the same.
  if (!password.isWellFormed()) return "unreadable";
  if ([...canonicalPassword(password)].length > limits.auth.passwordCharsMax) return "too-long";
  // Spaces around a password count as typed, but they do not make it longer.
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

/** Signs left out, a short word comes about by chance at the seam of two others. */
function isPartOf(plain: string, word: string): boolean {
  return [...word].length > PERSONAL_CHARS_MIN && plain.includes(word);
}

/** What is hashed. Keyboards compose accents differently; the same text is the same password. */
export function canonicalPassword(password: string): string {
  return password.normalize("NFC");
}

/** Shorter names and mailboxes occur in innocent words. */
const PERSONAL_CHARS_MIN = 4;
