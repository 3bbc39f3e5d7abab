import { describe, expect, test } from "vitest";
import { EventTails } from "../../../src/tenant/live/tails.ts";
import { type TestClient, testApp } from "../../support/app.ts";
import { type Seen, watch } from "../../support/events.ts";
import { raiders } from "../auctions/support.ts";

const open = async (owner: TestClient, terms: Record<string, unknown> = {}) =>
  (
    await owner.post("/auctions", {
      itemName: "Signet",
      mode: "open",
      durationMs: 600_000,
      snipeMs: 0,
      ...terms,
    })
  ).body as { id: string };

describe("a viewer of a guild", () => {
  test("is disconnected where a runtime limits queries per request, and misses nothing after reconnecting", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { platform, tenants, background } = t.services;
    const tails = new EventTails({ platform, tenants, background, pollMs: 1, pollsMax: 3 });
    const firstSeen = async (seq: number) => {
      const tail = tails.follow(guild.id, seq);
      while (!tail.isStopped) for (const event of await tail.next(1_000)) return event;
      return undefined;
    };
    expect(await firstSeen(0)).toBeUndefined();
    await open(guild.owner);
    const seen = await firstSeen(0);
    expect(seen).toMatchObject({ topic: "auction" });
    expect(await firstSeen(seen!.seq)).toBeUndefined();
    tails.close();
  });

  test("sees every bid once and in order, however often the connection breaks", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients } = await raiders(t, guild, 2, 1_000);
    const { id } = await open(guild.owner);
    const BIDS = 120;
    const bidding = (async () => {
      for (let i = 1; i <= BIDS; i++) {
        await clients[i % 2]!.post(`/auctions/${id}/bids`, { points: i });
      }
    })();
    const values: number[] = [];
    let last = 0;
    let cuts = 0;
    while (values.at(-1) !== BIDS * 100) {
      // A reader that disconnects after some events, again and again, at different places.
      const upTo = 1 + (cuts % 7);
      const seen = await watch(
        clients[0]!,
        "/events?after=0",
        (events) =>
          events.filter((one) => one.event === "auction").length >= upTo ||
          events.at(-1)?.data?.leaders?.[0]?.value === BIDS * 100,
        cuts === 0 ? undefined : last,
      );
      for (const { id: seq, event, data } of seen) {
        if (event !== "auction") continue;
        expect(seq).toBeGreaterThan(last);
        last = seq!;
        if (data.leaders[0]) values.push(data.leaders[0].value);
      }
      cuts++;
    }
    await bidding;
    expect(values).toEqual(Array.from({ length: BIDS }, (_, i) => (i + 1) * 100));
    console.log(`${BIDS} bids seen over ${cuts} connections, no gap, no double`);
  });

  test("sees no names of an anonymous auction, but which bid is their own", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const { clients } = await raiders(t, guild, 2, 1_000);
    const { id } = await open(guild.owner, { mode: "anonymous" });
    await clients[0]!.post(`/auctions/${id}/bids`, { points: 10 });
    const isThere = (seen: readonly Seen[]) => seen.some((one) => one.data?.leaders?.length === 1);
    for (const [who, client] of clients.entries()) {
      const seen = await watch(client, "/events?after=0", isThere);
      expect(seen.at(-1)!.data.leaders).toEqual([{ value: 1_000, isOwn: who === 0 }]);
    }
    const page = await clients[1]!.get(`/auctions/${id}`);
    expect(page.body.bids[0]).toMatchObject({ personId: null, personName: null });
  });

  test("S40 is disconnected within five seconds of being removed from the guild", async () => {
    await using t = await testApp();
    const guild = await t.guild("emberforge");
    const raider = await t.as("raider", guild);
    let startedAt = 0;
    await watch(raider, "/events", (seen) => {
      // The stream has begun, and has to end by itself.
      if (seen.length > 0 && startedAt === 0) {
        startedAt = performance.now();
        void t.leave(raider.userId, guild);
      }
      return false;
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
