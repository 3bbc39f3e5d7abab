import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { limits } from "../../../src/limits.ts";
import { testApp } from "../../support/app.ts";
import { bundleScript } from "../../support/bundle.ts";
import { raiders } from "./support.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const PROCESSES = 3;
const AUCTIONS = FULL ? 84 : 16;
const EACH = 4;
/** A server is reached over the network, and several busily waiting processes slow it down more. */
const SLOWER = process.env["GUILDHALL_TEST_HOST"] === "sqld" ? 8 : 1;
const OVERTIME_MS = 300;
const EARLIER_MS = 4_000;

let script: string;
beforeAll(async () => {
  script = await bundleScript("test/support/bidder.ts");
});
afterAll(() => rm(script, { force: true }));

test(`${AUCTIONS * EACH * PROCESSES} bids around the end, from ${PROCESSES} processes: none counts after it, and each auction is settled once`, async () => {
  await using t = await testApp({}, { clock: () => new Date() });
  const guild = await t.guild("emberforge");
  const { clients } = await raiders(t, guild, PROCESSES, 10_000);
  // Started before the auctions are opened: on a busy machine, a start may take longer than an auction.
  const bidders = await Promise.all(clients.map(startBidder));
  const auctions: { id: string; closesAt: number; snipeMs: number }[] = [];
  const begin = Date.now() + (FULL ? 16_000 : 12_500);
  for (let i = 0; i < AUCTIONS; i++) {
    const { status, body } = await guild.owner.post("/auctions", {
      itemName: `Item ${i}`,
      mode: "open",
      durationMs: Math.max(limits.auctions.durationMsMin, begin + i * 70 - Date.now()),
      snipeMs: i % 2 === 0 ? 0 : 60,
      extensionsMax: 3,
      overtimeMsMax: OVERTIME_MS,
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    auctions.push(body);
  }
  const answers = await Promise.all(
    clients.map((client, who) =>
      bidders[who]!.bid({
        slug: guild.slug,
        token: client.identity.token,
        bids: auctions.flatMap(({ id, closesAt }, i) =>
          Array.from({ length: EACH }, (_, n) => ({
            auction: id,
            // Within two milliseconds of the end, a little earlier because a bid takes time, and
            // much earlier, so that a busy machine accepts some as well.
            at:
              closesAt -
              2 +
              ((who + n * 3 + i) % 5) -
              (n % 2) * (10 + ((i * 37) % 200)) * SLOWER -
              (n === 1 && i % 4 === 0 ? EARLIER_MS : 0),
            points: 1 + who + n * PROCESSES,
          })),
        ),
      }),
    ),
  );
  const found = (await t.services.platform.guild(guild.id))!;
  const rows = <T extends object>(sql: string) =>
    t.services.tenants.use(found, (db) => db.all<T>(sql));
  // The processes settle each auction that has ended.
  await vi.waitFor(
    async () => expect(await rows("SELECT id FROM auctions WHERE status = 'open'")).toEqual([]),
    { timeout: 30_000, interval: 200 },
  );
  await Promise.all(bidders.map((bidder) => bidder.end()));
  const accepted = answers.flat().filter(({ status }) => status === 201);
  const late = await rows(
    `SELECT b.id FROM bids b JOIN auctions a ON a.id = b.auction_id WHERE b.at >= a.closes_at`,
  );
  expect(late).toEqual([]);
  const stretched = await rows(
    `SELECT id FROM auctions WHERE closes_at > original_closes_at + ${OVERTIME_MS} OR extensions > 3`,
  );
  expect(stretched).toEqual([]);
  const stored = await rows<{ id: string }>("SELECT id FROM bids ORDER BY id");
  expect(stored.map(({ id }) => id)).toEqual(accepted.map(({ id }) => id).sort());
  const settled = await rows<{ settlements: number; loot: number; open: number }>(
    `SELECT (SELECT count(*) FROM audit_log WHERE action = 'auction.settle') AS settlements,
       (SELECT count(*) FROM loot_awards) AS loot,
       (SELECT count(*) FROM auctions WHERE status = 'open') AS open`,
  );
  const withBids = new Set(accepted.map(({ auction }) => auction)).size;
  expect(settled).toEqual([{ settlements: AUCTIONS, loot: withBids, open: 0 }]);
  const { body } = await guild.owner.get("/dkp/verification");
  expect(body.isRight).toBe(true);
  const extended = await rows<{ count: number }>(
    "SELECT count(*) AS count FROM auctions WHERE extensions > 0",
  );
  console.log(
    `${answers.flat().length} bids, ${accepted.length} in time, ${extended[0]!.count} auctions ` +
      `extended, ${AUCTIONS} settled once each`,
  );
  const unexpected = answers.flat().filter(({ status }) => status !== 201 && status !== 409);
  expect(unexpected).toEqual([]);
  // Bids fell on both sides of the end.
  expect(accepted.length).toBeGreaterThan(0);
  expect(accepted.length).toBeLessThan(answers.flat().length);

  /** Starts a process and waits until it is ready. */
  async function startBidder() {
    const env = { ...process.env, ...t.env };
    const child = spawn(process.execPath, [script], { env, stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("ready");
    return {
      async bid(plan: object) {
        child.stdin.write(`${JSON.stringify(plan)}\n`);
        const { value } = await lines.next();
        return JSON.parse(value ?? "") as { auction: string; status: number; id: string | null }[];
      },
      async end() {
        const exited = once(child, "exit");
        child.stdin.end();
        await exited;
      },
    };
  }
}, 120_000);
