import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";
import { commit, revert, upload } from "../imports/support.ts";

const reason = "Raid night";

async function addPerson(guild: TestGuild, name: string, ...characters: string[]) {
  const { body } = await guild.owner.post("/roster/persons", { name });
  for (const one of characters) {
    await guild.owner.post(`/roster/persons/${body.id}/characters`, { name: one, class: "mage" });
  }
  return body.id as string;
}

async function balances(guild: TestGuild): Promise<Record<string, number>> {
  const { items } = (await guild.owner.get("/standings?limit=200")).body;
  return Object.fromEntries(
    items.map((one: { name: string; balance: number }) => [one.name, one.balance]),
  );
}

test("P22 P13 a join that is undone after a decay leaves both with what they would have", async () => {
  await using t = await testApp();
  const guild = await t.guild("undecayed");
  const { owner } = guild;
  const [pool] = (await owner.get("/dkp/pools")).body.items;
  await owner.patch(`/dkp/pools/${pool.id}`, { decay: { percent: 50 } });
  const intoId = await addPerson(guild, "Anna", "Annah");
  const fromId = await addPerson(guild, "Anna 2", "Annalt");
  const award = { personIds: [intoId, fromId], points: 50, reason, pool: pool.id };
  expect((await owner.post("/dkp/awards", award)).status).toBe(201);
  const join = await owner.post("/roster/joins", { fromId, intoId });
  expect(join.status).toBe(201);
  t.advance(60_000);
  const decay = await owner.post(`/dkp/pools/${pool.id}/decays`);
  expect(decay.body.isNew, decay.text).toBe(true);
  const undone = await owner.post(`/roster/joins/${join.body.id}/reversal`);
  expect(undone.status, undone.text).toBe(200);
  const { items } = (await owner.get(`/standings?limit=200&pool=${pool.id}`)).body;
  expect(items).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "Anna", balance: 2500 }),
      expect.objectContaining({ name: "Anna 2", balance: 2500 }),
    ]),
  );
  expect((await owner.get(`/dkp/verification?pool=${pool.id}`)).body.isRight).toBe(true);
});

const EVENT = (people: string[]) =>
  JSON.stringify([
    {
      id: "1",
      title: "Raid",
      startTime: 1_700_000_000,
      endTime: 1_700_010_000,
      signUps: people.map((name) => ({ name, className: "Mage", entryTime: 1_699_999_000 })),
    },
  ]);

test("P22 a join is undone although the raid that both were in does not exist any more", async () => {
  await using t = await testApp();
  const guild = await t.guild("raidgone");
  const intoId = await addPerson(guild, "Anna", "Annah");
  const fromId = await addPerson(guild, "Bert", "Berta");
  const uploaded = await upload(guild.owner, EVENT(["Anna", "Bert"]));
  const answers = { "person:anna-area52": intoId, "person:bert-area52": fromId };
  await guild.owner.post(`/imports/${uploaded.body.id}/answers`, { answers });
  const { body: batch } = await commit(t, guild.owner, uploaded.body.id);
  expect(batch.state).toBe("done");
  const join = await guild.owner.post("/roster/joins", { fromId, intoId });
  expect(join.status, join.text).toBe(201);
  const reverted = await revert(t, guild.owner, batch.id);
  expect(reverted.body.state, reverted.text).toBe("reverted");
  const undone = await guild.owner.post(`/roster/joins/${join.body.id}/reversal`);
  expect(undone.status, undone.text).toBe(200);
});

