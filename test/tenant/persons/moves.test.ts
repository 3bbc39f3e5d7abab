import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";

const reason = "Raid night";
type Shown = { id: string; name: string; isMain: boolean };

async function addPerson(guild: TestGuild, name: string, ...characters: string[]) {
  const { body } = await guild.owner.post("/roster/persons", { name });
  for (const one of characters) {
    await guild.owner.post(`/roster/persons/${body.id}/characters`, { name: one, class: "mage" });
  }
  return body.id as string;
}

const charactersOf = async (guild: TestGuild, id: string): Promise<Shown[]> =>
  (await guild.owner.get(`/roster/persons/${id}`)).body.characters;

const named = async (guild: TestGuild, id: string): Promise<string[]> =>
  (await charactersOf(guild, id)).map(({ name, isMain }) => (isMain ? `${name}*` : name));

test("P22 two officers who join the same persons at once join them once, and undo once", async () => {
  await using t = await testApp();
  const guild = await t.guild("atonce");
  const officers = [await t.as("officer", guild), await t.as("officer", guild)];
  const intoId = await addPerson(guild, "Anna", "Annah");
  const fromId = await addPerson(guild, "Anna 2", "Annalt");
  await guild.owner.post("/dkp/awards", { personIds: [intoId, fromId], points: 50, reason });
  const joins = await Promise.all(
    officers.map((one) => one.post("/roster/joins", { fromId, intoId })),
  );
  expect(joins.map(({ status }) => status).sort()).toEqual([201, 409]);
  const standing = async () =>
    (await guild.owner.get("/standings")).body.items.map(
      (one: { name: string; balance: number }) => [one.name, one.balance],
    );
  expect(await standing()).toContainEqual(["Anna", 10_000]);
  expect(await named(guild, intoId)).toEqual(["Annah*", "Annalt"]);
  const { id } = joins.find(({ status }) => status === 201)!.body;
  const undone = await Promise.all(officers.map((one) => one.post(`/roster/joins/${id}/reversal`)));
  expect(undone.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await standing()).toEqual(
    expect.arrayContaining([
      ["Anna", 5000],
      ["Anna 2", 5000],
    ]),
  );
  const actions = (await guild.owner.get("/audit?limit=50")).body.items.map(
    (one: { action: string }) => one.action,
  );
  expect(actions.filter((one: string) => one.startsWith("person.join"))).toEqual([
    "person.join-undo",
    "person.join-into",
  ]);
});

test("P22 a join that would lose something is refused and names it", async () => {
  await using t = await testApp();
  const guild = await t.guild("refusals");
  const raid = await guild.owner.post("/raids", {
    name: "Tonight",
    startsAt: t.now().getTime() + 3_600_000,
    minutes: 60,
  });
  for (const _ of [1, 2]) {
    const client = await t.as("raider", guild);
    await client.put(`/raids/${raid.body.id}/signup`, { status: "yes" });
  }
  const { people } = (await guild.owner.get(`/raids/${raid.body.id}`)).body;
  const [first, second] = people as { personId: string; name: string }[];
  const input = { fromId: first!.personId, intoId: second!.personId };
  for (const path of ["/roster/join-previews", "/roster/joins"]) {
    const refused = await guild.owner.post(path, input);
    expect(refused).toMatchObject({ status: 409, body: { type: "/problems/persons/two-logins" } });
    expect(refused.body.detail).toContain(first!.name);
  }
  const alone = await guild.owner.post("/roster/joins", {
    fromId: first!.personId,
    intoId: first!.personId,
  });
  expect(alone.body.type).toBe("/problems/persons/not-joinable");

  // A person that was joined is not brought back beside the other one, and their points stay moved.
  const third = await addPerson(guild, "Third");
  await guild.owner.post("/dkp/awards", { personIds: [third], points: 10, reason });
  await guild.owner.post("/roster/joins", { fromId: third, intoId: second!.personId });
  const back = await guild.owner.delete(`/roster/persons/${third}/archival`);
  expect(back).toMatchObject({ status: 409, body: { type: "/problems/persons/already-joined" } });
  const [transfer] = (await guild.owner.get("/dkp/entries?kind=transfer")).body.items;
  const taken = await guild.owner.post(`/dkp/entries/${transfer.id}/reversal`, { reason });
  expect(taken.body.type).toBe("/problems/dkp/transfer-stays");
});

