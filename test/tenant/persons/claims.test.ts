import { expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";

const ROSTER = "name,class,spec,role\nZoë,mage,fire,ranged\nBrann,warrior,arms,melee";

/** A new account that accepts an invitation, by the API or on the page. */
async function newcomer(t: TestApp, guild: TestGuild, name: string, by: "api" | "page") {
  const { body } = await guild.owner.post("/members/invitations", { role: "raider" });
  const account = await t.signUp(name);
  const token = new URL(body.link ?? body.url).pathname.split("/").at(-1)!;
  const answer =
    by === "api"
      ? await account.post(`/api/invitations/${token}/acceptance`)
      : await account.submit(`/invitations/${token}`, {});
  return { client: account.within(guild.slug), answer };
}

const names = async (guild: TestGuild): Promise<string[]> =>
  (await guild.owner.get("/roster?limit=50")).body.items.map((one: { name: string }) => one.name);

async function tonight(t: TestApp, guild: TestGuild): Promise<string> {
  const startsAt = t.now().getTime() + 3_600_000;
  return (await guild.owner.post("/raids", { name: "Tonight", startsAt, minutes: 60 })).body.id;
}

test("P27 a newcomer with the name of a roster character gets no second person, and an officer confirms the choice", async () => {
  await using t = await testApp();
  const guild = await t.guild("zoes");
  await guild.owner.post("/roster/imports", { text: ROSTER });
  const people = (await guild.owner.get("/roster")).body.items;
  const zoe = people.find((one: { name: string }) => one.name === "Zoë");
  await guild.owner.post("/dkp/awards", { personIds: [zoe.id], points: 15, reason: "Raid" });
  const raid = await tonight(t, guild);
  const before = await names(guild);

  const { client } = await newcomer(t, guild, "Zoë", "api");
  await client.put(`/raids/${raid}/signup`, { status: "yes" });
  await client.get("/loot/wishes");
  expect(await names(guild)).toEqual(before);

  const claim = (await client.get("/roster/claim")).body;
  expect(claim.candidates).toMatchObject([
    { name: "Zoë", isExact: true },
    { name: "Brann", isExact: false },
  ]);
  expect((await client.get("/roster/claim?q=bran")).body.candidates).toMatchObject([
    { name: "Brann" },
  ]);
  const { characterId } = claim.candidates[0];
  expect(await client.put("/roster/claim", { characterId })).toMatchObject({
    status: 200,
    body: { state: "chosen", characterId },
  });
  // The choice is only a wish until an officer confirms it.
  expect((await client.put("/roster/claims/x/decision", { confirmed: true })).status).toBe(403);
  const [waiting] = (await guild.owner.get("/roster/claims")).body.items;
  expect(waiting).toMatchObject({ userName: "Zoë", character: "Zoë", person: "Zoë" });
  const decided = await guild.owner.put(`/roster/claims/${waiting.userId}/decision`, {
    confirmed: true,
  });
  expect(decided.status).toBe(204);
  expect((await guild.owner.get(`/roster/persons/${zoe.id}`)).body.isMember).toBe(true);
  expect((await client.put(`/raids/${raid}/signup`, { status: "yes" })).status).toBe(200);
  expect(await names(guild)).toEqual(before);
  expect((await guild.owner.get("/roster/claims")).body.items).toEqual([]);
  expect((await client.put("/roster/claim", { characterId: null })).status).toBe(409);
  expect((await client.put("/roster/claim", { characterId })).status).toBe(404);
});

test("P27 a refused newcomer chooses again, and one who is not on the roster becomes a new person", async () => {
  await using t = await testApp();
  const guild = await t.guild("refused");
  await guild.owner.post("/roster/imports", { text: ROSTER });
  const before = await names(guild);
  const { client, answer } = await newcomer(t, guild, "Stranger", "page");
  expect(answer.headers.get("location")).toBe("/g/refused/join");
  await client.page("/g/refused/join");
  const raid = await tonight(t, guild);
  await client.put(`/raids/${raid}/signup`, { status: "yes" });
  expect(await names(guild)).toEqual(before);
  // Without a choice, officers see the member all the same.
  const [asked] = (await guild.owner.get("/roster/claims")).body.items;
  expect(asked).toMatchObject({ userName: "Stranger", state: "asked", character: null });

  const [first] = (await client.get("/roster/claim")).body.candidates;
  await client.put("/roster/claim", { characterId: first.characterId });
  const decide = async (confirmed: boolean) =>
    await guild.owner.put(`/roster/claims/${asked.userId}/decision`, { confirmed });
  expect((await decide(false)).status).toBe(204);
  expect((await client.get("/roster/claim")).body.state).toBe("refused");
  expect(await names(guild)).toEqual(before);
  await client.put("/roster/claim", { characterId: null });
  expect((await decide(true)).status).toBe(204);
  expect((await client.put(`/raids/${raid}/signup`, { status: "yes" })).status).toBe(200);
  expect(new Set(await names(guild))).toEqual(new Set([...before, "Stranger"]));
});

for (const [language, words] of [
  ["en", ["Which character is yours?", "same name", "None of these", "Choose character"]],
  ["es", ["¿Cuál es tu personaje?", "mismo nombre", "Ninguno de estos", "Elegir personaje"]],
] as const) {
  test(`P27 the page asks a newcomer in ${language}, and an officer confirms on a page`, async () => {
    await using t = await testApp();
    const guild = await t.guild(`asks${language}`);
    await guild.owner.post("/roster/imports", { text: ROSTER });
    const { client } = await newcomer(t, guild, "Zoë", "page");
    const base = `/g/${guild.slug}`;
    const headers = { "accept-language": language };
    const page = await client.page(`${base}/join`, headers);
    for (const word of words) expect(page.text).toContain(word);
    const [, first] = /name="characterId" value="([^"]+)" checked/.exec(page.text)!;
    expect((await client.submit(`${base}/join`, { characterId: first! })).status).toBe(303);
    const list = await guild.owner.page(`${base}/roster/claims`, headers);
    const [path] = /\/roster\/claims\/[^"]+\/decision/.exec(list.text)!;
    const answer = await guild.owner.submit(`${base}${path}`, { confirmed: "yes" });
    expect(answer.status).toBe(303);
    const after = await client.page(`${base}/join`, headers);
    expect(after.status).toBe(303);
  });
}
