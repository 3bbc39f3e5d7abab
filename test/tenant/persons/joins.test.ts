import { expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { contents, databaseOf, personColumns, randomHistory } from "./world.ts";

const HOUR = 3_600_000;
const reason = "Raid night";

async function addPerson(guild: TestGuild, name: string, character?: string): Promise<string> {
  const more = character === undefined ? {} : { character: { name: character, class: "mage" } };
  const { status, body } = await guild.owner.post("/roster/persons", { name, ...more });
  expect(status).toBe(201);
  return body.id;
}

/** A member of the guild who has a person of their own. */
async function memberWithPerson(t: TestApp, guild: TestGuild) {
  const client = await t.as("raider", guild);
  const raid = await planRaid(t, guild, "Names");
  await client.put(`/raids/${raid}/signup`, { status: "maybe" });
  const { people } = (await client.get(`/raids/${raid}`)).body;
  const { personId } = people.find((one: { isOwn: boolean }) => one.isOwn);
  return { client, personId: personId as string };
}

async function planRaid(t: TestApp, guild: TestGuild, name: string): Promise<string> {
  const startsAt = t.now().getTime() + HOUR;
  const { status, body } = await guild.owner.post("/raids", { name, startsAt, minutes: 60 });
  expect(status).toBe(201);
  return body.id;
}

async function balances(guild: TestGuild, query = ""): Promise<Record<string, number>> {
  const { items } = (await guild.owner.get(`/standings?limit=200${query}`)).body;
  return Object.fromEntries(
    items.map((one: { name: string; balance: number }) => [one.name, one.balance]),
  );
}

const award = (guild: TestGuild, personIds: string[], points: number) =>
  guild.owner.post("/dkp/awards", { personIds, points, reason });

async function isRight(guild: TestGuild): Promise<boolean> {
  return (await guild.owner.get("/dkp/verification")).body.isRight;
}

test("P22 a member linked to a person of the roster has the points, sign-ups, presence, bids, wishes and loot of both", async () => {
  await using t = await testApp();
  const guild = await t.guild("linkboth");
  const anna = await addPerson(guild, "Anna", "Annah");
  const { client, personId: second } = await memberWithPerson(t, guild);
  await award(guild, [anna, second], 50);
  const raid = await planRaid(t, guild, "Tonight");
  await client.put(`/raids/${raid}/signup`, { status: "yes" });
  await client.put("/loot/wishes", { items: [{ itemName: "Axe" }] });
  const opened = await guild.owner.post("/auctions", {
    itemName: "Ring",
    mode: "open",
    durationMs: HOUR,
  });
  const auction = opened.body.id;
  expect((await client.post(`/auctions/${auction}/bids`, { points: 40 })).status).toBe(201);
  await guild.owner.post(`/raids/${raid}/start`);
  const given = await guild.owner.post("/loot", {
    itemName: "Cloak",
    fate: "person",
    personId: second,
    points: 5,
  });
  expect(given.status).toBe(201);

  const input = { fromId: second, intoId: anna };
  const preview = await guild.owner.post("/roster/join-previews", input);
  expect(preview.status).toBe(200);
  expect(preview.body.moves).toEqual(
    expect.arrayContaining([
      { kind: "points", count: 1 },
      { kind: "login", count: 1 },
      { kind: "signups", count: 2 },
      { kind: "attendance", count: 1 },
      { kind: "wishes", count: 1 },
      { kind: "loot", count: 1 },
      { kind: "bids", count: 1 },
    ]),
  );
  expect((await balances(guild))["Anna"]).toBe(5000);

  const linked = await guild.owner.put(`/roster/persons/${anna}/member`, { personId: second });
  expect(linked).toMatchObject({ status: 200, body: { isMember: true, name: "Anna" } });
  expect(await balances(guild)).toMatchObject({ Anna: 9500 });
  const { people } = (await client.get(`/raids/${raid}`)).body;
  expect(people).toMatchObject([
    { personId: anna, isOwn: true, signup: "yes", presence: "present" },
  ]);
  expect((await client.get("/loot/wishes")).body.items).toMatchObject([
    { personId: anna, itemName: "Axe" },
  ]);
  expect((await guild.owner.get("/loot")).body.items).toMatchObject([
    { personId: anna, itemName: "Cloak" },
  ]);
  const seen = (await client.get(`/auctions/${auction}`)).body;
  expect(seen.own).toMatchObject({ personId: anna, value: 4000 });
  expect(seen.funds).toMatchObject({ balance: 9500, heldHere: 4000 });
  expect(await isRight(guild)).toBe(true);

  // What the other entry spent before comes back to the person who has everything now.
  await guild.owner.post(`/loot/${given.body.id}/reversal`, { reason });
  expect(await balances(guild)).toMatchObject({ Anna: 10_000 });
  expect(await isRight(guild)).toBe(true);
});

const RUNS = Number(process.env["PERSON_JOINS_RUNS"] ?? 2);

test(`P22 G12 a join that is undone leaves every balance and every list as it was (${RUNS} random histories)`, async () => {
  await using t = await testApp();
  for (let seed = 1; seed <= RUNS; seed++) {
    const guild = await t.guild(`history${seed}`);
    const { from, into } = await randomHistory(t, guild, seed);
    using db = await databaseOf(t, guild);
    const before = await contents(db);
    const total = async () =>
      await db.rows(`SELECT pool_id, unit, sum(balance) FROM balances JOIN accounts
        ON accounts.id = account_id WHERE person_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`);
    const sums = await total();
    const join = await guild.owner.post("/roster/joins", { fromId: from, intoId: into });
    expect(join.status, `seed ${seed}: ${join.text}`).toBe(201);
    expect(await total()).toEqual(sums);
    for (const column of personColumns()) {
      const [table, name] = column.split(".");
      if (KEPT.has(column)) continue;
      const left = await db.rows(`SELECT count(*) FROM ${table} WHERE ${name} = ?`, [from]);
      expect(left, `seed ${seed}: ${column}`).toEqual([[0]]);
    }
    expect(await isRight(guild)).toBe(true);
    const undone = await guild.owner.post(`/roster/joins/${join.body.id}/reversal`);
    expect(undone.status, `seed ${seed}: ${undone.text}`).toBe(200);
    expect(await contents(db), `seed ${seed}`).toEqual(before);
    expect(await isRight(guild)).toBe(true);
  }
});

// Accounts keep their person, because the ledger only grows: the points move by entries.
const KEPT = new Set(["accounts.person_id", "person_joins.from_id", "person_joins.into_id"]);

test("P22 every table that names a person is known to the join", () => {
  expect(personColumns()).toEqual([
    "accounts.person_id",
    "auction_passes.person_id",
    "bids.person_id",
    "characters.person_id",
    "council_responses.person_id",
    "council_votes.person_id",
    "council_votes.voter_id",
    "holds.person_id",
    "identity_links.person_id",
    "identity_proofs.person_id",
    "loot_awards.person_id",
    "loot_wishes.person_id",
    "person_joins.from_id",
    "person_joins.into_id",
    "raid_attendance.person_id",
    "raid_signups.person_id",
    "raid_team_members.person_id",
  ]);
});
