import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { limits } from "../../src/limits.ts";
import { LiveLogs } from "../../src/node/logs/live-logs.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { seen } from "../support/secrets/seen.ts";

const DAY_MS = 86_400_000;

let t: TestApp;
let server: ReturnType<typeof serve>;
let live: LiveLogs;
let port: number;
beforeAll(async () => {
  t = await testApp();
  server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
  live = new LiveLogs(t.services);
  server.on("upgrade", live.upgrade);
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await live.close();
  await new Promise((resolve) => server.close(resolve));
  await t.close();
});

/** A live connection: its first message, and how it ended. */
function socketTo(slug: string) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/api/g/${slug}/logs/live`);
  ws.on("error", () => {});
  const opened = new Promise<boolean>((resolve) => {
    ws.once("open", () => resolve(true));
    ws.once("close", () => resolve(false));
  });
  const closed = new Promise<number>((resolve) => ws.once("close", (code) => resolve(code)));
  const first = new Promise<Record<string, unknown>>((resolve) =>
    ws.once("message", (data) => resolve(JSON.parse(String(data)))),
  );
  return { ws, opened, closed, first };
}

async function hello(slug: string, message: Record<string, unknown>) {
  const socket = socketTo(slug);
  await socket.opened;
  socket.ws.send(JSON.stringify({ type: "hello", ...message }));
  return socket;
}

/** Resolves with the milliseconds for which an event stream stayed open after `from`. */
async function endOf(path: string, token: string): Promise<{ ended: Promise<number> }> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  expect(answer.status).toBe(200);
  const ended = (async () => {
    try {
      for await (const _ of answer.body!);
    } catch {
      // An aborted connection has ended as well.
    }
    return performance.now();
  })();
  return { ended };
}

async function keyOf(slug: string) {
  const guild = await t.guild(slug);
  const made = await guild.owner.post("/settings/keys", { name: "k", scopes: ["stream"] });
  return { guild, key: made.body.key as string };
}

describe("the end of a right", () => {
  test("S73 an access token's stream and an idle session's streams and sockets end when their requests do", async () => {
    const guild = await t.guild("ends");
    const { token } = guild.owner.identity;
    const made = await t.request("/api/access-tokens", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ guild: guild.slug }),
    });
    const { token: accessToken } = (await made.json()) as { token: string };
    const short = await endOf(`/api/g/${guild.slug}/events`, accessToken);
    const long = await endOf(`/api/g/${guild.slug}/events`, token);
    const socket = await hello(guild.slug, { key: token });
    expect(await socket.first).toMatchObject({ type: "ready" });
    let from = performance.now();
    t.advance(limits.session.accessTokenMs + 1_000);
    expect((await short.ended) - from).toBeLessThan(5_000);
    expect((await guild.owner.get("/roster")).status).toBe(200);
    from = performance.now();
    t.advance(40 * DAY_MS);
    // The move of the clock also ended its place, so either reason is right.
    expect([4401, 1001]).toContain(await socket.closed);
    expect(performance.now() - from).toBeLessThan(5_000);
    expect((await long.ended) - from).toBeLessThan(5_000);
    expect((await guild.owner.get("/roster")).status).toBe(401);
    const again = await hello(guild.slug, { key: token });
    expect(await again.first).toMatchObject({ code: "auth/bad-token" });
    expect(await again.closed).toBe(4401);
  }, 30_000);

  test("S73 a member who was removed from a guild no longer follows how its log is read", async () => {
    const guild = await t.guild("put-out");
    const raider = await t.as("raider", guild, { allow: ["logs.upload"], deny: [] } as never);
    const made = await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: 10 });
    expect(made.status).toBe(201);
    const stream = await endOf(
      `/api/g/${guild.slug}/logs/${made.body.id}/events`,
      raider.identity.token,
    );
    const from = performance.now();
    await t.leave(raider.identity.userId, guild);
    expect((await stream.ended) - from).toBeLessThan(5_000);
  }, 30_000);
});

describe("a visitor", () => {
  test("S105 gets events of open raids without auctions and councils, until the area is closed", async () => {
    const guild = await t.guild("open-nights", { plan: "premium" });
    await guild.owner.patch("/settings", { visitorAreas: ["raids"] });
    const stranger = await t.signUp();
    const headers = { authorization: `Bearer ${stranger.identity.token}` };
    const url = `http://127.0.0.1:${port}/api/g/${guild.slug}/events`;
    const answer = await fetch(url, { headers });
    expect(answer.status).toBe(200);
    let text = "";
    const ended = (async () => {
      const decoder = new TextDecoder();
      try {
        for await (const part of answer.body!) text += decoder.decode(part as Uint8Array);
      } catch {
        // An aborted connection has ended as well.
      }
    })();
    const auction = { itemName: "Veiled Blade", mode: "open", durationMs: 600_000, minimum: 1 };
    expect((await guild.owner.post("/auctions", auction)).status).toBe(201);
    await guild.owner.post("/loot-councils", { itemName: "Veiled Wand" });
    const night = { name: "Night", startsAt: t.now().getTime() + 60_000, minutes: 60 };
    const raid = (await guild.owner.post("/raids", night)).body;
    await expect.poll(() => text).toContain(raid.id);
    expect(text).not.toMatch(/event: (auction|council)|Veiled/);
    const from = performance.now();
    await guild.owner.patch("/settings", { visitorAreas: ["roster"] });
    await ended;
    expect(performance.now() - from).toBeLessThan(5_000);
    expect((await fetch(url, { headers })).status).toBe(404);
  }, 30_000);

  test("S105 S39 of open logs can send none: no ticket, and no socket by a session", async () => {
    const guild = await t.guild("open-logs", { plan: "premium" });
    await guild.owner.patch("/settings", { visitorAreas: ["logs"] });
    const stranger = await t.signUp();
    const asked = await stranger.within(guild.slug).post("/logs/tickets");
    expect([asked.status, asked.body.type]).toEqual([404, "/problems/request/no-such-page"]);
    const socket = await hello(guild.slug, { key: stranger.identity.token });
    expect(await socket.first).toMatchObject({ type: "error", code: "auth/bad-token" });
    expect(await socket.closed).toBe(4401);
  });
});

