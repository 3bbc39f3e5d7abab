import { expect, test } from "vitest";
import { testApp } from "../../support/app.ts";

type Row = { seq: number; action: string; actorName: string; after: unknown; at: number };

test("every change says who did what, and filters find it by person, act and day", async () => {
  await using t = await testApp();
  const guild = await t.guild("watchers");
  const officer = await t.as("officer", guild);
  const { body } = await officer.post("/roster/persons", { name: "Ash" });
  t.advance(86_400_000);
  await guild.owner.patch(`/roster/persons/${body.id}`, { note: "often late" });

  const all = (await guild.owner.get("/audit")).body.items as Row[];
  expect(all.map(({ action }) => action).slice(0, 2)).toEqual(["person.change", "person.add"]);
  const added = (await guild.owner.get("/audit?action=person.add")).body.items as Row[];
  expect(added).toMatchObject([{ action: "person.add", after: { name: "Ash" } }]);
  const name = encodeURIComponent(added[0]!.actorName.toUpperCase());
  const theirs = (await guild.owner.get(`/audit?actor=${name}`)).body.items as Row[];
  expect(theirs.map(({ action }) => action)).toEqual(["person.add"]);
  const today = t.now().getTime() - 1_000;
  const recent = (await guild.owner.get(`/audit?since=${today}`)).body.items as Row[];
  expect(recent.map(({ action }) => action)).toEqual(["person.change"]);

  const page = await guild.owner.page("/g/watchers/audit?since=2026-01-15&actor=&action=");
  expect(page.text).toContain("often late");
  expect(page.text).not.toContain("<code>person.add</code>");
  const odd = await guild.owner.page("/g/watchers/audit?since=yesterday&cursor=");
  expect(odd.status).toBe(200);
});

test("pages of the log come in order, without gaps and repeats, while it grows", async () => {
  await using t = await testApp();
  const guild = await t.guild("longlog");
  for (let i = 0; i < 12; i++) await guild.owner.post("/roster/persons", { name: `Ash ${i}` });
  const before = ((await guild.owner.get("/audit?limit=100")).body.items as Row[]).map(
    ({ seq }) => seq,
  );
  const seen: number[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await guild.owner.get(`/audit?limit=5${cursor && `&cursor=${cursor}`}`);
    seen.push(...(body.items as Row[]).map(({ seq }) => seq));
    await guild.owner.post("/roster/persons", { name: `Late ${seen.length}` });
    if (!body.next) break;
    cursor = body.next;
  }
  expect(seen).toEqual(before);
});

test("S46 the log as a file holds the current view and no formulas, and only for members who may read it", async () => {
  await using t = await testApp();
  const guild = await t.guild("logfile");
  await guild.owner.post("/roster/persons", { name: "=1+1" });
  const file = await guild.owner.page("/g/logfile/audit/export.csv?action=person");
  expect(file.headers.get("content-type")).toContain("text/csv");
  expect(file.text.split("\r\n").filter(Boolean).length).toBe(2);
  for (const cell of file.text.split(/[,\r\n]/)) expect(cell).not.toMatch(/^"?[=+@]/);
  const raider = await t.as("raider", guild);
  expect((await raider.page("/g/logfile/audit/export.csv")).status).toBe(403);
  expect((await raider.get("/audit")).status).toBe(403);
});

test("S56 nothing in the log can be changed or removed, not even by hand in the database", async () => {
  await using t = await testApp();
  const guild = await t.guild("onlygrows");
  await guild.owner.post("/roster/persons", { name: "Ash" });
  const found = await t.services.platform.guild(guild.id);
  for (const sql of ["DELETE FROM audit_log", "UPDATE audit_log SET actor_name = 'nobody'"]) {
    const tried = t.services.tenants.use(found!, (db) => db.client.execute({ sql, args: [] }));
    await expect(tried).rejects.toThrow();
  }
});

test("joins, promotions and new keys are listed between the guild's own changes", async () => {
  await using t = await testApp();
  const guild = await t.guild("whocame");
  const made = await guild.owner.post("/members/invitations", { role: "raider" });
  expect(made.status).toBe(201);
  t.advance(1_000);
  const person = await t.signUp("newcomer");
  const token = made.body.url.split("/").pop();
  expect((await person.post(`/api/invitations/${token}/acceptance`)).status).toBeLessThan(300);
  t.advance(1_000);
  await guild.owner.post("/roster/persons", { name: "Ash" });
  t.advance(1_000);
  await guild.owner.post("/settings/keys", { name: "follower", scopes: ["query"] });

  const { items } = (await guild.owner.get("/audit?limit=4")).body as {
    items: (Row & { log: string; subjectName: string })[];
  };
  expect(items.map(({ log, action }) => [log, action])).toEqual([
    ["platform", "key.create"],
    ["guild", "person.add"],
    ["platform", "member.join"],
    ["platform", "member.invite"],
  ]);
  expect(items[2]).toMatchObject({ actorName: "newcomer" });
  const one = (await guild.owner.get("/audit?limit=2")).body;
  const two = (await guild.owner.get(`/audit?limit=2&cursor=${one.next}`)).body;
  expect([...one.items, ...two.items]).toEqual(items);
  const theirs = (await guild.owner.get("/audit?actor=newcomer")).body.items as Row[];
  expect(theirs.map(({ action }) => action)).toEqual(["member.join"]);
  const other = await t.guild("elsewhere");
  expect((await other.owner.get("/audit")).text).not.toContain("newcomer");
});

test("the address and program behind a change are shown to those who manage members", async () => {
  await using t = await testApp({ TRUSTED_PROXY_HOPS: "1" });
  const guild = await t.guild("fromwhere");
  const from = { "x-forwarded-for": "203.0.113.7", "user-agent": "Follower/1.0" };
  await guild.owner.post("/roster/persons", { name: "Ash" }, from);
  const [row] = (await guild.owner.get("/audit?action=person.add")).body.items;
  expect(row).toMatchObject({ address: "203.0.113.7", agent: "Follower/1.0" });
  const officer = await t.as("officer", guild);
  const [hidden] = (await officer.get("/audit?action=person.add")).body.items;
  expect(hidden).toMatchObject({ action: "person.add", address: "", agent: "" });
});

test("a period includes its whole last day, and the view is also available as JSON", async () => {
  await using t = await testApp();
  const guild = await t.guild("period");
  await guild.owner.post("/roster/persons", { name: "First day" });
  t.advance(86_400_000);
  await guild.owner.post("/roster/persons", { name: "Second day" });
  const page = await guild.owner.page("/g/period/audit?action=person&until=2026-01-14");
  expect(page.text).toContain("First day");
  expect(page.text).not.toContain("Second day");
  const file = await guild.owner.page("/g/period/audit/export.json?since=2026-01-15&action=person");
  expect(file.headers.get("content-disposition")).toContain("period-audit.json");
  expect(file.body).toMatchObject([{ action: "person.add", after: { name: "Second day" } }]);
});
