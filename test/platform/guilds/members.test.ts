import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { countOf, crowd, newGuild, tally, unconfirm } from "./support.ts";

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
  const name = `Company ${"abcdefghjkmnopqrstuvwxyz"[count++]}`;
  const made = await founder!.post("/api/guilds", newGuild(name));
  guild = { id: made.body.id, slug: made.body.slug, owner: founder!.within(made.body.slug) };
});

type Lower = "admin" | "officer" | "raider" | "viewer";
const member = async (role: Lower) => {
  const [person] = await crowd(t, 1);
  await t.join(person!.userId, guild, role);
  return person!.within(guild.slug);
};
const roleOf = async (person: TestClient) => (await person.get("")).body.role as string | undefined;
const rank = [403, "/problems/guild/rank"];
const outcome = ({ status, body }: { status: number; body: { type?: string } }) => [
  status,
  body.type,
];

describe("the members of a guild", () => {
  test("are listed in pages, each once, to members only", async () => {
    const people = await crowd(t, 7);
    for (const person of people) await t.join(person.userId, guild, "raider");
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await guild.owner.get(`/members?limit=3${cursor}`);
      seen.push(...body.items.map(({ userId }: { userId: string }) => userId));
      if (body.next === undefined) break;
      cursor = `&cursor=${body.next}`;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen)).toEqual(new Set([guild.owner.userId, ...people.map((p) => p.userId)]));
    const listed = await (await member("viewer")).get("/members");
    expect(listed.text).not.toContain("@example.test");
  });

  test("are listed with the person who gave them their role, by invitation or by hand", async () => {
    const [person] = await crowd(t, 1);
    const invited = await guild.owner.post("/members/invitations", { role: "raider" });
    await person!.post(`/api/invitations/${invited.body.url.split("/").at(-1)}/acceptance`);
    const owner = (await guild.owner.platform().get("/api/session")).body.user.name;
    const listed = async () => (await guild.owner.get("/members")).body.items;
    expect(await listed()).toMatchObject([{ roleBy: null }, { role: "raider", roleBy: owner }]);
    const admin = await member("admin");
    const admins = (await admin.platform().get("/api/session")).body.user.name;
    const changed = await admin.patch(`/members/${person!.userId}`, { role: "officer" });
    expect(changed.body).toMatchObject({
      role: "officer",
      roleBy: admins,
      roleAt: t.now().getTime(),
    });
    // A change of exceptions alone gives no role.
    await guild.owner.patch(`/members/${person!.userId}`, { overrides: { "notes.view": false } });
    expect((await listed())[1]).toMatchObject({ role: "officer", roleBy: admins });
    const page = await guild.owner.page(`/g/${guild.slug}/members`, { "accept-language": "es" });
    expect(page.text).toContain(`asignado por ${admins}`);
  });

  test("S18 get a change of role with their very next request", async () => {
    const person = await member("raider");
    expect((await person.post("/members/invitations", { role: "viewer" })).status).toBe(403);
    const changed = await guild.owner.patch(`/members/${person.userId}`, { role: "officer" });
    expect(changed.body).toMatchObject({ userId: person.userId, role: "officer" });
    expect((await person.post("/members/invitations", { role: "viewer" })).status).toBe(201);
    await guild.owner.patch(`/members/${person.userId}`, { role: "viewer" });
    expect((await person.post("/members/invitations", { role: "viewer" })).status).toBe(403);
    await guild.owner.delete(`/members/${person.userId}`);
    expect((await person.get("")).status).toBe(404);
  });

  test("S9 cannot promote themselves, nor demote a member of the same or a higher role", async () => {
    const [admin, otherAdmin] = [await member("admin"), await member("admin")];
    for (const [actor, target, role] of [
      [admin, admin, "officer"],
      [admin, otherAdmin, "raider"],
      [admin, guild.owner, "viewer"],
      [admin, await member("raider"), "admin"],
      [guild.owner, guild.owner, "admin"],
    ] as const) {
      expect(outcome(await actor.patch(`/members/${target.userId}`, { role }))).toEqual(rank);
    }
    expect(outcome(await admin.delete(`/members/${guild.owner.userId}`))).toEqual(rank);
    expect(outcome(await admin.delete(`/members/${otherAdmin.userId}`))).toEqual(rank);
    const officer = await member("officer");
    const refused = await officer.patch(`/members/${officer.userId}`, { role: "admin" });
    expect(outcome(refused)).toEqual([403, "/problems/guild/forbidden"]);
    expect(await roleOf(guild.owner)).toBe("owner");
    expect(await countOf(t, "memberships WHERE guild_id = ? AND role = 'owner'", guild.id)).toBe(1);
  });

  test("S9 become owner only when the guild is handed over to them", async () => {
    const raider = await member("raider");
    const answer = await guild.owner.patch(`/members/${raider.userId}`, { role: "owner" });
    expect(answer.status).toBe(422);
    const granted = await guild.owner.patch(`/members/${raider.userId}`, {
      overrides: { "guild.own": true },
    });
    expect(granted.status).toBe(422);
  });

  test("may be allowed or denied single permissions, but cannot grant one they lack", async () => {
    const raider = await member("raider");
    const allowed = { overrides: { "points.award": true, "logs.upload": false } };
    expect((await guild.owner.patch(`/members/${raider.userId}`, allowed)).status).toBe(200);
    const { permissions } = (await raider.get("")).body;
    expect(permissions).toContain("points.award");
    expect(permissions).not.toContain("logs.upload");

    const admin = await member("admin");
    const narrowed = { overrides: { "keys.manage": false } };
    await guild.owner.patch(`/members/${admin.userId}`, narrowed);
    const refused = await admin.patch(`/members/${raider.userId}`, {
      overrides: { ...allowed.overrides, "keys.manage": true },
    });
    expect(outcome(refused)).toEqual([403, "/problems/guild/beyond-own-rights"]);
  });

  test("S6 S14 unknown fields, unknown people and people of other guilds change nothing", async () => {
    const raider = await member("raider");
    const odd = await guild.owner.patch(`/members/${raider.userId}`, {
      role: "viewer",
      guildId: "x",
    });
    expect(odd.status).toBe(422);
    const [stranger] = await crowd(t, 1);
    const missing = await guild.owner.patch(`/members/${stranger!.userId}`, { role: "viewer" });
    expect(outcome(missing)).toEqual([404, "/problems/guild/no-such-member"]);
    expect(await roleOf(raider)).toBe("raider");
  });

  test("two admins who remove the same raider at once leave one audit row", async () => {
    const [one, two] = [await member("admin"), await member("admin")];
    const raider = await member("raider");
    const answers = await Promise.all([
      one.delete(`/members/${raider.userId}`),
      two.delete(`/members/${raider.userId}`),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(
      await countOf(t, "audit_log WHERE action = 'member.remove' AND subject = ?", raider.userId),
    ).toBe(1);
  });
});

