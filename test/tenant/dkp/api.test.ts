import { expect, test } from "vitest";
import { newId } from "../../../src/kernel/ids.ts";
import { type TestGuild, testApp } from "../../support/app.ts";
import { addPeople } from "./support.ts";

type App = Awaited<ReturnType<typeof testApp>>;

/** A guild with people, and their ids from the API. */
async function guildWith(t: App, people: number, options?: Parameters<App["guild"]>[1]) {
  const guild = await t.guild(`emberforge-${newId<string>().slice(-8)}`, options);
  const found = await t.services.platform.guildForUser(guild.slug, null);
  using lease = await t.services.tenants.lease(found!.guild);
  const ids = await addPeople(lease.db, people);
  return { guild, ids };
}

const at = (guild: TestGuild, path: string) => `/g/${guild.slug}${path}`;

test("an award over HTTP is in the standings, the statement and the ledger at once", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 3);
  const officer = await t.as("officer", guild);
  const made = await officer.post("/dkp/awards", {
    personIds: ids,
    points: "12.5",
    reason: "Boss kill",
  });
  expect(made.status).toBe(201);
  expect(made.headers.get("location")).toBe(`/api/g/${guild.slug}/dkp/entries/${made.body.id}`);
  expect(made.body.postings.at(-1)).toMatchObject({ account: "mint", amount: -3750 });

  const standings = await officer.get("/standings?limit=2");
  expect(standings.body.items[0]).toMatchObject({ balance: 1250, points: "12.5", earned: 1250 });
  const rest = await officer.get(`/standings?limit=2&cursor=${standings.body.next}`);
  expect(rest.status).toBe(200);

  const statement = await officer.get(`/dkp/persons/${ids[0]}/statement`);
  expect(statement.body.account.points).toBe("12.5");
  expect(statement.body.items[0]).toMatchObject({ reason: "Boss kill", balancePoints: "12.5" });
  const entries = await officer.get(`/dkp/entries?person=${ids[1]}&kind=award`);
  expect(entries.body.items).toMatchObject([{ id: made.body.id, people: 3, seq: 1 }]);
  expect((await officer.get(`/dkp/entries/${made.body.id}`)).body).toEqual(made.body);
  expect((await officer.get("/dkp/verification")).body).toMatchObject({
    isRight: true,
    entries: 1,
  });
});

test("S61 a repeated award gives points once, also when the first answer was lost", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 2);
  const officer = await t.as("officer", guild);
  const body = { personIds: ids, points: 5, reason: "On time" };
  const key = { "idempotency-key": "raid-1-on-time" };
  const first = await officer.post("/dkp/awards", body, key);
  const again = await officer.post("/dkp/awards", body, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get("idempotent-replayed")).toBe("true");

  const found = await t.services.platform.guildForUser(guild.slug, null);
  using lease = await t.services.tenants.lease(found!.guild);
  await lease.db.client.execute({ sql: "DELETE FROM idempotency_keys", args: [] });
  const late = await officer.post("/dkp/awards", body, key);
  expect(late.body).toEqual(first.body);
  await lease.db.client.execute({ sql: "DELETE FROM idempotency_keys", args: [] });
  const other = await officer.post("/dkp/awards", { ...body, points: 6 }, key);
  expect(other).toMatchObject({ status: 422, body: { type: "/problems/idempotency/key-reused" } });
  expect((await officer.get("/standings")).body.items[0].points).toBe("5");
});

test("a spend below the floor is refused with the figures, and changes nothing", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 1);
  const officer = await t.as("officer", guild);
  await officer.post("/dkp/awards", { personIds: ids, points: 40, reason: "Start" });
  const refused = await officer.post("/dkp/spends", {
    personId: ids[0],
    points: 55,
    reason: "Ring",
  });
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    type: "/problems/dkp/insufficient-balance",
    detail: "Raider0000 has 40 points, but 55 is needed. Enter a lower price.",
    balance: 4000,
    required: 5500,
  });
  expect((await officer.get("/dkp/entries")).body.items.length).toBe(1);
});

