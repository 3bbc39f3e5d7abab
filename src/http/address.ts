import type { Context } from "hono";
import type { AppEnv } from "./env.ts";

/**
 * The address the request came from. Each trusted proxy appends the address it saw to
 * X-Forwarded-For, so only the last `trustedProxyHops` entries were written by one of ours.
 */
export function clientAddress(c: Context<AppEnv>): string {
  const hops = c.var.services.config.trustedProxyHops;
  const direct = c.env?.incoming?.socket?.remoteAddress ?? "";
  if (hops === 0) return direct;
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return forwarded[forwarded.length - hops] || direct;
}

/** An address as rate limits count it: an IPv6 customer owns a whole /64. */
export function addressSubject(address: string): string {
  const plain = address.startsWith("::ffff:") ? address.slice(7) : address;
  if (!plain.includes(":")) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":").filter(Boolean);
  const tailGroups = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = Array.from(
    { length: Math.max(0, 8 - groups.length - tailGroups.length) },
    () => "0",
  );
  const full = tail === undefined ? groups : [...groups, ...zeros, ...tailGroups];
  return `${full.slice(0, 4).join(":")}::/64`;
}
