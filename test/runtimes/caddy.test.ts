import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { expect, test } from "vitest";
import { testApp } from "../support/app.ts";
import { hasCaddy, startCaddy } from "../support/caddy.ts";
import { startDns } from "../support/dns.ts";

if (!hasCaddy) console.log("Guilds' own domains behind Caddy were not run: apt-get install caddy.");

test.runIf(hasCaddy)(
  "Caddy with the Caddyfile makes certificates for proved domains, and for no other name",
  async () => {
    const dns = await startDns();
    await using t = await testApp({ DNS_SERVERS: dns.address, TRUSTED_PROXY_HOPS: "1" });
    const vow = await t.guild("iron-vow", { plan: "premium", isPublic: true });
    const server = createServer(getRequestListener(t.app.fetch)).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using caddy = await startCaddy((server.address() as AddressInfo).port);
    const { body } = await vow.owner.put("/settings/domain", { domain: "raids.ironvow.org" });
    expect(await caddy.page("raids.ironvow.org")).toBeUndefined();
    dns.set(body.recordName, body.recordValue);
    expect((await vow.owner.post("/settings/domain/verification")).status).toBe(200);
    const home = await caddy.page("raids.ironvow.org");
    expect(home).toMatchObject({ status: 200, text: expect.stringContaining("Guild iron-vow") });
    expect(await caddy.page("ironvow.org")).toBeUndefined();
    expect(await caddy.page("x.raids.ironvow.org")).toBeUndefined();
    // The platform's own names have their own block.
    expect((await caddy.page("iron-vow.guilds.example.com"))?.status).toBe(400);
    server.closeAllConnections();
    server.close();
    await dns.stop();
  },
);
