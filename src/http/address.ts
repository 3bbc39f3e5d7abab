import type { Context } from "hono";
import type { AppEnv } from "./env.ts";

/** The client's address. */
export function clientAddress(c: Context<AppEnv>): string {
  if (c.env?.address !== undefined) return c.env.address;
  return addressOf(
    c.env?.incoming?.socket?.remoteAddress,
    c.req.header("x-forwarded-for"),
    c.var.services.config.trustedProxyHops,
  );
}

/**
 * Each trusted proxy appends the address it saw to X-Forwarded-For. Our proxies wrote only the last
 * `hops` entries. A client can forge the entries before them.
 */
export function addressOf(
  direct: string | undefined,
  forwardedFor: string | undefined,
  hops: number,
): string {
  if (hops === 0) return direct ?? "";
  const forwarded = (forwardedFor ?? "").split(",").map((part) => part.trim());
  return (forwarded[forwarded.length - hops] || direct || "").slice(0, 64);
}

/** The network of an address: its /24, or its /48 for IPv6. People keep it from day to day. */
export function addressRange(address: string): string {
  const subject = addressSubject(address);
  if (subject.endsWith("::/64"))
    return `${subject.slice(0, -5).split(":").slice(0, 3).join(":")}::/48`;
  return subject.replace(/^(\d+\.\d+\.\d+)\.\d+$/, "$1.0/24");
}

/**
 * An address as rate limits count it: without its port, and as a /64 for IPv6, because one customer
 * owns a whole /64.
 */
export function addressSubject(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/^\[(.*)\](:\d+)?$/, "$1")
    .replace(/%.*$/, "")
    .replace(/^::ffff:(?=\d+\.)/, "");
  const colons = plain.split(":").length - 1;
  if (colons < 2) return plain.replace(/:\d+$/, "");
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":").filter(Boolean);
  const tailGroups = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = Array.from(
    { length: Math.max(0, 8 - groups.length - tailGroups.length) },
    () => "0",
  );
  const full = tail === undefined ? groups : [...groups, ...zeros, ...tailGroups];
  const prefix = full.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${prefix.join(":")}::/64`;
}
