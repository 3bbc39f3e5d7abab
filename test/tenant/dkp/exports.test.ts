import { expect, test } from "vitest";
import { parseCsv } from "../../../src/kernel/csv.ts";
import { testApp } from "../../support/app.ts";
import { raiders } from "../auctions/support.ts";

test("G6 the ledger, one raid, the auctions and EPGP standings are complete files, as CSV and as JSON", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients, personIds } = await raiders(t, guild, 2, 50);
  const at = (path: string) => `/g/emberforge${path}`;
  const file = async (path: string) => {
    const answer = await guild.owner.page(at(path));
    expect(answer.headers.get("content-disposition")).toContain("attachment");
    return parseCsv(answer.text).map(({ cells }) => cells);
  };
  const startsAt = t.now().getTime();
  const { body: raid } = await guild.owner.post("/raids", { name: "Night", startsAt, minutes: 60 });
  await guild.owner.post(`/raids/${raid.id}/start`);
  await guild.owner.put(`/raids/${raid.id}/attendance`, {
    people: [{ personId: personIds[0], presence: "bench", remark: "late" }],
  });
  await guild.owner.post(`/raids/${raid.id}/awards`, { points: 10, reason: "=SUM(1)" });
  const [head, ...lines] = await file("/ledger/export.csv");
  const column = (name: string) => lines.map((cells) => cells[head!.indexOf(name)]!);
  // Each entry's lines sum to zero, so no change of a balance is missing.
  expect(column("points").reduce((sum, points) => sum + Number(points), 0)).toBe(0);
  expect(new Set(column("number"))).toEqual(new Set(["1", "2"]));
  expect(column("reason")).toContain("'=SUM(1)");
  expect((await file(`/ledger/export.csv?raid=${raid.id}`)).slice(1)).toHaveLength(2);
  const json = await guild.owner.page(at("/ledger/export.json"));
  expect(JSON.parse(json.text).items).toHaveLength(lines.length);
  const [, row] = await file(`/raids/${raid.id}/export.csv`);
  expect(row!.slice(6, 9)).toEqual(["bench", "100", "late"]);
  // The bids of an auction that is canceled stay secret in the file too.
  const terms = { itemName: "Axe", mode: "sealed", durationMs: 60_000 };
  const { body: first } = await guild.owner.post("/auctions", terms);
  await clients[0]!.post(`/auctions/${first.id}/bids`, { points: 7 });
  await guild.owner.post(`/auctions/${first.id}/cancellation`, { reason: "Wrong" });
  const { body: second } = await guild.owner.post("/auctions", terms);
  await clients[0]!.post(`/auctions/${second.id}/bids`, { points: 8 });
  t.advance(60_000);
  await t.services.jobRunner.drain();
  const auctions = (await file("/auctions/export.csv")).slice(1);
  expect(auctions.map((cells) => [cells[0], cells[8], cells[10]])).toEqual(
    expect.arrayContaining([
      [first.id, "", ""],
      [second.id, "1", "8"],
    ]),
  );
  const { body: pool } = await guild.owner.post("/dkp/pools", { name: "EP", kind: "epgp" });
  await guild.owner.post("/dkp/awards", { personIds, points: 80, reason: "Boss", pool: pool.id });
  const [names, best] = await file(`/standings/export.csv?pool=${pool.id}`);
  expect([names!.at(-1), best!.at(-1)]).toEqual(["priority", "80"]);
});