describe("before a live connection has authenticated", () => {
  test("S74 it may send four kilobytes, in one message, in pieces or without an end", async () => {
    await keyOf("strangers");
    const large = socketTo("strangers");
    await large.opened;
    large.ws.send(JSON.stringify({ type: "hello", fileName: "x".repeat(5_000) }));
    expect([4400, 1006]).toContain(await large.closed);
    const pieces = socketTo("strangers");
    await pieces.opened;
    const from = performance.now();
    for (let at = 0; at < 40; at++) pieces.ws.send("x".repeat(1_000), { fin: false });
    expect(await pieces.closed).toBe(1006);
    expect(performance.now() - from).toBeLessThan(limits.logs.live.helloMs - 1_000);
  });

  test("S74 one address may hold a limited number at once, and a hello or a close frees a place", async () => {
    const { guild, key } = await keyOf("crowd");
    const max = limits.logs.live.strangersPerAddressMax;
    const silent = Array.from({ length: max }, () => socketTo("crowd"));
    expect(await Promise.all(silent.map(({ opened }) => opened))).not.toContain(false);
    expect(await socketTo("crowd").opened).toBe(false);
    silent[0]!.ws.send(JSON.stringify({ type: "hello", key }));
    expect(await silent[0]!.first).toMatchObject({ type: "ready" });
    const next = socketTo(guild.slug);
    expect(await next.opened).toBe(true);
    for (const { ws } of [...silent, next]) ws.terminate();
    await expect
      .poll(async () => {
        const probe = socketTo("crowd");
        const isOpen = await probe.opened;
        probe.ws.terminate();
        return isOpen;
      })
      .toBe(true);
  });
});

describe("what a hello may say", () => {
  test("S86 S87 control characters and time zones that do not exist are refused without an error of ours", async () => {
    const { guild, key } = await keyOf("odd-hello");
    const before = seen.lines.length;
    for (const message of [
      { key, fileName: "a\0b.txt" },
      { key, fileName: "a\u001b[2J.txt" },
      { key, fileName: "a\u0085b.txt" },
      { key: `${key}\0` },
      { key, timeZone: "Mars/Olympus" },
      { key, timeZone: "" },
      { key, timeZone: "+02:00" },
      { key, timeZone: "Europe/Berlin\0" },
    ]) {
      const socket = await hello(guild.slug, message);
      expect([message, await socket.closed]).toEqual([message, 4400]);
    }
    const errors = seen.lines.slice(before).filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual([]);
    const good = await hello(guild.slug, { key, timeZone: "europe/madrid", fileName: "ü 1.txt" });
    expect(await good.first).toMatchObject({ type: "ready" });
    good.ws.terminate();
  });
});

test("S87 a guild's settings and uploads take no time zone that does not exist", async () => {
  const guild = await t.guild("zones");
  for (const timeZone of ["Mars/Olympus", "+02:00", "Europe/Madrid\0", ""]) {
    const settings = await guild.owner.patch("/settings", { timeZone });
    expect([timeZone, settings.status]).toEqual([timeZone, 422]);
    const upload = await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: 1, timeZone });
    expect([timeZone, upload.status]).toEqual([timeZone, 422]);
  }
});