test("an undone entry stays in the ledger beside what undid it", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 2);
  const officer = await t.as("officer", guild);
  const made = await officer.post("/dkp/awards", { personIds: ids, points: 5, reason: "Oops" });
  const undo = `/dkp/entries/${made.body.id}/reversal`;
  const undone = await officer.post(undo, { reason: "Wrong boss" });
  expect(undone).toMatchObject({ status: 201, body: { kind: "reversal", reverses: made.body.id } });
  expect((await officer.post(undo, { reason: "Again" })).body.type).toBe(
    "/problems/dkp/already-reversed",
  );
  expect(
    (await officer.post(`/dkp/entries/${undone.body.id}/reversal`, { reason: "Undo" })).status,
  ).toBe(409);
  const { body } = await officer.get("/dkp/entries");
  expect(body.items.map((one: { reversedBy: string | null }) => one.reversedBy)).toEqual([
    null,
    undone.body.id,
  ]);
});

test("input that breaks a rule is refused field by field, and unknown fields too", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 1);
  const officer = await t.as("officer", guild);
  const good = { personIds: ids, points: 5, reason: "x" };
  const future = t.now().getTime() + 1;
  for (const [change, pointer] of [
    [{ points: "1.005" }, "/points"],
    [{ points: 0 }, "/points"],
    [{ points: -5 }, "/points"],
    [{ points: "1e3" }, "/points"],
    [{ personIds: [] }, "/personIds"],
    [{ personIds: [ids[0], ids[0]] }, "/personIds"],
    [{ personIds: [newId<string>()] }, "/personIds"],
    [{ reason: "   " }, "/reason"],
    [{ reason: "x".repeat(201) }, "/reason"],
    [{ effectiveAt: future }, "/effectiveAt"],
    [{ seq: 1 }, ""],
  ] as const) {
    const refused = await officer.post("/dkp/awards", { ...good, ...change });
    expect(refused.status, JSON.stringify(change)).toBe(422);
    const pointers = refused.body.errors.map((one: { pointer: string }) => one.pointer);
    expect(pointers.some((one: string) => one.startsWith(pointer))).toBe(true);
  }
  const noPool = await officer.post("/dkp/awards", { ...good, pool: newId<string>() });
  expect(noPool).toMatchObject({ status: 404, body: { type: "/problems/dkp/pool-not-found" } });
  expect((await officer.get("/dkp/entries")).body.items).toEqual([]);
});

test("raiders read the ledger, visitors the standings only, and neither gives points", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 1, { isPublic: true });
  const raider = await t.as("raider", guild);
  const body = { personIds: ids, points: 5, reason: "x" };
  expect((await raider.get("/dkp/entries")).status).toBe(200);
  expect((await raider.post("/dkp/awards", body)).status).toBe(403);
  const visitor = await t.signUp();
  expect((await visitor.get(`/api/g/${guild.slug}/standings`)).status).toBe(200);
  expect((await visitor.get(`/api/g/${guild.slug}/dkp/entries`)).status).toBe(404);
  expect((await t.anonymous.get(`/api/g/${guild.slug}/dkp/entries`)).status).toBe(401);
});

test("sorted and filtered standings list every person once across pages", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 7);
  const officer = await t.as("officer", guild);
  for (const [i, id] of ids.entries()) {
    if (i % 2) await officer.post("/dkp/awards", { personIds: [id], points: i, reason: "x" });
  }
  for (const sort of ["-balance", "balance", "-earned", "spent", "name", "-name", "priority"]) {
    const seen: string[] = [];
    let next = "";
    do {
      const page = await officer.get(`/standings?limit=2&sort=${sort}${next && `&cursor=${next}`}`);
      seen.push(...page.body.items.map((row: { personId: string }) => row.personId));
      next = page.body.next ?? "";
    } while (next !== "");
    // The owner has a person as well.
    expect([new Set(seen).size, seen.length], sort).toEqual([ids.length + 1, ids.length + 1]);
    expect(seen, sort).toEqual(expect.arrayContaining([...ids]));
  }
  const mages = await officer.get("/standings?class=mage&q=RAIDER");
  expect(mages.body.items.every((row: { class: string }) => row.class === "mage")).toBe(true);
  expect(mages.body.items.length).toBe(3);
  expect((await officer.get("/standings?q=%25")).body.items).toEqual([]);
  const found = await t.services.platform.guildForUser(guild.slug, null);
  using lease = await t.services.tenants.lease(found!.guild);
  await lease.db.all(
    "UPDATE persons SET name = '100% Raider', name_key = '100% raider' WHERE id = ?",
    ids[0]!,
  );
  const odd = await officer.get("/standings?q=0%25%20r");
  expect(odd.body.items.map((row: { personId: string }) => row.personId)).toEqual([ids[0]]);
  expect((await officer.get("/standings?sort=password")).status).toBe(422);
  expect((await officer.get("/standings?cursor=x")).status).toBe(422);
});

