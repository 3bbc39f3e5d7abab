import { afterAll, beforeAll, expect, test } from "vitest";
import { installFault } from "../../../provisioning/fault.ts";
import { type TestApp, type TestClient, testApp } from "../../support/app.ts";
import { countOf, crowd, newGuild, tokenOf, unconfirm } from "./support.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(async () => {
  await t.close();
});

const people = async (count: number) => (await crowd(t, count)) as [TestClient, ...TestClient[]];
const linkIn = (html: string) => /http:\/\/localhost(\/invitations\/[\w-]{43})/.exec(html)![1]!;

test("without scripts: found a guild, see it made, invite, join, change a role, remove, leave", async () => {
  const [owner, raider, viewer] = (await crowd(t, 3)) as [TestClient, TestClient, TestClient];
  expect((await owner.page("/guilds")).text).toContain('href="/guilds/new"');
  const form = await owner.page("/guilds/new");
  for (const field of ["name", "realm", "region", "faction", "slug"]) {
    expect(form.text).toContain(`name="${field}"`);
  }
  const sent = await owner.submit("/guilds/new", { ...newGuild("Paper Lions"), slug: "" });
  expect(sent.status).toBe(303);
  const address = sent.headers.get("location")!;
  // On a busy machine the work takes longer than the form waits: the events end when the guild is ready.
  await owner.get(`/api${address.replace(/progress$/, "operation/events")}`);
  const progress = await owner.page(address);
  expect(progress.text).toContain('href="/g/paper-lions/onboarding"');
  expect((await owner.page("/guilds")).text).toContain("Paper Lions");

  const base = "/g/paper-lions/members";
  const made = await owner.submit(`${base}/invitations`, {
    role: "raider",
    email: "",
    usesMax: "5",
    expiresInDays: "7",
  });
  expect(made.status).toBe(200);
  const link = linkIn(made.text);
  const offer = await t.anonymous.page(link);
  expect(offer.text).toContain("Paper Lions");
  expect(offer.text).toContain(`/sign-in?next=${encodeURIComponent(link)}`);
  for (const person of [raider, viewer]) {
    expect((await person.page(link)).text).toContain(`action="${link}"`);
    expect((await person.submit(link, {})).headers.get("location")).toBe("/g/paper-lions/join");
  }
  expect((await raider.page(link)).headers.get("location")).toBe("/g/paper-lions");

  const changed = await owner.submit(`${base}/${viewer.userId}/role`, { role: "viewer" });
  expect(changed.headers.get("location")).toBe(`${base}?done=saved`);
  expect((await raider.page(base)).text).not.toContain(`${viewer.userId}/role`);
  await owner.submit(`${base}/${viewer.userId}/removal`, {});
  expect((await viewer.page(base)).status).toBe(404);
  expect((await raider.submit(`${base}/leave`, {})).status).toBe(303);
  expect((await raider.page(base)).status).toBe(404);
});

test("a form that is refused comes back as it was sent, in the reader's language", async () => {
  const [owner] = await people(1);
  await owner.submit("/guilds/new", { ...newGuild("Grey Cloaks"), slug: "grey-cloaks" });
  const second = await owner.submit("/guilds/new", { ...newGuild("Red Cloaks"), slug: "" });
  expect(second.status).toBe(402);
  expect(second.text).toContain('value="Red Cloaks"');

  const [other] = await people(1);
  const sent = { ...newGuild("Blue <Cloaks>"), slug: "admin" };
  const refused = await t.app.request("http://localhost/guilds/new", {
    method: "POST",
    body: new URLSearchParams(sent),
    headers: {
      cookie: `guildhall=${other.identity.token}`,
      origin: "http://localhost",
      "accept-language": "es",
    },
  });
  const html = await refused.text();
  expect(refused.status).toBe(422);
  expect(html).toContain("Esta dirección está reservada");
  expect(html).toContain('value="Blue &lt;Cloaks&gt;"');
  expect(html).not.toContain("<Cloaks>");
  expect(await countOf(t, "guilds WHERE owner_id = ?", other.userId)).toBe(0);
});

test("a founding that failed shows why and a way to try again, on its page and at its address", async () => {
  const [owner] = await people(1);
  installFault((point) => {
    if (point === "migrated.worked") throw new Error("out of luck");
  });
  const sent = await owner.submit("/guilds/new", { ...newGuild("Broken Oars"), slug: "" });
  const path = sent.headers.get("location")!;
  // On a busy machine it takes longer than the form waits. The events end with the founding.
  const founded = () => owner.get(`/api${path.replace(/progress$/, "operation/events")}`);
  await founded();
  installFault(undefined);
  for (const shown of [await owner.page(path), await owner.page("/g/broken-oars/roster")]) {
    expect(shown.text).toContain(`action="${path}"`);
    expect(shown.text).not.toContain("out of luck");
  }
  expect((await owner.page("/g/broken-oars")).status).toBe(503);
  expect((await owner.submit(path, {})).headers.get("location")).toBe(path);
  await founded();
  expect((await owner.page(path)).text).toContain("/g/broken-oars/onboarding");
});

