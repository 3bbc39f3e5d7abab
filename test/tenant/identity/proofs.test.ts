import { afterAll, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import type { TestClient, TestGuild } from "../../support/app.ts";
import { type ExportRow, identityApp, run, upload } from "./support.ts";

const app = await identityApp();
const { t } = app;
afterAll(async () => await app[Symbol.asyncDispose]());

const ROWS: readonly ExportRow[] = [
  { name: "Annara", note: "main tank" },
  { name: "Borin" },
  { name: "Cathal" },
];
const withNote = (name: string, note: string, field: "note" | "officerNote" = "note") =>
  ROWS.map((row) => (row.name === name ? { ...row, [field]: note } : row));

interface Linked {
  readonly name: string;
  readonly link: { readonly source: string; readonly confirmed: boolean };
}

/** A guild whose roster an addon exported, and one of its members. */
async function exported(slug: string): Promise<{ guild: TestGuild; anna: TestClient }> {
  const guild = await t.guild(slug);
  await upload(t, guild.owner, ROWS);
  return { guild, anna: await t.as("raider", guild) };
}

async function characterId(client: TestClient, name: string): Promise<string> {
  const { body } = await client.get(`/identity/proofs/characters?q=${name}`);
  return body.items.find((one: { name: string }) => one.name === name).id;
}

async function codeFor(client: TestClient, name: string): Promise<string> {
  const made = await client.post("/identity/proofs/note-code", {
    characterId: await characterId(client, name),
  });
  expect([made.status, made.body.character.name]).toEqual([201, name]);
  expect(made.body.code).toMatch(/^GH-[2-9A-HJKMNP-Z]{6}$/);
  return made.body.code;
}

const proofsOf = async (client: TestClient) => (await client.get("/identity/proofs")).body.items;

/** Every linked character with its person and the source of its link. */
async function links({ owner }: TestGuild): Promise<readonly string[]> {
  const { body } = await owner.get("/identity/persons");
  return body.items.flatMap((one: { name: string; characters: readonly Linked[] }) =>
    one.characters.map(({ name, link }) => `${name} ${link.source} ${one.name}`),
  );
}

const contested = async ({ owner }: TestGuild) =>
  (await owner.get("/identity/issues")).body.items.filter(
    ({ type }: { type: string }) => type === "proof_contested",
  );

describe("a code in the public note", () => {
  test("proves a character with the next export, once, and the link outlives the note", async () => {
    const { guild, anna } = await exported("noted");
    const code = await codeFor(anna, "Annara");
    expect(await proofsOf(anna)).toMatchObject([{ state: "open", fault: null, provedAt: null }]);
    await upload(
      t,
      guild.owner,
      ROWS.map((row) => ({ ...row })),
    );
    expect(await links(guild)).toEqual([]);
    await upload(t, guild.owner, withNote("Annara", `main tank ${code.toLowerCase()}`));
    const [person] = (await guild.owner.get("/identity/persons")).body.items;
    expect(person.characters).toMatchObject([
      { name: "Annara", link: { source: "note_code", confidence: "high", confirmed: true } },
    ]);
    expect(await proofsOf(anna)).toMatchObject([
      { state: "proved", fault: null, provedAt: expect.any(Number) },
    ]);
    // The old note is back, and a second member finds the spent code in an old export.
    const before = await links(guild);
    await upload(t, guild.owner, ROWS);
    await upload(t, guild.owner, withNote("Borin", code));
    expect(await links(guild)).toEqual(before);
    expect((await run(t, guild.owner, "match")).counts).toMatchObject({ proved: 0, linked: 0 });
    const again = await anna.post("/identity/proofs/note-code", {
      characterId: await characterId(anna, "Annara"),
    });
    expect([again.status, again.body.type]).toEqual([409, "/problems/identity/proved-already"]);
  });

  test("makes no link in officers' notes, in two notes, at another character, or too late", async () => {
    const { guild, anna } = await exported("misplaced");
    const code = await codeFor(anna, "Annara");
    const cases = [
      [withNote("Annara", code, "officerNote"), "officer-note"],
      [ROWS.map((row) => ({ ...row, note: code })), "several-characters"],
      [withNote("Borin", code), "other-character"],
    ] as const;
    for (const [rows, fault] of cases) {
      await upload(t, guild.owner, rows);
      expect(await links(guild)).toEqual([]);
      expect(await proofsOf(anna)).toMatchObject([{ state: "open", fault }]);
    }
    app.pass(limits.identity.proofMs + 1);
    await upload(t, guild.owner, withNote("Annara", code));
    expect(await links(guild)).toEqual([]);
    expect(await proofsOf(anna)).toMatchObject([{ state: "ended", fault: "expired" }]);
  });

  test("of another member in the same note makes both worthless, until one is left", async () => {
    const { guild, anna } = await exported("rivals");
    const bert = await t.as("raider", guild);
    const [own, other] = [await codeFor(anna, "Annara"), await codeFor(bert, "Annara")];
    await upload(t, guild.owner, withNote("Annara", `${own} ${other}`));
    expect(await links(guild)).toEqual([]);
    for (const client of [anna, bert]) {
      expect(await proofsOf(client)).toMatchObject([{ state: "open", fault: "several-codes" }]);
    }
    await upload(t, guild.owner, withNote("Annara", other));
    expect(await links(guild)).toHaveLength(1);
    expect((await proofsOf(bert))[0]).toMatchObject({ state: "proved" });
  });

  test("is replaced by a new one, is withdrawn, and is limited in number", async () => {
    const { guild, anna } = await exported("replaced");
    const old = await codeFor(anna, "Annara");
    const code = await codeFor(anna, "Annara");
    expect(code).not.toBe(old);
    const [open, ...rest] = await proofsOf(anna);
    expect(rest).toEqual([]);
    await upload(t, guild.owner, withNote("Annara", old));
    expect(await links(guild)).toEqual([]);
    const stranger = await t.as("raider", guild);
    expect((await stranger.delete(`/identity/proofs/${open.id}`)).status).toBe(404);
    expect((await anna.delete(`/identity/proofs/${open.id}`)).status).toBe(204);
    expect(await proofsOf(anna)).toEqual([]);
    const names = Array.from({ length: limits.identity.openProofsMax + 1 }, (_, at) => `Alt${at}`);
    await upload(t, guild.owner, [...ROWS, ...names.map((name) => ({ name }))]);
    const answers = [];
    for (const name of names) {
      const id = await characterId(anna, name);
      answers.push(await anna.post("/identity/proofs/note-code", { characterId: id }));
    }
    expect(answers.map(({ status }) => status)).toEqual([...names.slice(1).map(() => 201), 409]);
    expect(answers.at(-1)!.body.type).toBe("/problems/identity/too-many-proofs");
  });

  test("is stored nowhere as it is, and no officer sees it", async () => {
    const { guild, anna } = await exported("secret");
    const code = await codeFor(anna, "Annara");
    const found = await t.services.platform.guildForUser(guild.slug, null);
    using lease = await t.services.tenants.lease(found!.guild);
    const { rows } = await lease.db.client.execute({
      sql: "SELECT json_group_array(json_array(code_hash, source, fault)) FROM ownership_proofs",
      args: [],
    });
    expect(String(rows[0]![0])).not.toContain(code);
    const seen = [
      await guild.owner.get("/identity/issues"),
      await guild.owner.get("/identity/persons"),
      await guild.owner.get("/audit?limit=100"),
      await guild.owner.get("/identity/proofs"),
    ];
    for (const { text } of seen) expect(text).not.toContain(code.slice(3));
  });
});

describe("a proof and earlier decisions", () => {
  test("an officer's link stays, the officers have one issue, and the proof counts when they end it", async () => {
    const { guild, anna } = await exported("contested");
    // A member's first visit gives them a person of their own.
    expect((await anna.page("/g/contested")).status).toBe(200);
    const sheet = await guild.owner.post("/identity/imports/sheet", {
      characters: "Discord,Character\nBert,Annara",
      discordIds: "Discord,DiscordID\nBert,77",
    });
    expect([sheet.status, sheet.body.linked]).toEqual([202, 1]);
    await t.services.identityRunner.drain();
    const code = await codeFor(anna, "Annara");
    await upload(t, guild.owner, withNote("Annara", code));
    expect(await links(guild)).toEqual(["Annara migrated_sheet Bert"]);
    expect(await proofsOf(anna)).toMatchObject([
      { state: "contested", fault: "decided-otherwise" },
    ]);
    const [issue, ...rest] = await contested(guild);
    expect(rest).toEqual([]);
    expect(issue.details).toMatchObject({ name: "Annara", person: "Bert" });
    // The note is restored and nothing changes: the proof was seen.
    await upload(t, guild.owner, ROWS);
    expect((await contested(guild)).map(({ id }: { id: string }) => id)).toEqual([issue.id]);
    const [person] = (await guild.owner.get("/identity/persons")).body.items;
    const { id } = person.characters[0].link;
    expect((await guild.owner.delete(`/identity/link/${id}`)).status).toBe(204);
    await run(t, guild.owner, "match");
    expect(await links(guild)).toEqual([expect.stringMatching(/^Annara note_code /)]);
    expect(await contested(guild)).toEqual([]);
  });

  test("a character that another member proved stays theirs, and officers decide", async () => {
    const { guild, anna } = await exported("proved-by-two");
    const bert = await t.as("raider", guild);
    const code = await codeFor(bert, "Annara");
    await upload(t, guild.owner, withNote("Annara", await codeFor(anna, "Annara")));
    const before = await links(guild);
    await upload(t, guild.owner, withNote("Annara", code));
    expect(await links(guild)).toEqual(before);
    expect(await proofsOf(bert)).toMatchObject([{ state: "contested", fault: "taken" }]);
    expect(await contested(guild)).toHaveLength(1);
  });

  test("automation and officers' links by hand leave a proved character where it is", async () => {
    const guild = await app.connectedGuild("proved-stays");
    await run(t, guild.owner, "discord");
    await upload(t, guild.owner, ROWS);
    const anna = await t.as("raider", guild);
    await upload(t, guild.owner, withNote("Annara", await codeFor(anna, "Annara")));
    const before = (await links(guild)).filter((one) => one.startsWith("Annara"));
    expect(before).toEqual([expect.stringMatching(/^Annara note_code /)]);
    await guild.owner.post("/identity/imports/sheet", {
      characters: "Discord,Character\nborin,Annara\nborin,Borin",
      discordIds: "Discord,DiscordID\nborin,2",
    });
    await upload(t, guild.owner, withNote("Annara", "alt of Borin"));
    expect(await links(guild)).toEqual(expect.arrayContaining([...before]));
    const id = await characterId(anna, "Annara");
    const moved = await guild.owner.post("/identity/link", { characterId: id, discordId: "2" });
    expect([moved.status, moved.body.type]).toEqual([409, "/problems/identity/verified"]);
  });

  test("a new member gets the person that an officer put on the roster, with their points", async () => {
    const { guild } = await exported("newcomer");
    await guild.owner.post("/roster/imports", { text: "name,class\nAnnara,mage" });
    const [person] = (await guild.owner.get("/roster?limit=50")).body.items.filter(
      (one: { name: string }) => one.name === "Annara",
    );
    const award = { personIds: [person.id], points: 15, reason: "Raid" };
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    const account = await t.signUp("Annara");
    await t.join(account.userId, guild, "raider");
    const anna = account.within(guild.slug);
    expect((await anna.get("/roster/claim")).body.state).toBe("none");
    expect((await anna.page("/g/newcomer/join")).text).toContain("/g/newcomer/identity/proofs");
    await upload(t, guild.owner, withNote("Annara", await codeFor(anna, "Annara")));
    expect((await anna.get("/roster/claim")).body.state).toBe("linked");
    expect((await guild.owner.get("/roster/claims")).body.items).toEqual([]);
    expect(await links(guild)).toEqual(["Annara note_code Annara"]);
    const page = await anna.page(`/g/newcomer/roster/${person.id}`);
    expect(page.text).toContain("proved");
    expect(page.text).toContain("/g/newcomer/identity/proofs");
  });

  test("only a member proves: a key, a visitor and an unknown character are refused", async () => {
    const { guild, anna } = await exported("members-only");
    const unknown = "01890000-0000-7000-8000-000000000000";
    const answer = await anna.post("/identity/proofs/note-code", { characterId: unknown });
    expect([answer.status, answer.body.type]).toEqual([
      404,
      "/problems/identity/character-not-found",
    ]);
    const stranger = (await t.signUp()).within(guild.slug);
    expect((await stranger.get("/identity/proofs")).status).toBe(404);
  });
});

test("the page gives a code once, names what is wrong with it, and withdraws it", async () => {
  const { guild, anna } = await exported("on-the-page");
  const path = "/g/on-the-page/identity/proofs";
  const page = await anna.page(path);
  expect(page.text).toContain("Annara");
  expect(page.text).not.toContain("battlenet/start");
  const id = await characterId(anna, "Annara");
  const made = await anna.submit(`${path}/codes`, { characterId: id });
  expect(made.status).toBe(201);
  expect(made.headers.get("cache-control")).toBe("no-store");
  const code = /GH-[2-9A-HJKMNP-Z]{6}/.exec(made.text)![0];
  expect((await anna.page(path)).text).not.toContain(code);
  await upload(t, guild.owner, withNote("Borin", code));
  expect((await anna.page(path)).text).toContain("in the note of another character");
  const [open] = await proofsOf(anna);
  const withdrawn = await anna.submit(`${path}/${open.id}/withdrawal`, {});
  expect(withdrawn.status).toBe(303);
  expect(await proofsOf(anna)).toEqual([]);
});
