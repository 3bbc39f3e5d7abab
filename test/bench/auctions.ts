import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { createClient } from "@libsql/client";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../support/app.ts";
import { raiders } from "../tenant/auctions/support.ts";
import { figure, median } from "./figures.ts";
import type { Figure } from "./main.ts";

const BIDDERS = 40;
const AUCTIONS = 20;
const BIDS = 1_000;
const COPIES = 3;

/**
 * 1,000 bids of 40 people in 20 auctions, each sent three times at once. It is compared with plain inserts
 * of as many rows.
 */
export async function bids(): Promise<readonly Figure[]> {
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients } = await raiders(t, guild, BIDDERS, 100_000);
  const ids: string[] = [];
  for (let i = 0; i < AUCTIONS; i++) ids.push(await open(guild));
  const took: number[] = [];
  const startedAt = performance.now();
  const send = async (client: TestClient, who: number) => {
    for (let n = 0; n < BIDS / BIDDERS; n++) {
      const key = randomUUID();
      const path = `/auctions/${ids[(who + n) % AUCTIONS]}/bids`;
      const body = { points: 1 + n * BIDDERS + who };
      await Promise.all(
        Array.from({ length: COPIES }, async () => {
          const at = performance.now();
          await client.post(path, body, { "idempotency-key": key });
          took.push(performance.now() - at);
        }),
      );
    }
  };
  await Promise.all(clients.map(send));
  const seconds = (performance.now() - startedAt) / 1_000;
  await checkBooks(t, guild);
  const floor = await inserts();
  return [
    figure("bids", "p50", took.length, "ms", quantile(took, 0.5), null),
    figure("bids", "p99", took.length, "ms", quantile(took, 0.99), null),
    figure("bids", "requests/s", took.length, "/s", took.length / seconds, floor),
  ];
}

/** 200 viewers of one auction over HTTP, 50 bids a second: from the sending to every viewer. */
export async function live(): Promise<readonly Figure[]> {
  const [viewers, perSecond, count] = [200, 50, 250];
  await using t = await testApp();
  const guild = await t.guild("emberforge");
  const { clients } = await raiders(t, guild, 2, 1_000_000);
  const id = await open(guild);
  const server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as { port: number };
  const sentAt = new Map<number, number>();
  const took: number[] = [];
  let connected = 0;
  const requests = Array.from({ length: viewers }, () =>
    get(
      {
        port,
        host: "127.0.0.1",
        path: `/api/g/${guild.slug}/events?after=0`,
        headers: {
          host: "localhost",
          authorization: `Bearer ${guild.owner.identity.token}`,
        },
      },
      (response) => {
        response.setEncoding("utf8");
        let text = "";
        connected++;
        response.on("data", (chunk: string) => {
          text += chunk;
          const blocks = text.split("\n\n");
          text = blocks.pop()!;
          for (const block of blocks) {
            const value = /"leaders":\[\{"value":(\d+)/.exec(block)?.[1];
            const at = value && sentAt.get(Number(value) / 100);
            if (at) took.push(performance.now() - at);
          }
        });
        response.on("error", () => {});
      },
    ).on("error", () => {}),
  );
  while (connected < viewers) await new Promise((resolve) => setTimeout(resolve, 10));
  for (let n = 1; n <= count; n++) {
    sentAt.set(n, performance.now());
    const sent = clients[n % 2]!.post(`/auctions/${id}/bids`, { points: n });
    await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
    if ((await sent).status !== 201) throw new Error("A bid was refused.");
  }
  while (took.length < viewers * count) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const request of requests) request.destroy();
  t.services.tails.close();
  await new Promise((resolve) => server.close(resolve));
  return [
    figure("live", "bid to viewer, p50", took.length, "ms", quantile(took, 0.5), null),
    figure("live", "bid to viewer, p99", took.length, "ms", quantile(took, 0.99), null),
  ];
}

async function open(guild: TestGuild): Promise<string> {
  const { body } = await guild.owner.post("/auctions", {
    itemName: "Signet",
    mode: "open",
    durationMs: 3_600_000,
    snipeMs: 0,
  });
  return body.id as string;
}

async function checkBooks(t: TestApp, guild: TestGuild): Promise<void> {
  const { body } = await guild.owner.get("/dkp/verification");
  const found = (await t.services.platform.guild(guild.id))!;
  const below = await t.services.tenants.use(found, (db) =>
    db.all(`SELECT 1 FROM balances b JOIN accounts a ON a.id = b.account_id WHERE a.kind = 'person'
      AND b.balance < (SELECT coalesce(sum(amount), 0) FROM holds h WHERE h.person_id = a.person_id)`),
  );
  if (!body.isRight || below.length > 0) throw new Error("The books are wrong.");
}

/** The same number of rows, one statement each, by the driver alone. */
async function inserts(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "guildhall-bench-"));
  const client = createClient({ url: `file:${join(folder, "floor.db")}` });
  try {
    await client.execute("PRAGMA journal_mode = WAL");
    await client.execute(
      "CREATE TABLE bids (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, auction TEXT, person TEXT, value INTEGER, at INTEGER)",
    );
    const rates: number[] = [];
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now();
      for (let n = 0; n < BIDS; n++) {
        await client.execute({
          sql: "INSERT INTO bids (id, auction, person, value, at) VALUES (?, ?, ?, ?, ?)",
          args: [randomUUID(), `a${n % AUCTIONS}`, `p${n % BIDDERS}`, n, n],
        });
      }
      rates.push(BIDS / ((performance.now() - startedAt) / 1_000));
    }
    return median(rates);
  } finally {
    client.close();
    await rm(folder, { recursive: true });
  }
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)]!;
}
