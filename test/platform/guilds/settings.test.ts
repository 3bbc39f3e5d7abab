import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PlatformContext } from "../../../src/platform/context.ts";
import { resumeGuild, suspendGuild } from "../../../src/platform/guilds/service.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { countOf, crowd, DAY_MS, newGuild } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});

async function found(slug: string, name = `The ${slug}`): Promise<TestGuild> {
  const [founder] = await crowd(t, 1);
  const made = await founder!.post("/api/guilds", newGuild(name, { slug }));
  expect(made.status).toBe(201);
  return { id: made.body.id, slug, owner: founder!.within(slug) };
}
const at = (slug: string, person: TestClient) => person.within(slug);
const outcome = ({ status, body }: { status: number; body: { type?: string } }) => [
  status,
  body.type,
];

describe("a guild that moves to another address", () => {
  test("S37 is found at the old one for 90 days, and the old one cannot be taken", async () => {
    const guild = await found("old-home");
    expect((await guild.owner.patch("/settings", { slug: "new-home" })).body).toEqual({
      slug: "new-home",
    });
    const followed = await guild.owner.get("/members?limit=5");
    expect(followed.status).toBe(308);
    expect(followed.headers.get("location")).toBe("/api/g/new-home/members?limit=5");
    expect((await guild.owner.page("/g/old-home/members")).headers.get("location")).toBe(
      "/g/new-home/members",
    );
    const [stranger] = await crowd(t, 1);
    expect((await stranger!.within("old-home").get("")).status).toBe(404);
    for (const slug of ["old-home", "o1d-home", "oid-home"]) {
      const refused = await stranger!.post("/api/guilds", newGuild("Squatters", { slug }));
      expect(outcome(refused)).toEqual([409, "/problems/guild/slug-taken"]);
    }
    t.advance(90 * DAY_MS + 1);
    // Sessions are a month old by now, so a new person signs up.
    const [late] = await crowd(t, 1);
    expect((await late!.post("/api/guilds", newGuild("Heirs", { slug: "old-home" }))).status).toBe(
      201,
    );
    expect((await late!.within("old-home").get("")).body.name).toBe("Heirs");
  });

  test("may go back to its old one, but cannot collect addresses", async () => {
    const guild = await found("first-place");
    const { owner } = guild;
    const move = (slug: string) => owner.within(guild.id).patch("/settings", { slug });
    for (const slug of ["second-place", "third-place", "fourth-place"]) {
      expect((await move(slug)).status).toBe(200);
    }
    expect(outcome(await move("fifth-place"))).toEqual([409, "/problems/guild/too-many-slugs"]);
    expect((await move("first-place")).status).toBe(200);
    expect((await owner.get("")).body.slug).toBe("first-place");
    const neighbour = await found("next-door");
    const taken = await neighbour.owner.patch("/settings", { slug: "third-place" });
    expect(outcome(taken)).toEqual([409, "/problems/guild/slug-taken"]);
  });

  test("S36 cannot take one that is reserved, another guild's, or similar to another guild's", async () => {
    const guild = await found("my-place");
    await found("your-place");
    for (const [slug, code] of [
      ["your-place", "guild/slug-taken"],
      ["y0ur-place", "guild/slug-taken"],
      ["admin", "guild/bad-slug"],
      ["a--b", "guild/bad-slug"],
    ] as const) {
      const { body } = await guild.owner.patch("/settings", { slug });
      expect(body.type).toBe(`/problems/${code}`);
    }
    // A guild may take a look-alike of its own address.
    expect((await guild.owner.patch("/settings", { slug: "my-p1ace" })).status).toBe(200);
  });
});

