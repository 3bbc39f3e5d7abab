import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TestClient, TestGuild } from "../../support/app.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { lettersTo } from "../accounts/support.ts";
import { countOf, crowd, DAY_MS, newGuild, tally, tokenOf, unconfirm } from "./support.ts";

let t: TestApp;
let guild: TestGuild;
let count = 0;

beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});
beforeEach(async () => {
  const [founder] = await crowd(t, 1);
  const name = `Inviters ${"abcdefghjkmnopqrstuvwxyz"[count++]}`;
  const made = await founder!.post("/api/guilds", newGuild(name));
  guild = { id: made.body.id, slug: made.body.slug, owner: founder!.within(made.body.slug) };
});

const one = async () => (await crowd(t, 1))[0]!;
const invite = async (body: Record<string, unknown> = {}, by = guild.owner) => {
  const made = await by.post("/members/invitations", { role: "raider", ...body });
  expect(made.status).toBe(201);
  return { ...made.body, token: tokenOf(made.body.url) } as {
    id: string;
    url: string;
    token: string;
  };
};
const accept = (person: TestClient, token: string) =>
  person.post(`/api/invitations/${token}/acceptance`);
const membersOf = () => countOf(t, "memberships WHERE guild_id = ?", guild.id);

describe("an invitation by link", () => {
  test("says which guild and role, also to those not signed in, and lets in", async () => {
    const { token, id } = await invite({ role: "officer" });
    const offer = await t.anonymous.get(`/api/invitations/${token}`);
    expect(offer.body).toMatchObject({ role: "officer", isForOneAddress: false });
    expect(offer.body.guildName).toMatch(/^Inviters/);
    expect(offer.text).not.toContain(guild.slug);
    expect((await accept(t.anonymous, token)).status).toBe(401);
    const person = await one();
    expect((await person.within(guild.slug).get("")).status).toBe(404);
    const joined = await accept(person, token);
    expect([joined.status, joined.body]).toEqual([201, { slug: guild.slug }]);
    expect((await person.within(guild.slug).get("")).body.role).toBe("officer");
    const { items } = (await guild.owner.get("/members/invitations")).body;
    expect(items).toMatchObject([{ id, uses: 1 }]);
    expect(JSON.stringify(items)).not.toContain(token);
    expect(
      await countOf(t, "audit_log WHERE action = 'member.join' AND actor_id = ?", person.userId),
    ).toBe(1);
  });

  test("S7 S15 for one person, used by 20 at once, lets exactly one in", async () => {
    const { token } = await invite({ usesMax: 1 });
    const people = await crowd(t, 20);
    const answers = await Promise.all(people.map((person) => accept(person, token)));
    expect(tally(answers)).toEqual({ 201: 1, 404: 19 });
    expect(await membersOf()).toBe(2);
  });

  test("used 20 times at once by one person counts once, and again later changes nothing", async () => {
    const { token } = await invite({ usesMax: 1 });
    const person = await one();
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(person, token)));
    expect(tally(answers)).toEqual({ 201: 20 });
    expect((await accept(person, token)).status).toBe(201);
    expect(await membersOf()).toBe(2);
    expect(await countOf(t, "invitations WHERE guild_id = ? AND uses = 1", guild.id)).toBe(1);
  });

  test("S15 50 people at once into a guild with one place left: the 30th comes in, 49 get the limit's error", async () => {
    const { token } = await invite({ usesMax: 100 });
    for (const person of await crowd(t, 28)) await t.join(person.userId, guild, "raider");
    const answers = await Promise.all((await crowd(t, 50)).map((person) => accept(person, token)));
    expect(tally(answers)).toEqual({ 201: 1, 402: 49 });
    expect(await membersOf()).toBe(30);
    const refused = answers.find(({ status }) => status === 402)!;
    expect(refused.body).toMatchObject({
      type: "/problems/plan/members",
      limit: 30,
      used: 30,
      plan: "free",
    });
  });

  test("S7 wrong, expired, revoked, used up or of a suspended guild: all get the same answer", async () => {
    const used = await invite({ usesMax: 1 });
    await accept(await one(), used.token);
    const revoked = await invite();
    expect((await guild.owner.delete(`/members/invitations/${revoked.id}`)).status).toBe(204);
    expect((await guild.owner.delete(`/members/invitations/${revoked.id}`)).status).toBe(404);
    const expired = await invite({ expiresInDays: 1 });
    t.advance(DAY_MS);
    const person = await one();
    const wrong = "x".repeat(43);
    const headers = { "x-request-id": "same" };
    const answers = await Promise.all(
      [used.token, revoked.token, expired.token, wrong].map(async (token) => {
        const seen = await person.get(`/api/invitations/${token}`, headers);
        const taken = await accept(person, token);
        expect([seen.status, taken.status]).toEqual([404, 404]);
        return seen.text.replaceAll(token, "");
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect((await guild.owner.get("/members/invitations")).body.items).toEqual([]);
  });
});

describe("an invitation by email", () => {
  test("S26 is mailed, and lets in only a person who verified the address", async () => {
    const [wanted, other] = (await crowd(t, 2)) as [TestClient, TestClient];
    const { email } = wanted.identity;
    const { token, url } = await invite({ email: email.toUpperCase(), usesMax: 50 });
    const [letter] = await lettersTo(t, email);
    expect(letter!.text).toContain(url);
    const stranger = await accept(other, token);
    expect([stranger.status, stranger.body.type]).toEqual([
      403,
      "/problems/invitation/other-address",
    ]);
    await unconfirm(t, wanted);
    const unproved = await accept(wanted, token);
    expect([unproved.status, unproved.body.type]).toEqual([403, "/problems/auth/email-unverified"]);
    expect(await membersOf()).toBe(1);
    await t.services.platform.db.client.execute({
      sql: "UPDATE users SET email_verified_at = 1 WHERE id = ?",
      args: [wanted.userId],
    });
    expect((await accept(wanted, token)).status).toBe(201);
    expect((await accept(other, token)).status).toBe(404);
  });

  test("requires a verified address of the inviter; a link does not", async () => {
    await unconfirm(t, guild.owner);
    const body = { role: "raider", email: "somebody@example.test" };
    const refused = await guild.owner.post("/members/invitations", body);
    expect([refused.status, refused.body.type]).toEqual([403, "/problems/auth/email-unverified"]);
    expect(await lettersTo(t, body.email)).toEqual([]);
    await invite();
  });
});

describe("a member who invites", () => {
  test("grants only roles below their own, and revokes only those", async () => {
    const officer = await one();
    await t.join(officer.userId, guild, "officer");
    const within = officer.within(guild.slug);
    for (const role of ["admin", "officer"]) {
      const refused = await within.post("/members/invitations", { role });
      expect([refused.status, refused.body.type]).toEqual([403, "/problems/guild/rank"]);
    }
    expect((await within.post("/members/invitations", { role: "owner" })).status).toBe(422);
    await invite({ role: "raider" }, within);
    const { id } = await invite({ role: "admin" });
    expect((await within.delete(`/members/invitations/${id}`)).status).toBe(403);
    const raider = await one();
    await t.join(raider.userId, guild, "raider");
    expect(
      (await raider.within(guild.slug).post("/members/invitations", { role: "viewer" })).status,
    ).toBe(403);
  });

  test("cannot return by their own invitation after a removal or a demotion", async () => {
    const admin = await one();
    await t.join(admin.userId, guild, "admin");
    const within = admin.within(guild.slug);
    const officerLink = await invite({ role: "officer" }, within);
    const raiderLink = await invite({ role: "raider" }, within);
    await guild.owner.patch(`/members/${admin.userId}`, { role: "officer" });
    expect((await accept(await one(), officerLink.token)).status).toBe(404);
    expect((await accept(await one(), raiderLink.token)).status).toBe(201);
    await guild.owner.delete(`/members/${admin.userId}`);
    expect((await accept(admin, raiderLink.token)).status).toBe(404);
  });

  test("S5 revokes nothing of another guild", async () => {
    const { id, token } = await invite();
    const [other] = await crowd(t, 1);
    const made = await other!.post("/api/guilds", newGuild(`Neighbours of ${guild.slug}`));
    const answer = await other!.within(made.body.slug).delete(`/members/invitations/${id}`);
    expect(answer.status).toBe(404);
    expect((await accept(await one(), token)).status).toBe(201);
  });
});
