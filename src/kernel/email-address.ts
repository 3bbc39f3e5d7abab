import { isVisible } from "./names.ts";
import { punycodeText } from "./punycode.ts";

// The characters that HTML allows before the @, and letters of all scripts. Characters that mail
// servers use for routing (%, !), commands (a leading bar or slash) or decoding (=?) are refused below.
const LOCAL = /^[\p{L}\p{M}\p{N}#$&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}#$&'*+/=?^_`{|}~-]+)*$/u;
const SECOND_MEANING = /^[\p{M}|/-]|=\?|\?=/u;
const DOMAIN = /^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)+$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
// RFC 5321 counts bytes.
const LOCAL_BYTES_MAX = 64;
const DOMAIN_BYTES_MAX = 253;
const EMAIL_BYTES_MAX = 254;

/**
 * The normal form in which an address is stored and compared, or undefined if it is invalid: trimmed,
 * lower case, with an ASCII domain. Two accounts therefore cannot share a mailbox through different
 * spellings. Quoted local parts, IP addresses and texts with a special meaning for mail servers are
 * refused.
 */
export function normalEmail(text: string): string | undefined {
  const [local = "", host = "", ...rest] = text.trim().normalize("NFC").split("@");
  if (rest.length > 0 || !LOCAL.test(local) || SECOND_MEANING.test(local)) return undefined;
  if (bytesOf(local) > LOCAL_BYTES_MAX || !isVisible(local) || !isVisible(host)) return undefined;
  const domain = asciiDomain(host);
  if (domain === undefined) return undefined;
  const email = `${local.toLowerCase()}@${domain}`;
  return bytesOf(email) <= EMAIL_BYTES_MAX ? email : undefined;
}

/** The domain in ASCII, or undefined if a label breaks the rules of DNS or IDNA. */
function asciiDomain(host: string): string | undefined {
  const domain = DOMAIN.test(host) ? hostnameOf(host) : undefined;
  if (domain === undefined || domain.length > DOMAIN_BYTES_MAX) return undefined;
  const labels = domain.split(".");
  // If the last label begins with a digit, the text is an IP address in some notation.
  if (labels.length < 2 || /^\d/.test(labels.at(-1)!)) return undefined;
  return labels.every(isLabel) ? domain : undefined;
}

function isLabel(label: string): boolean {
  if (!LABEL.test(label)) return false;
  if (label.slice(2, 4) !== "--") return true;
  // Accepts an `xn--` label only if it encodes non-ASCII letters in the one form of IDNA.
  const text = label.startsWith("xn--") ? punycodeText(label.slice(4)) : undefined;
  if (text === undefined || /^[\x20-\x7e]*$/.test(text) || !isVisible(text)) return false;
  return /^[\p{L}\p{M}\p{N}\u00b7\u30fb-]+$/u.test(text) && hostnameOf(text) === label;
}

function hostnameOf(host: string): string | undefined {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
