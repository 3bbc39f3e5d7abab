import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROLE_PERMISSIONS, ROLES } from "../src/kernel/permissions.ts";
import { NEEDS } from "./permissions.ts";
import { type TestApp, TestClient, type TestGuild, testApp } from "./support/app.ts";

const SOME_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const FIXED = { "x-request-id": "the-same-for-both" };

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

let t: TestApp;
let ours: TestGuild;
let theirs: TestGuild;
let operations: readonly Operation[];

beforeAll(async () => {
  t = await testApp();
  ours = await t.guild("ironforge");
  theirs = await t.guild("stormwind");
  const { body } = await t.anonymous.get("/api/openapi.json");
  operations = Object.entries(body.paths as Record<string, Record<string, { operationId: string }>>)
    .filter(([path]) => path.startsWith("/api/g/{guild}"))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
        .map(([method, { operationId }]) => ({
          id: operationId,
          method: method.toUpperCase(),
          path: path.replace("/api/g/{guild}", "").replaceAll(/\{\w+\}/g, SOME_ID),
        })),
    );
  await shareRowIds();
});

afterAll(async () => {
  await t.close();
});

/** The same person id in both guilds, under different names, so that a mix-up shows. */
async function shareRowIds(): Promise<void> {
  for (const { slug, id } of [ours, theirs]) {
    const guild = (await t.services.platform.guild(id))!;
    await t.services.tenants.use(guild, (db) =>
      db.client.execute({
        sql: `INSERT INTO persons (id, name, name_key, created_at, updated_at)
              VALUES (?, ?, ?, 0, 0)`,
        args: [SOME_ID, `only in ${slug}`, `only in ${slug}`],
      }),
    );
  }
}

/** Reads only the beginning of a stream: an accepted one has no end. */
async function send(client: TestClient, operation: Operation, headers = {}) {
  const answer = operation.id === "watchGuild" && (await opened(client, operation.path, headers));
  return answer || (await sendWhole(client, operation, headers));
}

async function opened(client: TestClient, path: string, headers: Record<string, string>) {
  if (!client.isSignedIn) return undefined;
  const response = await client.stream(path, headers);
  if (response.status !== 200) {
    await response.body?.cancel();
    return undefined;
  }
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return {
    status: 200,
    headers: response.headers,
    text: new TextDecoder().decode(value),
    body: {},
  };
}

const sendWhole = (client: TestClient, { method, path }: Operation, headers = {}) =>
  client.send(method, path, /POST|PUT|PATCH/.test(method) ? {} : undefined, headers);

describe("for every operation of the API below a guild", () => {
  test("S1 the table of permissions names what it requires", () => {
    const undecided = operations.map(({ id }) => id).filter((id) => !(id in NEEDS));
    expect(undecided).toEqual([]);
    const gone = Object.keys(NEEDS).filter((id) => !operations.some((one) => one.id === id));
    expect(gone).toEqual([]);
    expect(operations.length).toBeGreaterThan(15);
  });

  test("S1 S2 a stranger cannot tell a guild from none: anonymous, signed in or of another guild", async () => {
    const stranger = await t.signUp();
    const callers = [
      (slug: string) => new TestClient(t.request, undefined, `/api/g/${slug}`),
      (slug: string) => stranger.within(slug),
      (slug: string) => theirs.owner.within(slug),
    ];
    for (const operation of operations) {
      for (const as of callers) {
        const there = await send(as("ironforge"), operation, FIXED);
        const nowhere = await send(as("icecrown"), operation, FIXED);
        expect([operation.id, there.status]).toEqual([operation.id, 404]);
        expect(there.text).toBe(nowhere.text.replaceAll("icecrown", "ironforge"));
        expect([...there.headers]).toEqual([...nowhere.headers]);
      }
    }
  });

  test("S1 each role may do what its permissions say, and nothing else", async () => {
    for (const role of ROLES.filter((one) => one !== "owner")) {
      const member = await t.as(role, ours);
      for (const operation of operations) {
        const { status, body } = await send(member, operation);
        const isRefused = status === 403 && body.type === "/problems/guild/forbidden";
        const isAllowed = ROLE_PERMISSIONS[role].includes(NEEDS[operation.id]!);
        expect([role, operation.id, isRefused]).toEqual([role, operation.id, !isAllowed]);
        // A new membership each time: some operations change or end it.
        await t.leave(member.userId, ours);
        await t.join(member.userId, ours, role);
      }
    }
  }, 240_000);

  test("S2 an answer never holds a row of the other guild with the same id", async () => {
    for (const operation of operations.filter(({ method }) => method === "GET")) {
      const { text } = await send(ours.owner, operation);
      expect(text).not.toContain("only in stormwind");
    }
  });
});

