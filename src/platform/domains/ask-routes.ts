import { addressSubject, clientAddress } from "../../http/address.ts";
import { createRouter } from "../../http/router.ts";

/**
 * `GET /domains/ask?domain=`: whether a proxy may get a certificate for a name, as Caddy asks. 200 for a
 * guild's active domain, 404 for every other name. It answers at every host, because a proxy on the same
 * machine asks by address.
 */
export const domainAskApi = createRouter();

domainAskApi.get("/domains/ask", async (c) => {
  const { rates, domains } = c.var.services;
  await rates.use("domain-ask", "address", addressSubject(clientAddress(c)));
  const name = (c.req.query("domain") ?? "").toLowerCase();
  return c.body(null, (await domains.isServed(name)) ? 200 : 404);
});
