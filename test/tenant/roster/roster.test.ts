import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";

const SHEET = `Name,Class,Spec,Role,Main
Anvil,Warrior,Protection,,main
Cinder,Mage,Fire,,main
Smoke,Rogue,,,Cinder
Nobody,Barbarian,,,`;

const at = (guild: TestGuild, path: string) => `/g/${guild.slug}${path}`;
type Line = { name: string; main?: boolean };

test("the same roster pasted again changes nothing, and a changed line changes one character", async () => {
  await using t = await testApp();
  const guild = await t.guild("anvilguard");
  const officer = await t.as("officer", guild);
  const preview = await officer.post("/roster/previews", { text: SHEET });
  expect(preview.body.lines.map((one: { effect: string }) => one.effect)).toEqual([
    "new",
    "new",
    "new",
    "problem",
  ]);
  expect((await officer.get("/roster?q=cinder")).body.items).toEqual([]);

  const first = await officer.post("/roster/imports", { text: SHEET });
  expect(first.body).toEqual({ new: 3, changed: 0, unchanged: 0, problems: 1 });
  const before = (await officer.get("/roster")).body;
  const again = await officer.post("/roster/imports", { text: SHEET });
  expect(again.body).toEqual({ new: 0, changed: 0, unchanged: 3, problems: 1 });
  expect((await officer.get("/roster")).body).toEqual(before);

  const text = SHEET.replace("Mage,Fire", "Mage,Frost");
  expect((await officer.post("/roster/imports", { text })).body.changed).toBe(1);
  const found = (await officer.get("/roster?q=smoke")).body.items;
  expect(found.length).toBe(1);
  expect(found[0].characters).toMatchObject([
    { name: "Cinder", spec: "Frost", isMain: true },
    { name: "Smoke", class: "rogue", isMain: false },
  ]);
});

test("an alt pasted later joins the person of its main, and a missing realm means the same realm", async () => {
  await using t = await testApp();
  const guild = await t.guild("laterals");
  await guild.owner.post("/roster/imports", { text: "name,class,realm\nAnvil,Warrior,North" });
  const text = "Hammer,Shaman,,,Anvil\nAnvil,Warrior";
  const { body } = await guild.owner.post("/roster/imports", { text });
  expect(body).toEqual({ new: 1, changed: 0, unchanged: 1, problems: 0 });
  const [person] = (await guild.owner.get("/roster?q=hammer")).body.items;
  expect(person.characters.map(({ name }: Line) => name)).toEqual(["Anvil", "Hammer"]);
});

test("of fifty people who add the same name at once, one succeeds", async () => {
  await using t = await testApp();
  const guild = await t.guild("onename");
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => guild.owner.post("/roster/persons", { name: "Ash" })),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([201, ...Array(49).fill(409)]);
  expect(answers.find(({ status }) => status === 409)!.body.type).toBe(
    "/problems/roster/name-taken",
  );
});

test("a person with characters always has one main", async () => {
  await using t = await testApp();
  const guild = await t.guild("onemain");
  const { owner } = guild;
  const { body: person } = await owner.post("/roster/persons", { name: "Ash" });
  const path = `/roster/persons/${person.id}/characters`;
  const added = await Promise.all(
    ["Ember", "Flint", "Girder"].map((name) => owner.post(path, { name, class: "mage" })),
  );
  expect(added.map(({ status }) => status)).toEqual([201, 201, 201]);
  const read = async () => (await owner.get(`/roster/persons/${person.id}`)).body.characters;
  const mains = (all: { isMain: boolean }[]) => all.filter(({ isMain }) => isMain).length;
  let characters = await read();
  expect([characters.length, mains(characters)]).toEqual([3, 1]);
  await owner.put(`/roster/characters/${characters[2].id}/main`);
  expect((await read())[0].name).toBe(characters[2].name);
  for (const left of [2, 1, 0]) {
    characters = await read();
    expect((await owner.delete(`/roster/characters/${characters[0].id}`)).status).toBe(204);
    expect(mains(await read())).toBe(left === 0 ? 0 : 1);
  }
  expect((await owner.delete(`/roster/characters/${characters[0].id}`)).status).toBe(404);
});