describe("the settings", () => {
  test("change the named fields, leave the rest, and log both values", async () => {
    const { owner, id } = await found("settled");
    const schedule = { weekdays: [3, 7], startsAt: "20:00", endsAt: "23:30" };
    const change = {
      description: "We raid.\nTwice a week.",
      timeZone: "Europe/Madrid",
      raidSchedule: schedule,
      faction: "alliance",
    };
    expect((await owner.patch("/settings", change)).status).toBe(200);
    const { body } = await owner.get("/settings");
    expect(body).toMatchObject({ ...change, name: "The settled", isPublic: false });
    expect(body.usage).toEqual({
      plan: "free",
      members: { used: 1, limit: 30 },
      keys: { used: 0, limit: 5 },
      guilds: { used: 1, limit: 1 },
    });
    const row = await t.services.platform.db.first<{ before: string; after: string }>(
      "SELECT before, after FROM audit_log WHERE action = 'guild.change' AND guild_id = ?",
      id,
    );
    expect(JSON.parse(row!.before)).toMatchObject({ timeZone: "UTC", raidSchedule: null });
    expect(JSON.parse(row!.after)).toEqual(change);
  });

  test("include the crest, which strangers of a private guild do not find", async () => {
    const { owner, id } = await found("crested");
    const drawn = await owner.page("/g/crested/crest.svg");
    expect(drawn.text).toMatch(/^<svg /);
    const crest = { division: "pale", first: "vert", second: "or", charge: "wolf" };
    expect((await owner.patch("/settings", { crest })).status).toBe(200);
    expect((await owner.get("")).body.crest).toEqual(crest);
    expect((await owner.page("/g/crested")).text).toContain("tincture-vert");
    expect((await owner.page("/g/crested/crest.svg")).text).not.toBe(drawn.text);
    const form = await owner.submit("/g/crested/settings/crest", { ...crest, charge: "raven" });
    expect(form.status).toBe(303);
    expect((await owner.get("")).body.crest).toEqual({ ...crest, charge: "raven" });
    const last = await t.services.platform.db.first<{ after: string }>(
      "SELECT after FROM audit_log WHERE action = 'guild.change' AND guild_id = ?",
      id,
    );
    expect(JSON.parse(last!.after)).toEqual({ crest });
    const missing = { crest: { ...crest, charge: "unicorn" } };
    expect((await owner.patch("/settings", missing)).status).toBe(422);
    expect((await t.anonymous.page("/g/crested/crest.svg")).status).toBe(404);
    expect((await t.anonymous.page("/g/no-such-guild/crest.svg")).status).toBe(404);
  });

  test("refuse what breaks a rule, and stay as they were", async () => {
    const { owner } = await found("rule-keepers");
    const before = (await owner.get("/settings")).body;
    for (const change of [
      { timeZone: "Mars/Olympus" },
      { timeZone: "+02:00" },
      { name: "" },
      { name: "Two\u0000Names" },
      { description: "x".repeat(2_001) },
      { raidSchedule: { weekdays: [8], startsAt: "20:00", endsAt: "23:00" } },
      { raidSchedule: { weekdays: [1], startsAt: "25:00", endsAt: "23:00" } },
      { plan: "premium" },
      { ownerId: "me" },
      { status: "suspended" },
      { isPublic: "yes" },
    ]) {
      const { status } = await owner.patch("/settings", { description: "Not kept.", ...change });
      expect([change, status]).toEqual([change, 422]);
    }
    expect((await owner.get("/settings")).body).toEqual(before);
  });

  test("keep names apart on a realm when a guild is renamed", async () => {
    await found("name-one", "Dawn Watch");
    const { owner } = await found("name-two", "Dusk Watch");
    const refused = await owner.patch("/settings", { name: "dawn  watch" });
    expect(outcome(refused)).toEqual([409, "/problems/guild/name-taken"]);
    expect((await owner.patch("/settings", { name: "DUSK WATCH" })).status).toBe(200);
  });

  test("decide whether strangers may see the guild, and what", async () => {
    const { owner, slug } = await found("open-house");
    expect((await at(slug, t.anonymous).get("")).status).toBe(404);
    await owner.patch("/settings", { isPublic: true });
    const seen = await at(slug, t.anonymous).get("");
    expect(seen.body).toMatchObject({ slug, role: null });
    const permissions = ["guild.view", "standings.view", "roster.view", "loot.view"];
    expect(seen.body.permissions).toEqual(permissions);
    expect((await at(slug, t.anonymous).get("/members")).status).toBe(401);
    const [stranger] = await crowd(t, 1);
    expect((await stranger!.within(slug).get("/members")).status).toBe(404);
    expect((await stranger!.within(slug).delete("/members/me")).status).toBe(404);
  });
});