test("P22 two accounts of one human become one person after the old account left the guild", async () => {
  await using t = await testApp();
  const guild = await t.guild("oldaccount");
  const clients = [await t.as("raider", guild), await t.as("raider", guild)];
  const raid = (
    await guild.owner.post("/raids", {
      name: "Tonight",
      startsAt: t.now().getTime() + 3_600_000,
      minutes: 60,
    })
  ).body.id;
  for (const one of clients) await one.put(`/raids/${raid}/signup`, { status: "yes" });
  const own = async (n: number) =>
    (await clients[n]!.get(`/raids/${raid}`)).body.people.find(
      (one: { isOwn: boolean }) => one.isOwn,
    ).personId;
  const input = { fromId: await own(0), intoId: await own(1) };
  const refused = await guild.owner.post("/roster/joins", input);
  expect(refused.body.type).toBe("/problems/persons/two-logins");
  const removed = await guild.owner.delete(`/members/${clients[0]!.userId}`);
  expect(removed.status, removed.text).toBe(200);
  const joined = await guild.owner.post("/roster/joins", input);
  expect(joined.status, joined.text).toBe(201);
});

test("P27 an officer confirms the character that the page showed, not another one", async () => {
  await using t = await testApp();
  const guild = await t.guild("othersclaim");
  await guild.owner.post("/roster/imports", {
    text: "name,class,spec,role\nZoë,mage,fire,ranged\nBrann,warrior,arms,melee",
  });
  const client = await t.as("raider", guild);
  const { candidates } = (await client.get("/roster/claim")).body;
  await client.put("/roster/claim", { characterId: candidates[0].characterId });
  const list = await guild.owner.page(`/g/${guild.slug}/roster/claims`);
  const [form] = /<form[^>]*\/decision"[\s\S]*?<\/form>/.exec(list.text)!;
  const fields = Object.fromEntries(
    [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
  await client.put("/roster/claim", { characterId: candidates[1].characterId });
  const path = `/g/${guild.slug}/roster/claims/${client.userId}/decision`;
  const answer = await guild.owner.submit(path, fields);
  expect(answer.status).toBe(409);
  expect((await client.get("/roster/claim")).body.state).toBe("chosen");
  const byApi = (characterId: string) =>
    guild.owner.put(`/roster/claims/${client.userId}/decision`, { confirmed: true, characterId });
  const refused = await byApi(candidates[0].characterId);
  expect(refused).toMatchObject({ status: 409, body: { type: "/problems/persons/claim-changed" } });
  expect((await byApi(candidates[1].characterId)).status).toBe(204);
  expect((await client.get("/roster/claim")).body.state).toBe("linked");
});

test("G12 undoing a move to a new person archives no person who has something", async () => {
  await using t = await testApp();
  const guild = await t.guild("splitters");
  const anna = await addPerson(guild, "Anna", "Annah", "Annalt");
  const [, alt] = (await guild.owner.get(`/roster/persons/${anna}`)).body.characters;
  const move = await guild.owner.post(`/roster/characters/${alt.id}/moves`, { personId: null });
  const made = move.body.into.id;
  await guild.owner.post("/dkp/awards", { personIds: [made], points: 50, reason });
  await guild.owner.post(`/roster/persons/${made}/characters`, { name: "Third", class: "mage" });
  const undone = await guild.owner.post(`/roster/joins/${move.body.id}/reversal`);
  expect(undone.status).toBe(200);
  expect((await guild.owner.get(`/roster/persons/${made}`)).body.status).toBe("active");
  expect(await balances(guild)).toMatchObject({ Annalt: 5000 });
});

test("G12 a character does not move to a person who left", async () => {
  await using t = await testApp();
  const guild = await t.guild("toleft");
  const anna = await addPerson(guild, "Anna", "Annah", "Annalt");
  const bert = await addPerson(guild, "Bert", "Berta");
  await guild.owner.put(`/roster/persons/${bert}/archival`);
  const [, alt] = (await guild.owner.get(`/roster/persons/${anna}`)).body.characters;
  const move = await guild.owner.post(`/roster/characters/${alt.id}/moves`, { personId: bert });
  expect(move).toMatchObject({ status: 409, body: { type: "/problems/persons/archived" } });
  await guild.owner.delete(`/roster/persons/${bert}/archival`);
  const again = await guild.owner.post(`/roster/characters/${alt.id}/moves`, { personId: bert });
  expect(again.status, again.text).toBe(201);
});
