import type { Context } from "hono";
import { addressSubject, clientAddress } from "../../http/address.ts";
import type { AppEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

/**
 * `GET /domains/ask?domain=`: whether a proxy may get a certificate for a name, as Caddy asks. 200 for a
 * guild's active domain, 404 for every other name. It answers at every host, because a proxy on the same
 * machine asks by address.
 */
export const domainAskApi = createRouter();

/**
 * Whether a proxy of this machine asks for itself. It asks once for each name that strangers connect with,
 * so a limit would let them stop the certificates of every guild. What it passes on has X-Forwarded-For.
 */
function isOwnProxy(c: Context<AppEnv>): boolean {
  const direct = c.env?.incoming?.socket?.remoteAddress ?? "";
  const isLoopback = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(direct);
  return isLoopback && c.req.header("x-forwarded-for") === undefined;
}

domainAskApi.get("/domains/ask", async (c) => {
  const { rates, domains } = c.var.services;
  if (!isOwnProxy(c)) await rates.use("domain-ask", "address", addressSubject(clientAddress(c)));
  const name = (c.req.query("domain") ?? "").toLowerCase();
  return c.body(null, (await domains.isServed(name)) ? 200 : 404);
});