describe("leaving", () => {
  test("S9 is open to all but the owner", async () => {
    const raider = await member("raider");
    expect((await raider.delete("/members/me")).status).toBe(204);
    expect((await raider.get("")).status).toBe(404);
    const answer = await guild.owner.delete("/members/me");
    expect(outcome(answer)).toEqual([409, "/problems/guild/owner-stays"]);
    expect(await roleOf(guild.owner)).toBe("owner");
  });
});

describe("handing the guild over", () => {
  test("swaps owner and admin, both or neither", async () => {
    const successor = await member("raider");
    const answer = await guild.owner.post("/members/ownership", { userId: successor.userId });
    expect(answer.status).toBe(204);
    expect([await roleOf(successor), await roleOf(guild.owner)]).toEqual(["owner", "admin"]);
    expect(
      await countOf(t, "guilds WHERE id = ? AND owner_id = ?", guild.id, successor.userId),
    ).toBe(1);
    const again = await guild.owner.post("/members/ownership", { userId: guild.owner.userId });
    expect(again.status).toBe(403);
  });

  test("to 5 people at once leaves exactly one owner", async () => {
    const candidates = await Promise.all(Array.from({ length: 5 }, () => member("officer")));
    const answers = await Promise.all(
      candidates.map(({ userId }) => guild.owner.post("/members/ownership", { userId })),
    );
    expect(tally(answers)[204]).toBe(1);
    expect(await countOf(t, "memberships WHERE guild_id = ? AND role = 'owner'", guild.id)).toBe(1);
    expect(
      await countOf(
        t,
        "guilds g JOIN memberships m ON m.guild_id = g.id AND m.role = 'owner' AND m.user_id = g.owner_id WHERE g.id = ?",
        guild.id,
      ),
    ).toBe(1);
  });

  test("S9 requires a verified address and a recent password check", async () => {
    const successor = await member("admin");
    t.advance(11 * 60_000);
    const late = await guild.owner.post("/members/ownership", { userId: successor.userId });
    expect(outcome(late)).toEqual([403, "/problems/auth/proof-required"]);
    await unconfirm(t, guild.owner);
    const unproved = await guild.owner.post("/members/ownership", { userId: successor.userId });
    expect(outcome(unproved)).toEqual([403, "/problems/auth/email-unverified"]);
    expect(await roleOf(guild.owner)).toBe("owner");
  });

  test("is not for admins, not to strangers, and not beyond the new owner's own plan", async () => {
    const admin = await member("admin");
    expect((await admin.post("/members/ownership", { userId: admin.userId })).status).toBe(403);
    const [stranger, busy] = (await crowd(t, 2)) as [TestClient, TestClient];
    const missing = await guild.owner.post("/members/ownership", { userId: stranger.userId });
    expect(outcome(missing)).toEqual([404, "/problems/guild/no-such-member"]);
    await busy.post("/api/guilds", newGuild(`Busy with ${guild.slug}`));
    await t.join(busy.userId, guild, "raider");
    const full = await guild.owner.post("/members/ownership", { userId: busy.userId });
    expect(outcome(full)).toEqual([402, "/problems/plan/guilds"]);
    expect(await roleOf(guild.owner)).toBe("owner");
  });
});
