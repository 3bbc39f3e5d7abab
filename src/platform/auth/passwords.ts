import { limits } from "../../limits.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

/** Whose password it is: neither may be a part of it. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
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
  const chars = [...canonicalPassword(password)].length;
  if (chars < limits.auth.passwordCharsMin) return "too-short";
  if (chars > limits.auth.passwordCharsMax) return "too-long";
  const folded = fold(password);
  if (COMMON_PASSWORDS.has(folded)) return "common";
  return personalWords(owner).some((word) => folded.includes(word)) ? "personal" : undefined;
}

/** What is hashed. Keyboards compose accents differently; the same text is the same password. */
export function canonicalPassword(password: string): string {
  return password.normalize("NFC");
}

/** Shorter names and mailboxes occur in innocent words. */
const PERSONAL_CHARS_MIN = 4;

function personalWords({ email, name }: PasswordOwner): string[] {
  const words = ["guildhall", fold(email), fold(email.split("@", 1)[0]!), fold(name)];
  return words.filter((word) => [...word].length >= PERSONAL_CHARS_MIN);
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase().trim();
}