describe("for every page below a guild", () => {
  test("S1 a stranger gets the same page as for no guild", async () => {
    const stranger = await t.signUp();
    const paths = t.app.routes
      .filter(({ method, path }) => method === "GET" && path.startsWith("/g/:guild"))
      .map(({ path }) => path.replace(/:(?!guild)\w+/g, SOME_ID));
    expect(new Set(paths).size).toBeGreaterThan(3);
    for (const path of new Set(paths)) {
      const there = await stranger.page(path.replace(":guild", "ironforge"), FIXED);
      const nowhere = await stranger.page(path.replace(":guild", "icecrown"), FIXED);
      expect([path, there.status]).toEqual([path, 404]);
      expect(there.text).toBe(nowhere.text.replaceAll("icecrown", "ironforge"));
    }
  });
});

describe("the ways to name a guild:", () => {
  test("path, subdomain, header and access token lead to the same guild", async () => {
    const { token } = ours.owner.identity;
    const headers = { authorization: `Bearer ${token}` };
    const made = await new TestClient(t.request, ours.owner.identity).post("/api/access-tokens", {
      guild: "ironforge",
    });
    expect(made.status).toBe(201);
    const answers = await Promise.all([
      t.request("/api/g/ironforge/standings", { headers }),
      t.request(`/api/g/${ours.id}/standings`, { headers }),
      t.request("http://ironforge.localhost/api/standings", { headers }),
      t.request("/api/standings", { headers: { ...headers, "x-guild-id": "ironforge" } }),
      t.request("/api/standings", { headers: { authorization: `Bearer ${made.body.token}` } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
  });

  test("S3 S2 two that disagree are refused, and an access token opens no other guild", async () => {
    const both = await ours.owner.get("/standings", { "x-guild-id": "stormwind" });
    expect([both.status, both.body.type]).toEqual([400, "/problems/guild/ambiguous"]);
    await t.join(theirs.owner.userId, ours, "raider");
    const made = await new TestClient(t.request, theirs.owner.identity).post("/api/access-tokens", {
      guild: "stormwind",
    });
    const headers = { authorization: `Bearer ${made.body.token}` };
    const { status } = await t.request("/api/g/ironforge/standings", { headers });
    expect(status).toBe(400);
    await t.leave(theirs.owner.userId, ours);
  });
});

test("S10 200 interleaved requests over 20 guilds each see their own guild only", async () => {
  await using crowd = await testApp({ OPEN_MAX: "5" });
  const guilds = await Promise.all(
    Array.from({ length: 20 }, (_, i) => crowd.guild(`woven-${"abcdefghjkmnpqrstuvw"[i]}`)),
  );
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const guild = guilds[(i * 7) % guilds.length]!;
      // Every tenth request fails on its way: an error must not leave anything behind.
      if (i % 10 === 9) await guild.owner.post("/dkp/awards", { personIds: [SOME_ID] });
      const { body } = await guild.owner.get("");
      return body.slug === guild.slug && body.id === guild.id;
    }),
  );
  expect(answers.filter((isOwn) => !isOwn)).toEqual([]);
  // At the same time the platform seals the guilds' audit logs by itself, one after another.
  await expect.poll(() => crowd.services.tenants.gauges().leased).toBe(0);
  expect(crowd.services.tenants.gauges().open).toBeLessThanOrEqual(5);
});
