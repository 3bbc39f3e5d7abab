import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { isGuildDatabaseName } from "../../provisioning/hosts/host.ts";
import { SqldTokens } from "../../provisioning/hosts/sqld.ts";
import { PlatformDatabase } from "../../src/database/client.ts";
import { openRemote } from "../../src/database/remote.ts";
import { PlatformStore } from "../../src/platform/store.ts";
import { startInstance } from "../../src/worker/services.ts";
import { watch } from "../support/events.ts";
import {
  clientOf,
  type Person,
  processes,
  type ServerProcess,
  signUp,
} from "../support/processes.ts";
import { recordGuild } from "../support/provisioning.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { startTurso } from "../support/turso-platform.ts";
import { startWorker, workerBundle } from "../support/worker.ts";

type Runtime = "Node" | "Workers";

/** Counts for workerd, which serves these tests. */
const onWorkerd = { meta: { host: "workerd + sqld" } } as const;

describe.each(["staging", "production"] as const)("the Worker of %s", (environment) => {
  test("passes wrangler's own check, needs nothing of Node and fits every plan", async () => {
    const { code, report } = await workerBundle(environment);
    expect(report).toContain("--dry-run: exiting now");
    expect(report).not.toMatch(/WARNING|ERROR/);
    // A runtime has to provide the imports. Texts may mention Node.
    const imports = [
      ...code.matchAll(/^(?:import|export)\b[^;]*?from\s*"([^"]+)"|^import\s*"([^"]+)"/gm),
    ];
    expect(imports.map((match) => match[1] ?? match[2])).toEqual([]);
    expect(code).not.toMatch(/\brequire\("node:/);
    const gzipKib = Number(/gzip: ([\d.]+) KiB/.exec(report)?.[1]);
    expect(gzipKib).toBeLessThan(3 * 1024);
  }, 120_000);
});

test("a Worker without databases of its kind says what to set, and shows no secret", async () => {
  const secret = randomUUID() + randomUUID();
  const set = { GUILDHALL_SECRET: secret, PUBLIC_URL: "https://guildhall.example" };
  const turso = { DATABASE_HOST: "turso", TURSO_ORGANIZATION: "x", TURSO_API_TOKEN: secret };
  const remote = { PLATFORM_DATABASE_URL: "libsql://platform.example" };
  const wrong = [
    [set, "DATABASE_HOST"],
    [{ ...set, ...turso }, "PLATFORM_DATABASE_URL"],
    [{ ...set, ...turso, ...remote, SMTP_URL: "smtp://mail.example" }, "MAIL_API_URL"],
    [{ ...set, ...remote, DATABASE_HOST: "turso" }, "TURSO_ORGANIZATION"],
    [remote, "GUILDHALL_SECRET"],
  ] as const;
  for (const [env, name] of wrong) {
    const error = await startInstance(env).catch((one: Error) => one);
    expect(String(error)).toContain(name);
    expect(String(error)).not.toContain(secret);
  }
});

if (!hasSqld)
  console.log("The runtimes were not compared: npm has the server for Linux on x64 only.");
describe.runIf(hasSqld)("the same product", { timeout: 120_000 }, () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let fleet: Awaited<ReturnType<typeof processes>>;
  let worker: Awaited<ReturnType<typeof startWorker>>;
  let here: Record<string, string>;
  let places: Readonly<Record<Runtime, ServerProcess>>;
  beforeAll(async () => {
    server = await startSqld();
    const secret = randomUUID() + randomUUID();
    const env: Record<string, string> = { ...server.env, GUILDHALL_SECRET: secret };
    fleet = await processes(env);
    const [node] = await fleet.start(1);
    // The variables of the file are for the cloud. These are for the local server.
    const none = { PLATFORM_DATABASE_TOKEN: "", TURSO_ORGANIZATION: "" };
    here = { ...env, ...none, PUBLIC_URL: "http://localhost", LOG_LEVEL: "warn" };
    worker = await startWorker(here);
    places = { Node: node!, Workers: { url: worker.url, child: node!.child } };
  }, 120_000);
  afterAll(async () => {
    await worker.stop();
    await fleet[Symbol.asyncDispose]();
    await server.stop();
  });

  const found = async (runtime: Runtime, owner: Person) => {
    const client = clientOf(places[runtime], owner);
    const made = await client.post("/api/guilds", {
      name: `Guild ${randomUUID().slice(0, 8)}`,
      ...{ realm: "Area 52", region: "eu", faction: "horde" },
    });
    if (made.status !== 201 && made.status !== 202) throw new Error(made.text);
    if (made.status === 202) await client.get(`/api/guilds/${made.body.id}/operation/events`);
    return { slug: made.body.slug as string, client: client.within(made.body.slug) };
  };

  describe.each(["Node", "Workers"] as const)("on %s", (runtime) => {
    beforeEach(({ task }) => {
      if (runtime === "Workers") Object.assign(task.meta, onWorkerd.meta);
    });

    test("a person signs up, founds a guild, gives points and sees them in the standings", async () => {
      const jaina = await signUp(`jaina-${runtime}`, places[runtime]);
      const { slug, client } = await found(runtime, jaina);
      const thrall = await client.post("/roster/persons", { name: "Thrall" });
      expect(thrall.status, thrall.text).toBe(201);
      const award = { personIds: [thrall.body.id], points: "12.5", reason: "Boss kill" };
      expect((await client.post("/dkp/awards", award)).status).toBe(201);
      const { body } = await client.get("/standings");
      expect(pointsIn(body)).toContainEqual(["Thrall", "12.5"]);
      const page = await client.page(`/g/${slug}/standings`);
      expect(page.status).toBe(200);
      expect(page.text).toContain("Thrall");
      expect(page.headers.get("content-security-policy")).toContain("default-src");
    });

    test("probes answer alive and ready, for any Host", async () => {
      const { url } = places[runtime];
      const names = ["clock", "host", "platform", "schema"];
      const own = runtime === "Node" ? [...names, "disk", "shutdown"] : names;
      const alive = await fetch(`${url}/healthz`);
      expect([alive.status, await alive.json()]).toEqual([200, { status: "alive" }]);
      const ready = await fetch(`${url}/readyz`);
      const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean }[] };
      expect([ready.status, ready.headers.get("cache-control")]).toEqual([200, "no-store"]);
      expect(
        checks
          .filter(({ ok }) => ok)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(own.sort());
    });

    test("a stranger cannot tell a guild from none", async () => {
      const owner = await signUp(`owner-${runtime}`, places[runtime]);
      const { slug } = await found(runtime, owner);
      const stranger = clientOf(
        places[runtime],
        await signUp(`stranger-${runtime}`, places[runtime]),
      );
      const [there, none] = await Promise.all(
        [slug, "no-such-guild"].map((one) => stranger.within(one).get("/standings")),
      );
      expect([there!.status, none!.status]).toEqual([404, 404]);
      expect(there!.body.code).toBe(none!.body.code);
      expect(there!.body.detail).toBe(none!.body.detail);
      expect((await clientOf(places[runtime]).within(slug).get("/standings")).status).toBe(404);
    });

    test("60 requests at once are all answered", async () => {
      const owner = await signUp(`busy-${runtime}`, places[runtime]);
      const { client } = await found(runtime, owner);
      const statuses = await Promise.all(
        Array.from({ length: 60 }, async () => (await client.get("/standings")).status),
      );
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
    });

    test("what happens in a guild is seen live", async () => {
      const owner = await signUp(`live-${runtime}`, places[runtime]);
      const { client } = await found(runtime, owner);
      const seen = watch(client, "/events?after=0", (events) =>
        events.some(({ event }) => event === "raid"),
      );
      const startsAt = Math.ceil(performance.timeOrigin + performance.now()) + 3_600_000;
      const made = await client.post("/raids", { name: "Molten Core", startsAt, minutes: 180 });
      expect(made.status, made.text).toBe(201);
      expect((await seen).map(({ event }) => event)).toContain("raid");
    });
  });

  test("accounts, guilds and points are the same on both runtimes", onWorkerd, async () => {
    const jaina = await signUp("jaina-both", places.Node, places.Workers);
    const anduin = await signUp("anduin-both", places.Workers, places.Node);
    const { slug, client } = await found("Workers", jaina);
    const person = await client.post("/roster/persons", { name: "Tyrande" });
    await client.post("/dkp/awards", { personIds: [person.body.id], points: 7, reason: "On time" });
    const onNode = clientOf(places.Node, jaina).within(slug);
    expect(pointsIn((await onNode.get("/standings")).body)).toContainEqual(["Tyrande", "7"]);
    expect((await clientOf(places.Node, anduin).within(slug).get("/standings")).status).toBe(404);
  });

  test(
    "what needs a disk or a socket says so on Workers, and where it works",
    onWorkerd,
    async () => {
      const owner = await signUp("logs", places.Workers);
      const { slug, client } = await found("Workers", owner);
      const upload = await client.post("/logs", { fileName: "WoWCombatLog.txt", sizeBytes: 10 });
      expect(upload).toMatchObject({ status: 501, body: { type: "/problems/logs/no-disk" } });
      expect(upload.body.detail).toContain("Node");
      const refused = await connect(`${places.Workers.url}/api/g/${slug}/logs/live`, owner.token);
      expect(refused).toMatchObject({
        status: 501,
        problem: { type: "/problems/request/no-websocket" },
      });
    },
  );

  test("a guild lives on Turso's cloud, founded and served by the Worker", onWorkerd, async () => {
    const cloud = await startTurso(server);
    const onTurso = await startWorker({ ...here, ...cloud.env, TURSO_GROUP: "guildhall" });
    try {
      const place = { url: onTurso.url, child: places.Node.child };
      const client = clientOf(place, await signUp("cloudy", place));
      const made = await client.post("/api/guilds", {
        ...{ name: "Cloud Nine", realm: "Area 52", region: "eu", faction: "alliance" },
      });
      await client.get(`/api/guilds/${made.body.id}/operation/events`);
      const within = client.within(made.body.slug);
      const statuses = await Promise.all(
        Array.from({ length: 20 }, async () => (await within.get("/standings")).status),
      );
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect([...cloud.databases.keys()].filter(isGuildDatabaseName)).toHaveLength(1);
      const minted = cloud.heard.filter(({ path }) => /^(?!.*template).*auth\/tokens$/.test(path));
      // Cached between requests: a call to the cloud for each would be slow, and soon refused.
      expect(minted.length).toBeLessThanOrEqual(5);
    } finally {
      await onTurso.stop();
      await cloud.stop();
    }
  });

  test("the schedule finishes a founding that a request left half-way", onWorkerd, async () => {
    const tokens = new SqldTokens(server.key, () => new Date());
    const url = server.env["PLATFORM_DATABASE_URL"]!;
    const client = await openRemote({ url }, { tokenFor: tokens.tokenFor });
    const aMinuteAgo = () => new Date(performance.timeOrigin + performance.now() - 60_000);
    const platform = new PlatformStore(new PlatformDatabase(client), aMinuteAgo);
    // Other servers would sweep as well, so they have been stopped.
    await fleet.stop();
    const id = await recordGuild(platform, "half-way", "sqld");
    void fetch(`${worker.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).catch(() => undefined);
    await expect
      .poll(async () => (await platform.guild(id))?.status, { timeout: 30_000 })
      .toBe("ready");
    await client.close();
    expect(worker.said.join("\n")).not.toMatch(/hung|never generate/);
  });
});

function pointsIn(body: { items: readonly { name: string; points: string }[] }) {
  return body.items.map(({ name, points }) => [name, points]);
}

/** Tries to open a WebSocket. Returns the refusal. */
function connect(url: string, token: string) {
  return new Promise<{ status: number | undefined; problem: unknown }>((resolve, reject) => {
    const socket = new WebSocket(url.replace("http", "ws"), {
      headers: { authorization: `Bearer ${token}` },
    });
    socket.on("error", reject);
    socket.on("unexpected-response", (_, answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on("end", () => resolve({ status: answer.statusCode, problem: JSON.parse(text) }));
    });
  });
}