test("G12 a character moves to another person or to a new one, and both moves can be undone", async () => {
  await using t = await testApp();
  const guild = await t.guild("moving");
  const anna = await addPerson(guild, "Anna", "Annah", "Annalt");
  const bert = await addPerson(guild, "Bert", "Berta");
  const [main, alt] = await charactersOf(guild, anna);
  const move = async (id: string, personId: string | null) =>
    await guild.owner.post(`/roster/characters/${id}/moves`, { personId });

  const moved = await move(main!.id, bert);
  expect(moved).toMatchObject({ status: 201, body: { kind: "move", into: { id: bert } } });
  expect([await named(guild, anna), await named(guild, bert)]).toEqual([
    ["Annalt*"],
    ["Berta*", "Annah"],
  ]);
  // The only character of a person stays: the person would be empty.
  expect((await move(alt!.id, null)).status).toBe(409);
  const back = await guild.owner.post(`/roster/joins/${moved.body.id}/reversal`);
  expect(back.status).toBe(200);
  expect([await named(guild, anna), await named(guild, bert)]).toEqual([
    ["Annah*", "Annalt"],
    ["Berta*"],
  ]);

  const split = await move(alt!.id, null);
  expect(await named(guild, split.body.into.id)).toEqual(["Annalt*"]);
  // A later change of the same person is undone first.
  const later = await guild.owner.post("/roster/joins", { fromId: anna, intoId: bert });
  const early = await guild.owner.post(`/roster/joins/${split.body.id}/reversal`);
  expect(early.body.type).toBe("/problems/persons/undo-later-first");
  await guild.owner.post(`/roster/joins/${later.body.id}/reversal`);
  await guild.owner.post(`/roster/joins/${split.body.id}/reversal`);
  expect(await named(guild, anna)).toEqual(["Annah*", "Annalt"]);
  const active = (await guild.owner.get("/roster?limit=50")).body.items;
  expect(active.map(({ name }: Shown) => name)).not.toContain("Annalt");
});

for (const [language, words] of [
  ["en", ["What moves", "1 balance", "1 character", "Undo"]],
  ["es", ["Qué se traspasa", "1 saldo", "1 personaje", "Deshacer"]],
] as const) {
  test(`P22 an officer previews, joins and undoes on the pages in ${language}`, async () => {
    await using t = await testApp();
    const guild = await t.guild(`pages${language}`);
    const headers = { "accept-language": language };
    const into = await addPerson(guild, "Anna", "Annah");
    const from = await addPerson(guild, "Anna 2", "Annalt");
    await guild.owner.post("/dkp/awards", { personIds: [from], points: 50, reason });
    const base = `/g/${guild.slug}/roster/${into}`;
    const page = await guild.owner.page(base, headers);
    expect(page.text).toContain(`value="${from}"`);
    const preview = await guild.owner.page(`${base}/join?fromId=${from}`, headers);
    for (const word of words.slice(0, 3)) expect(preview.text).toContain(word);
    expect((await guild.owner.submit(`${base}/join`, { fromId: from })).status).toBe(303);
    const after = await guild.owner.page(base, headers);
    expect(after.text).toContain(words[3]);
    const [path] = /\/roster\/[^"]+\/reversal/.exec(after.text)!;
    expect((await guild.owner.submit(`/g/${guild.slug}${path}`, {})).status).toBe(303);
    expect(await named(guild, from)).toEqual(["Annalt*"]);
  });
}
