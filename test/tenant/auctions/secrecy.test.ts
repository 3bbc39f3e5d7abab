import { expect, test } from "vitest";
import { type TestGuild, testApp } from "../../support/app.ts";
import { raiders } from "./support.ts";

const MINUTE_MS = 60_000;

async function sealed(guild: TestGuild) {
  const terms = { itemName: "Axe", mode: "sealed", durationMs: MINUTE_MS };
  return (await guild.owner.post("/auctions", terms)).body.id as string;
}

test("P7 a bidder who left does not win: the next one does, at the time of the settlement", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients, personIds } = await raiders(t, guild, 2, 100);
  const id = await sealed(guild);
  await clients[0]!.post(`/auctions/${id}/bids`, { points: 50 });
  await clients[1]!.post(`/auctions/${id}/bids`, { points: 20 });
  await guild.owner.put(`/roster/persons/${personIds[0]}/archival`);
  t.advance(MINUTE_MS);
  await t.services.jobRunner.drain();
  const { body } = await guild.owner.get(`/auctions/${id}`);
  expect(body.loot).toMatchObject([{ personId: personIds[1], price: 2_000 }]);
});

test("P8 bids of a canceled sealed auction stay secret until its successor is decided", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients } = await raiders(t, guild, 2, 100);
  const id = await sealed(guild);
  await clients[0]!.post(`/auctions/${id}/bids`, { points: 17 });
  await guild.owner.post(`/auctions/${id}/cancellation`, { reason: "Wrong item" });
  const seen = async () => (await clients[1]!.get(`/auctions/${id}`)).body;
  expect(await seen()).toMatchObject({ bids: [], bidCount: null });
  await guild.owner.post(`/auctions/${id}/reopening`, { durationMs: MINUTE_MS });
  expect(await seen()).toMatchObject({ bids: [], bidCount: null });
  const { body: over } = await clients[1]!.get("/auctions?status=over");
  expect(over.items[0]).toMatchObject({ id, bids: [] });
  t.advance(MINUTE_MS);
  await t.services.jobRunner.drain();
  expect((await seen()).bids).toHaveLength(1);
});

test("P8 votes of a council that was called off stay with the officers", async () => {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients, personIds } = await raiders(t, guild, 1, 100);
  const { body: council } = await guild.owner.post("/loot/councils", { itemName: "Ring" });
  await guild.owner.put(`/loot/councils/${council.id}/vote`, { personId: personIds[0] });
  await guild.owner.post(`/loot/councils/${council.id}/cancellation`);
  const { body } = await clients[0]!.get(`/loot/councils/${council.id}`);
  expect(body.candidates).toMatchObject([{ voters: null }]);
});