test("a guild that is being made shows its steps and asks again by itself", async () => {
  const [owner, stranger] = (await crowd(t, 2)) as [TestClient, TestClient];
  const { body } = await owner.post("/api/guilds", newGuild("Slow Tortoises"));
  await t.services.platform.db.client.execute({
    sql: "UPDATE guilds SET status = 'creating' WHERE id = ?",
    args: [body.id],
  });
  for (const path of [`/guilds/${body.id}/progress`, "/g/slow-tortoises"]) {
    const shown = await owner.page(path);
    expect(shown.headers.get("refresh")).toBe("1");
    expect(shown.text).toContain(`data-progress="/api/guilds/${body.id}/operation/events"`);
    expect(shown.text.match(/data-step="/g)).toHaveLength(6);
    expect((await stranger.page(path)).status).toBe(404);
  }
});

test("an invitation for another or unverified address says so and what to do", async () => {
  const [owner, wanted, other] = (await crowd(t, 3)) as [TestClient, TestClient, TestClient];
  await owner.post("/api/guilds", newGuild("Careful Owls"));
  const made = await owner.submit("/g/careful-owls/members/invitations", {
    role: "raider",
    email: wanted.identity.email,
    usesMax: "25",
    expiresInDays: "7",
  });
  const link = linkIn(made.text);
  const refused = await other.submit(link, {});
  expect(refused.status).toBe(403);
  expect(refused.text).toContain("another e-mail address");
  await unconfirm(t, wanted);
  const unproved = await wanted.submit(link, {});
  expect(unproved.status).toBe(403);
  expect(unproved.text).toContain('href="/account"');
  expect((await wanted.page(`/invitations/${tokenOf(`http://x${link}`)}x`)).status).toBe(404);
});

test("handing the guild over requires the password once more", async () => {
  const [owner, successor] = (await crowd(t, 2)) as [TestClient, TestClient];
  const { body } = await owner.post("/api/guilds", newGuild("Old Guard"));
  const path = "/g/old-guard/members/ownership";
  expect((await owner.page(path)).text).not.toContain('<select id="userId"');
  await t.join(successor.userId, { id: body.id, slug: "old-guard", owner }, "raider");
  expect((await owner.page(path)).text).toContain(successor.userId);
  expect((await successor.page(path)).status).toBe(403);
  t.advance(11 * 60_000);
  const asked = await owner.submit(path, { userId: successor.userId });
  expect(asked.headers.get("location")).toBe(`/account/proof?next=${encodeURIComponent(path)}`);
  await t.services.platform.db.client.execute({
    sql: "UPDATE sessions SET proved_at = ? WHERE user_id = ?",
    args: [t.now().getTime(), owner.userId],
  });
  const done = await owner.submit(path, { userId: successor.userId });
  expect(done.headers.get("location")).toBe("/g/old-guard/members?done=saved");
  expect((await successor.page(path)).status).toBe(200);
});

test("the settings page saves, keeps what was typed when refused, and follows a new address", async () => {
  const [owner, raider] = (await crowd(t, 2)) as [TestClient, TestClient];
  const { body } = await owner.post("/api/guilds", newGuild("Tidy Badgers"));
  await t.join(raider.userId, { id: body.id, slug: "tidy-badgers", owner }, "raider");
  expect((await raider.page("/g/tidy-badgers/settings")).status).toBe(403);
  const fields = {
    name: "Tidy Badgers",
    slug: "tidy-badgers",
    faction: "alliance",
    description: "We sweep.",
    contact: "",
    timeZone: "Europe/Madrid",
  };
  const bad = await owner.submit("/g/tidy-badgers/settings", { ...fields, slug: "api" });
  expect([bad.status, bad.text.includes("We sweep.")]).toEqual([422, true]);
  const saved = await owner.submit("/g/tidy-badgers/settings", { ...fields, slug: "neat-badgers" });
  expect(saved.headers.get("location")).toBe("/g/neat-badgers/settings?done=saved");
  const shown = await owner.page("/g/neat-badgers/settings");
  expect(shown.text).toContain("We sweep.");
  expect(shown.text).toContain("2 / 30");
});
