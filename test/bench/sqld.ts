import { serve } from "@hono/node-server";
import { createClient } from "@libsql/client/web";
import autocannon from "autocannon";
import { Hono } from "hono";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import { SqldTokens } from "../../provisioning/hosts/sqld.ts";
import { schemaOf } from "../../provisioning/migrations.ts";
import { guildSchema } from "../../src/node/services.ts";
import { testApp } from "../support/app.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { figure, median } from "./figures.ts";
import type { Figure } from "./main.ts";

const ROUNDS = 5;

/** Made from the template and read. The floor only requests a fork from the server. */
export async function provisionSqld(): Promise<readonly Figure[]> {
  if (!hasSqld) return [];
  const server = await startSqld();
  try {
    await using t = await testApp(server.env);
    const { host } = t.services;
    await host.create(newDatabaseName());
    const template = `template-${schemaOf(guildSchema).hash.slice(0, 16)}`;
    const fork = async () => {
      const url = `${server.adminUrl}/v1/namespaces/${template}/fork/${newDatabaseName()}`;
      const headers = {
        authorization: `Basic ${server.adminKey}`,
        "content-type": "application/json",
      };
      const { status } = await fetch(url, { method: "POST", headers, body: "{}" });
      if (status !== 200) throw new Error(`a fork answered ${status}`);
    };
    const [ours, floor]: [number[], number[]] = [[], []];
    for (let i = 0; i < 100; i++) {
      ours.push(await took(() => host.create(newDatabaseName())));
      floor.push(await took(fork));
    }
    return [figure("provision-sqld", "create, p50", 100, "ms", median(ours), median(floor))];
  } finally {
    await server.stop();
  }
}

/** A member reads a page, with all databases on the server. The floor is one request to it. */
export async function requestSqld(): Promise<readonly Figure[]> {
  if (!hasSqld) return [];
  const server = await startSqld();
  try {
    await using t = await testApp(server.env);
    const guild = await t.guild("ironforge");
    for (let i = 0; i < 50; i++) await guild.owner.post("/roster/persons", { name: `Raider ${i}` });
    const found = (await t.services.platform.guild(guild.id))!;
    const tokens = new SqldTokens(server.key, () => new Date());
    const token = await tokens.tokenFor(found.databaseName);
    const name = btoa(found.databaseName).replace(/=+$/, "");
    const bare = createClient({
      url: server.url,
      authToken: token,
      fetch: (request: Request) => {
        request.headers.set("x-namespace-bin", name);
        return fetch(request);
      },
    });
    const floorApp = new Hono().get("/", async (c) => {
      const { rows } = await bare.execute("SELECT * FROM persons ORDER BY name LIMIT 50");
      return c.json({ items: rows });
    });
    const [ours, floor] = [await listening(t.app.fetch), await listening(floorApp.fetch)];
    const headers = { authorization: `Bearer ${guild.owner.identity.token}` };
    const [oursUrl, floorUrl] = [`${ours.url}/api/g/ironforge/roster`, floor.url];
    const check = (await (await fetch(oursUrl, { headers })).json()) as { items: unknown[] };
    if (check.items.length < 50) throw new Error(`50 rows wanted, ${check.items.length} came`);
    const [rates, floorRates]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      rates.push(await rateOf(oursUrl, headers));
      floorRates.push(await rateOf(floorUrl, headers));
    }
    ours.close();
    floor.close();
    bare.close();
    const [rate, floorRate] = [median(rates), median(floorRates)];
    return [figure("request-sqld", "roster, requests/s", ROUNDS, "/s", rate, floorRate)];
  } finally {
    await server.stop();
  }
}

async function rateOf(url: string, headers: Record<string, string>): Promise<number> {
  const result = await autocannon({ url, connections: 8, duration: 2, headers });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} bad answers`);
  return result.requests.average;
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function listening(app: (request: Request) => Response | Promise<Response>) {
  const server = serve({ fetch: app, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as { port: number };
  return { url: `http://localhost:${port}`, close: () => server.close() };
}
