import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";

const founding = { name: "Iron Vow", region: "eu" };

test("P3 P24 a guild is unique by name, realm in every spelling, region and edition", async () => {
  await using t = await testApp();
  const found = async (more: Record<string, string>) => {
    const owner = await t.signUp();
    return await owner.post("/api/guilds", { ...founding, ...more });
  };
  const first = await found({ realm: "Quel'Thalas", slug: "vow-one" });
  expect([201, 202]).toContain(first.status);
  for (const realm of ["QuelThalas", "Quel’Thalas", "quel-thalas", "Quél'Thalas"]) {
    const again = await found({ realm, slug: "vow-two" });
    expect([realm, again.body.type]).toEqual([realm, "/problems/guild/name-taken"]);
  }
  const classic = await found({ realm: "QuelThalas", slug: "vow-era", edition: "era" });
  expect([201, 202]).toContain(classic.status);
  // An edition without realms has one guild of a name in a region, whatever realm is sent.
  const forever = await found({ realm: "Quel'Thalas", slug: "vow-forever", edition: "forever" });
  expect([201, 202]).toContain(forever.status);
  const twin = await found({ realm: "Illidan", slug: "vow-ever", edition: "forever" });
  expect(twin.body.type).toBe("/problems/guild/name-taken");
  const unknown = await found({ realm: "Illidan", slug: "vow-none", edition: "vanilla" });
  expect(unknown).toMatchObject({ status: 422, body: { errors: [{ pointer: "/edition" }] } });
});

test("the founding form asks for the edition in both languages, and the guild says it", async () => {
  await using t = await testApp();
  const owner = await t.signUp();
  for (const [language, word] of [
    ["en", "Edition of the game"],
    ["es", "Edición del juego"],
  ] as const) {
    const page = await owner.page("/guilds/new", { "accept-language": language });
    expect(page.text).toContain(word);
  }
  const fields = { ...founding, realm: "Illidan", slug: "vow-form", edition: "anniversary" };
  expect((await owner.submit("/guilds/new", { ...fields, faction: "horde" })).status).toBe(303);
  const { body } = await owner.get("/api/guilds?limit=5");
  await owner.get(`/api/guilds/${body.items[0].id}/operation/events`);
  expect((await owner.get("/api/g/vow-form")).body.edition).toBe("anniversary");
});
