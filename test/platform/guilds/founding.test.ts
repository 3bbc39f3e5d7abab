import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installFault } from "../../../provisioning/fault.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { countOf, crowd, newGuild, tally } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});

const one = async () => (await crowd(t, 1))[0]!;

/** A guild that is still being made counts as founded: a busy machine answers 202. */
const asFounded = ({ status }: { status: number }) => ({ status: status === 202 ? 201 : status });

describe("founding a guild", () => {
  test("answers with the guild's address, and its founder owns it", async () => {
    const jaina = await one();
    const made = await jaina.post("/api/guilds", newGuild("Kirin Tor"));
    // On a busy machine the work takes longer than the request waits: its events end when it is ready.
    expect([201, 202]).toContain(made.status);
    if (made.status === 202) await jaina.get(`/api/guilds/${made.body.id}/operation/events`);
    else expect(made.headers.get("location")).toBe("/api/g/kirin-tor");
    const about = await jaina.get("/api/g/kirin-tor");
    expect(about.body).toMatchObject({ slug: "kirin-tor", role: "owner", plan: "free" });
    const mine = await jaina.get("/api/guilds");
    expect(mine.body.items).toMatchObject([{ slug: "kirin-tor", role: "owner", status: "ready" }]);
    expect(
      await countOf(t, "audit_log WHERE action = 'guild.found' AND guild_id = ?", about.body.id),
    ).toBe(1);
  });

  test("needs a signed-in person", async () => {
    expect((await t.anonymous.post("/api/guilds", newGuild("Nobody"))).status).toBe(401);
  });

  test("S15 50 at once for one account: exactly one is founded, 49 get the limit's error", async () => {
    const arthas = await one();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => arthas.post("/api/guilds", newGuild(`Scourge ${i}`))),
    );
    expect(tally(answers.map(asFounded))).toEqual({ 201: 1, 402: 49 });
    expect(answers.find(({ status }) => status === 402)!.body).toMatchObject({
      type: "/problems/plan/guilds",
      limit: 1,
      used: 1,
      plan: "free",
    });
    expect(await countOf(t, "guilds WHERE owner_id = ?", arthas.userId)).toBe(1);
  });

  test("20 people, one name on one realm, at once: one guild, and 19 errors that it is taken", async () => {
    const people = await crowd(t, 20);
    const answers = await Promise.all(
      people.map((person, i) =>
        person.post("/api/guilds", newGuild(i % 2 ? "Twilight Hammer" : "TWILIGHT  HAMMER")),
      ),
    );
    expect(tally(answers.map(asFounded))).toEqual({ 201: 1, 409: 19 });
    const codes = new Set(answers.map(({ body }) => body.type).filter(Boolean));
    expect([...codes]).toEqual(["/problems/guild/name-taken"]);
  });

  test("the same name on other realms gets other addresses, at once too", async () => {
    const people = await crowd(t, 8);
    const answers = await Promise.all(
      people.map((person, i) =>
        person.post("/api/guilds", newGuild("Lone Wolves", { realm: `Realm ${"abcdefgh"[i]}` })),
      ),
    );
    expect(tally(answers.map(asFounded))).toEqual({ 201: 8 });
    expect(new Set(answers.map(({ body }) => body.slug)).size).toBe(8);
  });

  test.each([
    ["taken", "silver-hand", 409, "guild/slug-taken"],
    ["too like one that is taken", "sllver-hand", 409, "guild/slug-taken"],
    ["reserved", "api", 422, "guild/bad-slug"],
    ["like a reserved one", "adm1n", 422, "guild/bad-slug"],
    ["in another alphabet", "xn--80ak6aa92e", 422, "guild/bad-slug"],
    ["too short", "ab", 422, "guild/bad-slug"],
    ["a path", "../../etc", 422, "guild/bad-slug"],
  ])("an address that is %s is refused", async (_, slug, status, code) => {
    const first = await one();
    await first.post("/api/guilds", newGuild("Silver Hand", { slug: "silver-hand" }));
    const second = await one();
    const answer = await second.post("/api/guilds", newGuild(`Other ${slug.length}`, { slug }));
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${code}`]);
    expect(answer.body.errors[0].pointer).toBe("/slug");
    expect((await second.get("/api/guilds")).body.items).toEqual([]);
  });

  test.each([
    ["without a letter", { name: "***" }],
    ["with characters that cannot be seen", { name: "Iron\u200bVow" }],
    ["with turned direction", { name: "Iron\u202eVow" }],
    ["too long", { name: "x".repeat(49) }],
    ["on a realm of dashes", { realm: "--" }],
    ["in a region that is none", { region: "mars" }],
    ["with an owner of its own choice", { ownerId: "x" }],
    ["with a plan of its own choice", { plan: "premium" }],
  ])("a guild %s is refused and nothing is kept", async (_, wrong) => {
    const person = await one();
    const answer = await person.post("/api/guilds", newGuild("Fine Name", wrong));
    expect(answer.status).toBe(422);
    expect(await countOf(t, "guilds WHERE owner_id = ?", person.userId)).toBe(0);
  });

  test("the address is suggested, and signed-in people see whether the wanted one is free", async () => {
    const person = await one();
    expect((await t.anonymous.get("/api/guilds/slug?name=Kirin%20Tor")).status).toBe(401);
    const free = await person.get("/api/guilds/slug?name=Wyrmrest%20Accord");
    expect(free.body).toEqual({ slug: "wyrmrest-accord", isFree: true });
    await (await one()).post("/api/guilds", newGuild("Wyrmrest Accord"));
    const taken = await person.get("/api/guilds/slug?name=Wyrmrest%20Accord");
    expect(taken.body).toEqual({ slug: "wyrmrest-accord-2", isFree: false });
    const wished = await person.get("/api/guilds/slug?name=Wyrmrest%20Accord&slug=wyrmrest");
    expect(wished.body).toEqual({ slug: "wyrmrest", isFree: true });
  });
});

describe("watching a founding", () => {
  test("shows each step, ends with the guild's address, and resumes after the last event seen", async () => {
    const person = await one();
    const { body } = await person.post("/api/guilds", newGuild("Watchers"));
    const steps = await person.get(`/api/guilds/${body.id}/operation`);
    expect(
      steps.body.steps.map(({ step, state }: { step: string; state: string }) => [step, state]),
    ).toEqual(
      ["recorded", "created", "migrated", "seeded", "verified", "ready"].map((step) => [
        step,
        "done",
      ]),
    );
    const events = await person.get(`/api/guilds/${body.id}/operation/events`);
    expect(events.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(events.text.match(/^event: step$/gm)).toHaveLength(6);
    expect(events.text).toMatch(/event: ready\ndata: .*\/g\/watchers\/onboarding/);
    const lastId = /^id: (\d+)$/m.exec(events.text)![1]!;
    const again = await person.get(`/api/guilds/${body.id}/operation/events`, {
      "last-event-id": lastId,
    });
    expect(again.text).not.toContain("event: step");
    expect(again.text).toContain("event: ready");
  });

  test("is for its members: to others there is no such guild", async () => {
    const [owner, stranger] = (await crowd(t, 2)) as [
      Awaited<ReturnType<typeof one>>,
      Awaited<ReturnType<typeof one>>,
    ];
    const { body } = await owner.post("/api/guilds", newGuild("Private Matters"));
    const nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (const [method, end] of [
      ["GET", ""],
      ["GET", "/events"],
      ["POST", ""],
    ] as const) {
      const there = await stranger.send(
        method,
        `/api/guilds/${body.id}/operation${end}`,
        method === "POST" ? {} : undefined,
        { "x-request-id": "same" },
      );
      const missing = await stranger.send(
        method,
        `/api/guilds/${nowhere}/operation${end}`,
        method === "POST" ? {} : undefined,
        { "x-request-id": "same" },
      );
      expect(there.status).toBe(404);
      expect(there.text).toBe(missing.text.replaceAll(nowhere, body.id));
    }
  });

  test("a founding that fails says so, holds its name, and its owner can try again", async () => {
    const [owner, member] = await crowd(t, 2);
    installFault((point) => {
      if (point === "seeded.worked") throw new Error("no room on /dev/some-disk");
    });
    const made = await owner!.post("/api/guilds", newGuild("Unlucky"));
    installFault(undefined);
    expect(made.status).toBe(202);
    const path = made.headers.get("location")!;
    expect(path).toBe(`/api/guilds/${made.body.id}/operation`);
    const failed = await owner!.get(path);
    expect(failed.body).toMatchObject({ status: "failed" });
    expect(failed.body.reason).toMatch(/again/i);
    expect(failed.text).not.toContain("some-disk");
    expect((await owner!.get(`${path}/events`)).text).toContain("event: failed");
    expect((await owner!.get("/api/g/unlucky")).status).toBe(503);
    const second = await owner!.post("/api/guilds", newGuild("Second Try"));
    expect(second.status).toBe(402);

    const guild = { id: made.body.id, slug: "unlucky", owner: owner! };
    await t.join(member!.userId, guild, "admin");
    expect((await member!.post(path)).status).toBe(403);

    const retried = await owner!.post(path);
    expect([retried.status, retried.body.status]).toEqual([202, "ready"]);
    expect((await owner!.get("/api/g/unlucky")).status).toBe(200);
  });
});