test("a changed character keeps the fields left out, and null removes the role", async () => {
  await using t = await testApp();
  const guild = await t.guild("changing");
  const character = { name: "Ember", class: "mage", spec: "Fire", role: "ranged", realm: "North" };
  const { body } = await guild.owner.post("/roster/persons", { name: "Ash", character });
  const path = `/roster/characters/${body.characters[0].id}`;
  const changed = await guild.owner.patch(path, { role: null, name: "Embers" });
  expect(changed.body.characters).toMatchObject([{ ...character, name: "Embers", role: null }]);
  const refused = await guild.owner.patch(path, { personId: body.id });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/" }] } });
});

test("officers' notes reach no reader without the right: API, pages, file or log", async () => {
  await using t = await testApp();
  const guild = await t.guild("quietnotes", { isPublic: true });
  const { body } = await guild.owner.post("/roster/persons", { name: "Ash" });
  const path = `/roster/persons/${body.id}`;
  const note = "slow to answer, kind";
  await guild.owner.patch(path, { officerNote: note, note: "often late" });
  const officer = await t.as("officer", guild);
  expect((await officer.get(path)).body.officerNote).toBe(note);
  expect((await officer.page(at(guild, `/roster/${body.id}`))).text).toContain(note);

  const blind = await t.as("officer", guild, { "notes.view": false });
  for (const client of [await t.as("viewer", guild), await t.as("raider", guild), blind]) {
    for (const one of ["/roster", path, "/audit"]) {
      expect((await client.get(one)).text).not.toContain(note);
    }
    for (const one of ["/roster", `/roster/${body.id}`, "/roster/export.csv", "/audit"]) {
      expect((await client.page(at(guild, one))).text).not.toContain(note);
    }
  }
  expect((await blind.patch(path, { officerNote: "x" })).status).toBe(403);
  const page = await t.anonymous.page(at(guild, `/roster/${body.id}`));
  expect(page.status).toBe(200);
  expect(page.text).not.toContain(note);
  expect(page.text).not.toContain("often late");
});

test("names stay text on every page, and never become a formula in a file", async () => {
  await using t = await testApp();
  const guild = await t.guild("plaintext");
  const { owner } = guild;
  const name = `<script>alert("Ash")</script>`;
  const { body } = await owner.post("/roster/persons", { name });
  await owner.post("/roster/persons", {
    name: "=SUM(A1)",
    character: { name: "+Ash", class: "mage" },
  });
  const pages = ["", "/roster", `/roster/${body.id}`, "/audit", "/standings"];
  for (const path of pages) {
    const page = await owner.page(at(guild, path));
    expect([path, page.status, page.text.includes("<script>alert")]).toEqual([path, 200, false]);
  }
  const preview = await owner.submit(at(guild, "/roster/import"), { text: `${name},Mage` });
  expect(preview.text).not.toContain("<script>alert");
  const file = (await owner.page(at(guild, "/roster/export.csv"))).text;
  expect(file).toContain("'=SUM(A1)");
  expect(file).toContain("'+Ash");
});

