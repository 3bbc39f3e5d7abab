import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { limits } from "../../../src/limits.ts";
import { LiveLogs } from "../../../src/node/logs/live-logs.ts";
import { type TestApp, type TestGuild, testApp } from "../../support/app.ts";
import { generatedText } from "../../support/log-generator.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";

let t: TestApp;
let server: ReturnType<typeof serve>;
let live: LiveLogs;
let url: string;
beforeAll(async () => {
  t = await testApp();
  server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
  live = new LiveLogs(t.services);
  server.on("upgrade", live.upgrade);
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await live.close();
  await new Promise((resolve) => server.close(resolve));
  await t.close();
});

let number = 0;
async function guildWithKey(scopes: readonly string[] = ["stream"]) {
  const guild = await t.guild(`live-${++number}`);
  const { body } = await guild.owner.post("/settings/keys", { name: "follower", scopes });
  return { guild, key: body.key as string, keyId: body.id as string };
}

/** A connection whose messages can be awaited one by one. */
class Line {
  readonly ws: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #waiting: ((message: Record<string, unknown>) => void)[] = [];
  readonly #messages: Record<string, unknown>[] = [];

  constructor(guild: TestGuild, options: { origin?: string } = {}) {
    this.ws = new WebSocket(`${url}/api/g/${guild.slug}/logs/live`, options);
    this.ws.on("error", () => {});
    this.ws.on("message", (data) => {
      const message = JSON.parse(String(data));
      const waiter = this.#waiting.shift();
      if (waiter) waiter(message);
      else this.#messages.push(message);
    });
    this.closed = new Promise((resolve) => {
      this.ws.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  async hello(message: Record<string, unknown>) {
    if (this.ws.readyState !== WebSocket.OPEN) {
      await new Promise((resolve) => this.ws.once("open", resolve));
    }
    this.say({ type: "hello", ...message });
    return await this.next();
  }

  say(message: Record<string, unknown>): void {
    this.ws.send(JSON.stringify(message));
  }

  send(offset: number, bytes: Uint8Array): void {
    const frame = Buffer.alloc(8 + bytes.length);
    frame.writeBigUInt64BE(BigInt(offset));
    frame.set(bytes, 8);
    this.ws.send(frame);
  }

  next(): Promise<Record<string, unknown>> {
    const message = this.#messages.shift();
    if (message) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

const figures = async (guild: TestGuild, id: string) => {
  const report = (await guild.owner.get(`/logs/${id}`)).body;
  const fights = [];
  for (const one of report.fights) {
    const {
      id: _,
      reportId,
      reportTitle,
      sameAs,
      ...fight
    } = (await guild.owner.get(`/fights/${one.id}`)).body;
    fights.push(fight);
  }
  const { lines, parsed, unknown, bad, state } = report;
  return { lines, parsed, unknown, bad, state, fights };
};

async function uploaded(guild: TestGuild, bytes: Uint8Array) {
  const { id } = (await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: bytes.length }))
    .body;
  await guild.owner.putBytes(`/logs/${id}/content`, bytes, { "upload-offset": "0" });
  await t.services.logIngest.drain();
  return await figures(guild, id);
}

describe("a live log", () => {
  test("gives the same result as the whole log, however often the connection breaks", async () => {
    const { guild, key } = await guildWithKey();
    const { bytes } = generatedText({ seed: 77, generation: 22, events: 400 });
    const drops = isFull ? 500 : 25;
    const piece = Math.ceil(bytes.length / (drops * 2));
    let session: string | undefined;
    let breaks = 0;
    for (let isDone = false; !isDone; ) {
      const line = new Line(guild);
      const ready = await line.hello({ key, ...(session && { session }) });
      expect(ready).toMatchObject({ type: "ready" });
      session = String(ready["session"]);
      let offset = Number(ready["offset"]);
      // Two pieces. The answer to the second is not awaited.
      for (let i = 0; i < 2 && offset < bytes.length; i++) {
        line.send(offset, bytes.subarray(offset, offset + piece));
        if (i === 0) {
          const { type, offset: acked } = await line.next();
          expect([type, acked]).toEqual(["ack", Math.min(bytes.length, offset + piece)]);
        }
        offset += piece;
      }
      if (Number(ready["offset"]) >= bytes.length) {
        line.say({ type: "end" });
        expect(await line.next()).toEqual({ type: "ended", report: session });
        isDone = true;
      } else {
        line.ws.terminate();
        breaks++;
      }
      await line.closed;
    }
    console.log(`${breaks} broken lines, no gap, nothing twice`);
    const other = await t.guild(`live-batch-${number}`);
    expect(await figures(guild, session!)).toEqual(await uploaded(other, bytes));
  }, 120_000);

  test("tells a sender that leaves a gap where it is, and skips what it has", async () => {
    const { guild, key } = await guildWithKey();
    const { bytes } = generatedText({ seed: 78, generation: 22, events: 20 });
    const line = new Line(guild);
    await line.hello({ key });
    line.send(0, bytes.subarray(0, 900));
    line.send(0, bytes.subarray(0, 1_000));
    expect([await line.next(), await line.next()]).toEqual([
      { type: "ack", offset: 900 },
      { type: "ack", offset: 1_000 },
    ]);
    line.send(1_100, bytes.subarray(1_100, 1_200));
    expect(await line.next()).toMatchObject({
      type: "error",
      code: "logs/wrong-offset",
      offset: 1_000,
    });
    expect((await line.closed).code).toBe(4400);
  });

  test("L20 above the limit of lines is delayed no longer than needed, and its sender is told", async () => {
    const { guild, key, keyId } = await guildWithKey();
    await t.services.platform.db.client.execute({
      sql: "UPDATE api_keys SET events_per_minute_max = 6000 WHERE id = ?",
      args: [keyId],
    });
    const line = new Line(guild);
    await line.hello({ key });
    const bytes = new TextEncoder().encode("x\n".repeat(6_010));
    line.send(0, bytes);
    expect(await line.next()).toEqual({ type: "ack", offset: bytes.length, throttledMs: 100 });
    line.ws.terminate();
  });

  test("L20 of a new guild may have what real raids write, on every plan", async () => {
    const plans = await t.services.platform.db.all<{ most: number }>(
      "SELECT events_per_minute_max AS most FROM plans",
    );
    for (const { most } of plans) expect(most).toBeGreaterThanOrEqual(60_000);
    expect(limits.keys.eventsPerMinuteMax).toBeGreaterThanOrEqual(60_000);
  });

  test("shows viewers the fight in progress", async () => {
    const { guild, key } = await guildWithKey();
    const { text } = generatedText({ seed: 79, generation: 22, events: 60, fights: 1 });
    const until = new TextEncoder().encode(text.slice(0, text.lastIndexOf("ENCOUNTER_END") - 40));
    const line = new Line(guild);
    const { session } = await line.hello({ key });
    const watching = new AbortController();
    const response = await t.request(`/api/g/${guild.slug}/logs/${session}/fight`, {
      headers: { authorization: `Bearer ${guild.owner.identity.token}` },
      signal: watching.signal,
    });
    line.send(0, until);
    await line.next();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes('"in-progress"')) {
      const { value, done } = await reader.read();
      if (done) break;
      seen += value;
    }
    expect(seen).toContain('"outcome":"in-progress"');
    await reader.cancel();
    line.ws.terminate();
  });
});

describe("a sender that connects", () => {
  test("S39 needs a key for streaming, of this guild, within seconds", async () => {
    const ours = await guildWithKey();
    const theirs = await guildWithKey();
    const query = await guildWithKey(["query"]);
    for (const [guild, key] of [
      [ours.guild, theirs.key],
      [ours.guild, "gh_nothing"],
      [query.guild, query.key],
    ] as const) {
      const line = new Line(guild);
      expect(await line.hello({ key })).toMatchObject({ type: "error", code: "auth/bad-token" });
      expect((await line.closed).code).toBe(4401);
    }
    const silent = new Line(ours.guild);
    expect((await silent.closed).code).toBe(4401);
  }, 20_000);

  test("S2 S39 signed in may connect with a ticket, which is good once and for this guild only", async () => {
    const guild = await t.guild(`live-${++number}`);
    const other = await t.guild(`live-${++number}`);
    const ticketOf = async () => (await guild.owner.post("/logs/tickets")).body.ticket as string;
    const key = await ticketOf();
    const line = new Line(guild);
    expect(await line.hello({ key })).toMatchObject({ type: "ready" });
    line.ws.terminate();
    const late = await ticketOf();
    t.advance(30_001);
    for (const [to, used] of [
      [guild, key],
      [guild, late],
      [other, await ticketOf()],
    ] as const) {
      const again = new Line(to);
      expect(await again.hello({ key: used })).toMatchObject({ code: "auth/bad-token" });
      await again.closed;
    }
    const { items } = (await guild.owner.get("/audit?action=guild.elsewhere")).body;
    expect(items).toMatchObject([{ actorType: "system", after: { asked: other.slug } }]);
  });

  test("two hundred viewers who read nothing cost the server little memory", async () => {
    const { guild, key } = await guildWithKey();
    const { bytes } = generatedText({ seed: 80, generation: 22, events: 2_000, fights: 1 });
    const line = new Line(guild);
    const { session } = await line.hello({ key });
    const headers = { authorization: `Bearer ${guild.owner.identity.token}` };
    const port = url.replace("ws:", "http:");
    const leaving = new AbortController();
    const viewers = await Promise.all(
      Array.from({ length: isFull ? 200 : 40 }, () =>
        fetch(`${port}/api/g/${guild.slug}/logs/${session}/fight`, {
          headers,
          signal: leaving.signal,
        }),
      ),
    );
    const before = process.memoryUsage().rss;
    const piece = Math.ceil(bytes.length / 10);
    for (let offset = 0; offset < bytes.length; offset += piece) {
      line.send(offset, bytes.subarray(offset, offset + piece));
      expect(await line.next()).toMatchObject({ type: "ack" });
    }
    const grown = (process.memoryUsage().rss - before) / 1024 ** 2;
    console.log(`${viewers.length} viewers who read nothing: ${grown.toFixed(0)} MB more`);
    expect(grown).toBeLessThan(100);
    leaving.abort();
    line.ws.terminate();
  });

  test("S40 is cut off within seconds once the key is revoked", async () => {
    const { guild, key, keyId } = await guildWithKey();
    const line = new Line(guild);
    await line.hello({ key });
    await guild.owner.delete(`/settings/keys/${keyId}`);
    const from = performance.now();
    expect((await line.closed).code).toBe(4401);
    expect(performance.now() - from).toBeLessThan(5_000);
  });

  test("S15 of 50 connections at once, the plan's number is accepted, and the others get the limit's error", async () => {
    const { guild, key } = await guildWithKey();
    const lines = Array.from({ length: 50 }, () => new Line(guild));
    const ends = await Promise.all(
      lines.map((line) =>
        Promise.race([
          line.hello({ key }).then((message) => message["type"]),
          line.closed.then(({ code }) => code),
        ]),
      ),
    );
    expect(ends.filter((end) => end === "ready")).toHaveLength(5);
    for (const line of lines) line.ws.terminate();
    expect(ends.filter((end) => end !== "ready").length).toBe(45);
  });

  test("S42 has as many connections as the key allows", async () => {
    const { guild, key } = await guildWithKey();
    const lines = Array.from({ length: 5 }, () => new Line(guild));
    for (const line of lines) expect(await line.hello({ key })).toMatchObject({ type: "ready" });
    const sixth = new Line(guild);
    void sixth.hello({ key });
    expect((await sixth.closed).code).toBe(4429);
    lines[0]!.ws.close();
    await lines[0]!.closed;
    const again = new Line(guild);
    expect(await again.hello({ key })).toMatchObject({ type: "ready" });
    for (const line of [...lines, again]) line.ws.terminate();
  });

  test("S38 from another site's page is not let in", async () => {
    const { guild } = await guildWithKey();
    const line = new Line(guild, { origin: "https://evil.example" });
    expect((await line.closed).code).toBe(1006);
  });

  test("S41 may send any nonsense: the connection ends, the server continues", async () => {
    const { guild, key } = await guildWithKey();
    const frames = isFull ? 10_000 : 300;
    for (let i = 0; i < frames; i++) {
      const line = new Line(guild);
      await new Promise((resolve) => line.ws.once("open", resolve));
      const nonsense = [
        "{",
        "null",
        '{"type":"end"}',
        '{"type":"hello","fileName":{}}',
        Buffer.alloc(i % 20, 255),
        "x".repeat(i),
      ][i % 6]!;
      line.ws.send(nonsense);
      expect((await line.closed).code).toBeGreaterThanOrEqual(4400);
    }
    const line = new Line(guild);
    expect(await line.hello({ key })).toMatchObject({ type: "ready" });
    line.ws.terminate();
  }, 120_000);
});
