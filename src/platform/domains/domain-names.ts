import { bytesToHex } from "@noble/hashes/utils.js";
import { parse } from "tldts";
import { isPublicName } from "../../kernel/public-url.ts";

/** Why a name cannot be a guild's domain. */
export type DomainFault =
  | "unreadable"
  | "address"
  | "single-label"
  | "wildcard"
  | "ours"
  | "public-suffix"
  | "internal";

/** The label below which a domain's TXT record is. */
const RECORD_LABEL = "_guildhall";
const CHALLENGE_BYTES = 16;
const HOST_CHARS_MAX = 253;
const DOMAIN_CHARS_MAX = HOST_CHARS_MAX - RECORD_LABEL.length - 1;

/**
 * The stored form of a domain that a person entered: lower case, ASCII (`xn--` for other scripts), without a
 * dot at its end. `publicHost` is the platform's own host name, which no guild can claim.
 */
export function domainFrom(
  text: string,
  publicHost: string,
): { readonly domain: string } | { readonly fault: DomainFault } {
  const typed = text.trim().normalize("NFKC").replace(/\.$/, "");
  if (typed.includes("*")) return { fault: "wildcard" };
  // The URL parser reads these as other parts of an address, or repairs them.
  if (typed === "" || /[\s\p{C}/\\@?#%:[\]]/u.test(typed)) return { fault: faultOfText(typed) };
  if (!URL.canParse(`http://${typed}`)) return { fault: "unreadable" };
  const domain = new URL(`http://${typed}`).hostname;
  const fault = faultOf(domain, publicHost);
  return fault === undefined ? { domain } : { fault };
}

/** The name of the TXT record that proves a domain. */
export function recordName(domain: string): string {
  return `${RECORD_LABEL}.${domain}`;
}

/** A new challenge: 128 random bits in hex. The DNS shows it, but it cannot be guessed. */
export function newChallenge(): string {
  return bytesToHex(crypto.getRandomValues(new Uint8Array(CHALLENGE_BYTES)));
}

/** The value of the TXT record that proves a claim. */
export function recordValue(challenge: string): string {
  return `guildhall-domain=${challenge}`;
}

/** Tells an IPv6 address from other text that is no host name. */
function faultOfText(text: string): DomainFault {
  return URL.canParse(`http://[${text.replace(/^\[|\]$/g, "")}]`) ? "address" : "unreadable";
}

function faultOf(domain: string, publicHost: string): DomainFault | undefined {
  // The URL parser writes every notation of an IPv4 address, such as 0x7f.1, as four numbers.
  if (/^\d+(\.\d+){3}$/.test(domain)) return "address";
  if (domain.length > DOMAIN_CHARS_MAX) return "unreadable";
  if (domain === publicHost || domain.endsWith(`.${publicHost}`)) return "ours";
  if (!domain.includes(".")) return "single-label";
  if (!domain.split(".").every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) {
    return "unreadable";
  }
  // Below a private suffix such as github.io, each name belongs to another customer.
  if (parse(domain, { allowPrivateDomains: true }).domain === null) return "public-suffix";
  return isPublicName(domain) ? undefined : "internal";
}