test("a refused form comes back with its input and its errors, in the reader's language", async () => {
  await using t = await testApp();
  const guild = await t.guild("keptinput");
  const { owner } = guild;
  const { body } = await owner.post("/roster/persons", { name: "Ash" });
  const path = at(guild, `/roster/${body.id}/characters`);
  const refused = await owner.submit(path, { name: "", class: "mage", spec: "Emberweaving" });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain("Emberweaving");
  expect(refused.text).toContain("Use 1 to 40 characters with at least one visible letter.");
  const taken = await owner.submit(at(guild, "/roster/new"), { name: "ash" });
  expect(taken.status).toBe(409);
  expect(taken.text).toContain("A person in this guild already has this name. Choose another one.");
  const added = await owner.submit(path, { name: "Ember", class: "mage", role: "" });
  expect(added.headers.get("location")).toBe(at(guild, `/roster/${body.id}?done=added`));

  const person = (await owner.get(`/roster/persons/${body.id}`)).body;
  const edit = at(guild, `/roster/${body.id}/characters/${person.characters[0].id}`);
  expect((await owner.page(edit)).text).toContain('value="Ember"');
  await owner.submit(edit, {
    name: "Embers",
    class: "priest",
    spec: "",
    role: "healer",
    realm: "",
  });
  await owner.submit(at(guild, `/roster/${body.id}`), { personName: "Ashen", note: "new here" });
  expect((await owner.get(`/roster/persons/${body.id}`)).body).toMatchObject({
    name: "Ashen",
    note: "new here",
    characters: [{ name: "Embers", class: "priest", role: "healer" }],
  });
  const clash = await owner.submit(at(guild, `/roster/${body.id}`), { personName: "", note: "n" });
  expect(clash.status).toBe(422);
  expect(clash.text).toContain('id="personName-error"');
});

test("an officer links a new member to their person, and the member then sees those points", async () => {
  await using t = await testApp();
  const guild = await t.guild("whoiswho");
  const { body: pasted } = await guild.owner.post("/roster/persons", {
    name: "Ash",
    character: { name: "Ash", class: "mage" },
  });
  await guild.owner.post("/dkp/awards", { personIds: [pasted.id], points: 42, reason: "Raid" });
  const raider = await t.as("raider", guild);
  const own = await raider.page(at(guild, ""));
  expect(own.text).not.toContain("42.00</span></a></div>");
  const [, ownId] = /standings\/([0-9a-f-]{36})"><span class="num/.exec(own.text)!;
  const page = await guild.owner.page(at(guild, `/roster/${pasted.id}`));
  expect(page.text).toContain(`<option value="${ownId}">`);

  const path = `/roster/persons/${pasted.id}/member`;
  expect((await raider.put(path, { personId: ownId! })).status).toBe(403);
  const linked = await guild.owner.put(path, { personId: ownId! });
  expect(linked.body).toMatchObject({ id: pasted.id, isMember: true });
  expect((await raider.page(at(guild, ""))).text).toMatch(
    new RegExp(`standings/${pasted.id}"><span class="num[^>]*>42.00`),
  );
  const again = await guild.owner.put(path, { personId: ownId! });
  expect(again.status).toBe(404);
  expect((await guild.owner.get("/roster?status=archived")).body.items).toMatchObject([
    { id: ownId, isMember: false },
  ]);
});

test("archived people leave the lists and can be found and brought back", async () => {
  await using t = await testApp();
  const guild = await t.guild("archivists");
  const { body } = await guild.owner.post("/roster/persons", { name: "Ash" });
  await guild.owner.submit(at(guild, `/roster/${body.id}/archival`), { isArchived: "yes" });
  expect((await guild.owner.page(at(guild, "/roster"))).text).not.toContain("Ash</a>");
  expect((await guild.owner.page(at(guild, "/roster?status=archived"))).text).toContain("Ash</a>");
  await guild.owner.delete(`/roster/persons/${body.id}/archival`);
  expect((await guild.owner.get("/roster?q=ash")).body.items.length).toBe(1);
});

test("pages of a long roster show every person once", async () => {
  await using t = await testApp();
  const guild = await t.guild("longlist");
  const text = Array.from({ length: 120 }, (_, i) => `Raider${i},Mage`).join("\n");
  await guild.owner.post("/roster/imports", { text });
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await guild.owner.get(`/roster?limit=50${cursor && `&cursor=${cursor}`}`);
    seen.push(...body.items.map(({ id }: { id: string }) => id));
    if (!body.next) break;
    cursor = body.next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([121, 121]);
  expect((await guild.owner.get("/roster?cursor=nonsense")).status).toBe(422);
});