test("an officer gives points from the page alone, and a second click gives none", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 2);
  const officer = await t.as("officer", guild);
  const form = await officer.page(at(guild, "/ledger/award?preset=boss"));
  expect(form.text).toContain('value="Boss kill"');
  const key = /name="key" value="([^"]+)"/.exec(form.text)![1]!;
  const pool = /name="pool" value="([^"]+)"/.exec(form.text)![1]!;
  const fields = { key, pool, personIds: ids, points: "5", reason: "Boss kill" };
  for (const _ of [1, 2]) {
    const sent = await officer.submit(at(guild, "/ledger/award"), fields);
    expect(sent.status).toBe(303);
    expect(sent.headers.get("location")).toBe(at(guild, "/ledger?done=recorded"));
  }
  expect((await officer.page(at(guild, "/ledger"))).text).toContain("Boss kill");
  const wrong = await officer.submit(at(guild, "/ledger/spend"), {
    pool,
    personId: ids[0]!,
    points: "80",
    reason: "Ring <b>of</b> fire",
  });
  expect(wrong.status).toBe(409);
  expect(wrong.text).toContain("The balance is 5.00, but 80.00 is needed. Enter a lower price.");
  expect(wrong.text).toContain("Ring &lt;b&gt;of&lt;/b&gt; fire");
  const none = await officer.submit(at(guild, "/ledger/award"), { pool, points: "x", reason: "" });
  expect(none.status).toBe(422);
  const { items } = (await officer.get("/dkp/entries")).body;
  expect(items.length).toBe(1);

  const undo = at(guild, `/ledger/${items[0].id}/reversal`);
  expect((await officer.submit(undo, { reason: "Wrong" })).status).toBe(422);
  expect((await officer.submit(undo, { reason: "Wrong", confirmed: "on" })).status).toBe(303);
  const verdict = await officer.page(at(guild, "/ledger/verification"), {
    "accept-language": "es",
  });
  expect(verdict.text).toContain("Comprobado: 2 movimientos");
});

test("every page of points opens for a raider, and forms do not", async () => {
  await using t = await testApp();
  const { guild, ids } = await guildWith(t, 2);
  const officer = await t.as("officer", guild);
  const made = await officer.post("/dkp/awards", { personIds: ids, points: 5, reason: "x" });
  const raider = await t.as("raider", guild);
  for (const path of [
    "/standings",
    "/standings?sort=-earned&class=mage",
    `/standings/${ids[0]}`,
    "/ledger",
    `/ledger?person=${ids[0]}&kind=award`,
    `/ledger/${made.body.id}`,
    "/ledger/verification",
  ]) {
    const page = await raider.page(at(guild, path));
    expect(page.status, path).toBe(200);
    expect(page.text).not.toContain("/ledger/award");
  }
  for (const path of ["award", "spend", "adjust", `${made.body.id}/reversal`]) {
    expect((await raider.page(at(guild, `/ledger/${path}`))).status).toBe(403);
    expect((await raider.submit(at(guild, `/ledger/${path}`), {})).status).toBe(403);
  }
  const csv = await raider.page(at(guild, "/standings/export.csv?sort=name"));
  expect(csv.text.split("\r\n")[1]).toMatch(/^Raider0000,Raider0000,mage,ranged,5,5,0,2026-/);
});
