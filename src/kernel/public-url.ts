// Checks addresses that people save and a server calls later. Such an address must not lead into the
// server's own network.

/** Host names of this machine. */
export const LOOPBACK = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const HOST_CHARS_MAX = 253;

/** Names that only an internal network resolves, and public names that resolve to this machine. */
const INNER_DOMAINS = `localhost localdomain local internal intranet private corp home lan host
  home.arpa arpa onion nip.io sslip.io xip.io localtest.me lvh.me vcap.me lacolhost.com
  traefik.me`.split(/\s+/);

/** First address and prefix length of every IPv4 range that is not the public internet (IANA). */
const INNER_V4: readonly (readonly [first: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** The same for IPv6 within 2000::/3. All other IPv6 addresses are not public either. */
const INNER_V6: readonly (readonly [first: readonly number[], bits: number])[] = [
  // Protocol assignments, among them Teredo, which carries an IPv4 address.
  [[0x2001, 0x0000], 23],
  [[0x2001, 0x0db8], 32],
  // 6to4 carries an IPv4 address.
  [[0x2002, 0x0000], 16],
  [[0x3fff, 0x0000], 20],
];

/**
 * True for an https address on the public internet in plain form: no user, no port but 443, no private
 * address in any notation, no internal name. Use it when saving. Before a call, `isPublicAddress`
 * checks the address that the name resolves to.
 */
export function isPublicUrl(text: string): boolean {
  // The URL parser would repair tabs, backslashes and a missing slash. Such addresses are refused
  // instead.
  if (!/^https:\/\/[^\s\\/@]+(?:[/?#][^\s\\]*)?$/i.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password, port, hostname } = new URL(text);
  if (protocol !== "https:" || username !== "" || password !== "" || port !== "") return false;
  if (hostname.startsWith("[") || v4Parts(hostname)) return isPublicAddress(hostname);
  return isPublicName(hostname);
}

/** True for an IP address of the public internet, IPv6 with or without brackets. */
function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[(.*)\]$/, "$1");
  if (!plain.includes(":")) return isPublicV4(plain);
  const groups = v6Groups(plain);
  if (groups === undefined || groups[0]! >> 13 !== 1) return false;
  const [high = 0, low = 0] = groups;
  const bitsOf = (pair: readonly number[]) => ((pair[0]! << 16) | pair[1]!) >>> 0;
  return INNER_V6.every(([first, bits]) => !isWithin(bitsOf([high, low]), bitsOf(first), bits));
}

/** True for a host name of the public internet with two labels or more. */
export function isPublicName(host: string): boolean {
  const labels = host.split(".");
  if (host.length > HOST_CHARS_MAX || labels.length < 2) return false;
  if (!labels.every((label) => LABEL.test(label)) || /^\d/.test(labels.at(-1)!)) return false;
  return INNER_DOMAINS.every((domain) => host !== domain && !host.endsWith(`.${domain}`));
}

function isPublicV4(address: string): boolean {
  const parts = v4Parts(address);
  if (parts === undefined) return false;
  const value = v4Value(parts);
  return INNER_V4.every(([first, bits]) => !isWithin(value, v4Value(v4Parts(first)!), bits));
}

function v4Parts(text: string): readonly number[] | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part <= 255) ? parts : undefined;
}

function v4Value(parts: readonly number[]): number {
  return parts.reduce((value, part) => value * 256 + part, 0);
}

function isWithin(value: number, first: number, bits: number): boolean {
  const size = 2 ** (32 - bits);
  return Math.floor(value / size) === Math.floor(first / size);
}

/** The eight groups of an IPv6 address as the URL parser writes it. Undefined for anything else. */
function v6Groups(text: string): readonly number[] | undefined {
  if (!URL.canParse(`http://[${text}]/`)) return undefined;
  const host = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = "", tail] = host.split("::");
  const numbers = (part: string) =>
    part === "" ? [] : part.split(":").map((one) => Number.parseInt(one, 16));
  const [first, last] = [numbers(head), numbers(tail ?? "")];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return [...first, ...zeros, ...last];
}