describe("what visitors see", () => {
  test("is chosen area by area, in any order, with a line in the guild's audit log", async () => {
    const { owner, slug } = await found("area-hall");
    const change = { visitorAreas: ["logs", "standings", "logs"] };
    expect((await owner.patch("/settings", change)).status).toBe(200);
    const chosen = { isPublic: true, visitorAreas: ["standings", "logs"] };
    expect((await owner.get("/settings")).body).toMatchObject(chosen);
    expect((await at(slug, t.anonymous).get("")).body).toMatchObject(chosen);
    const [line] = (await owner.get("/audit?action=guild.change")).body.items;
    expect(line.before).toEqual({ visitorAreas: [] });
    expect(line.after).toEqual({ visitorAreas: ["standings", "logs"] });
    for (const bad of [
      { visitorAreas: ["auctions"] },
      { visitorAreas: "logs" },
      { visitorAreas: ["logs"], isPublic: true },
    ]) {
      expect([bad, (await owner.patch("/settings", bad)).status]).toEqual([bad, 422]);
    }
    expect((await owner.get("")).body).toMatchObject(chosen);
  });

  test("is what it was for guilds that were public before, and for releases that know no areas", async () => {
    const { owner, slug, id } = await found("older-hall");
    const column = async (value: number) => {
      const sql = "UPDATE guilds SET is_public = ? WHERE id = ?";
      await t.services.platform.db.client.execute({ sql, args: [value, id] });
    };
    const areas = async () => (await owner.get("")).body.visitorAreas;
    const isPublic = async () =>
      (
        await t.services.platform.db.first<{ is_public: number }>(
          "SELECT is_public FROM guilds WHERE id = ?",
          id,
        )
      )?.is_public;
    await column(1);
    expect(await areas()).toEqual(["standings", "roster", "loot"]);
    expect((await at(slug, t.anonymous).get("/roster")).status).toBe(200);
    expect((await at(slug, t.anonymous).get("/bosses")).status).toBe(404);
    // An earlier release shows all three areas or none, so it may show no more than is open.
    await owner.patch("/settings", { visitorAreas: ["roster", "logs"] });
    expect(await isPublic()).toBe(0);
    await owner.patch("/settings", { isPublic: true });
    expect([await isPublic(), await areas()]).toEqual([1, ["standings", "roster", "loot", "logs"]]);
    // What an earlier release closes is closed.
    await column(0);
    expect(await areas()).toEqual([]);
    expect((await at(slug, t.anonymous).get("")).status).toBe(404);
  });

  test("is chosen on a page, which names each area in the reader's language", async () => {
    const { owner, slug } = await found("ticked-hall");
    const path = `/g/${slug}/settings/visitors`;
    const sent = await owner.submit(path, { visitorAreas: ["logs", "progress"] });
    expect(sent.headers.get("location")).toBe(`${path}?done=saved`);
    const page = await owner.page(path, { "accept-language": "es" });
    expect(page.text).toContain("Los visitantes ven: Informes y Progreso.");
    expect(page.text).toContain("Quién recibió cada objeto");
    expect((await owner.page(`/g/${slug}/settings`)).text).toContain(
      "Visitors see: Reports and Progress.",
    );
    expect((await owner.submit(path, { visitorAreas: ["audit"] })).status).toBe(422);
    expect((await owner.submit(path, {})).status).toBe(303);
    expect((await owner.get("")).body.visitorAreas).toEqual([]);
  });
});

describe("a guild that operators suspend", () => {
  const operator = (): PlatformContext => ({
    services: t.services,
    caller: { type: "anonymous" },
    requestId: "test",
    address: "",
    agent: "",
  });

  test("tells its members why, is gone for all others, and comes back whole", async () => {
    const { owner, slug, id } = await found("misbehaving");
    await owner.patch("/settings", { isPublic: true });
    const link = await owner.post("/members/invitations", { role: "raider" });
    await suspendGuild(operator(), id, "Unpaid since June.");
    const closed = await owner.get("");
    expect(outcome(closed)).toEqual([503, "/problems/guild/suspended"]);
    expect(closed.body.detail).toContain("Unpaid since June.");
    const [stranger] = await crowd(t, 1);
    expect((await stranger!.within(slug).get("")).status).toBe(404);
    const token = link.body.url.split("/").at(-1);
    expect((await stranger!.post(`/api/invitations/${token}/acceptance`)).status).toBe(404);
    await expect(suspendGuild(operator(), id, "again")).rejects.toMatchObject({
      code: "guild/status-changed",
    });
    await resumeGuild(operator(), id);
    expect((await owner.get("")).status).toBe(200);
    expect((await stranger!.post(`/api/invitations/${token}/acceptance`)).status).toBe(201);
    expect(
      await countOf(
        t,
        "audit_log WHERE guild_id = ? AND action IN ('guild.suspend', 'guild.resume')",
        id,
      ),
    ).toBe(2);
  });
});

test("the plans are public", async () => {
  const { body } = await t.anonymous.get("/api/plans");
  expect(body.items).toMatchObject([
    { name: "free", guildsPerAccountMax: 1, membersMax: 30 },
    { name: "premium", guildsPerAccountMax: null, membersMax: null },
  ]);
});
