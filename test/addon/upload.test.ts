import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDITIONS } from "../../src/kernel/game/editions.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { type GameWorld, luaFile, play, tocFiles } from "./game.ts";

const UPLOAD = "/guild-sync/addon-upload";
const night: GameWorld = {
  interface: EDITIONS.retail.interfaceNumber,
  namespace: true,
  region: 3,
  realmName: "Area 52",
  guild: "Night Watch",
  seesOfficerNotes: true,
  members: [
    { name: "Annara", guid: "Player-1-1", rank: 0, level: 80, class: "MAGE", note: "DC: anna" },
    { name: "Borin-Sen'jin", guid: "Player-1-2", rank: 3, level: 80, class: "DRUID" },
  ],
  now: Date.UTC(2026, 0, 14, 19) / 1_000,
};

let t: TestApp;
let ours: TestGuild;
beforeAll(async () => {
  t = await testApp();
  ours = await t.guild("night-watch", { plan: "premium" });
});
afterAll(() => t.close());

/** Requests of a program with a key of the guild. */
async function keyOf(guild: TestGuild, scope: string) {
  const made = await guild.owner.post("/settings/keys", { name: "companion", scopes: [scope] });
  expect(made.status).toBe(201);
  return (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    t.request(path, {
      ...init,
      headers: { authorization: `Bearer ${made.body.key}`, ...init.headers },
    });
}
const textOf = (body: string, headers = {}) => ({
  method: "POST",
  body,
  headers: { "content-type": "text/plain", ...headers },
});

describe("the addon", () => {
  test("is downloaded by officers from the page and by the API, with every file of its list", async () => {
    const officer = await t.as("officer", ours);
    const page = await officer.page("/g/night-watch/identity/downloads");
    expect(page.text).toContain('href="/g/night-watch/identity/addon.zip"');
    const settings = await ours.owner.page("/g/night-watch/identity/settings");
    expect(settings.text).toContain('href="/g/night-watch/identity/addon.zip"');
    for (const path of [
      "/g/night-watch/identity/addon.zip",
      "/api/g/night-watch/guild-sync/addon",
    ]) {
      const { token } = officer.identity;
      const answer = await t.request(path, {
        headers: path.startsWith("/api")
          ? { authorization: `Bearer ${token}` }
          : { cookie: `guildhall=${token}` },
      });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("content-type")).toBe("application/zip");
      expect(answer.headers.get("content-disposition")).toContain('filename="GuildhallSync.zip"');
      const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
      const names = ["GuildhallSync.toc", ...tocFiles()];
      expect(Object.keys(files).sort()).toEqual(names.map((one) => `GuildhallSync/${one}`).sort());
      for (const name of names) {
        const text = new TextDecoder().decode(files[`GuildhallSync/${name}`]);
        expect(text).toBe(readFileSync(luaFile(name), "utf8"));
      }
    }
    const raider = await t.as("raider", ours);
    expect((await raider.get("/guild-sync/addon")).status).toBe(403);
  });
});

describe("a key with the scope identity", () => {
  test("S1 uploads an export and reads its status, and nothing else of identity", async () => {
    const ask = await keyOf(ours, "identity");
    const { file } = await play(night);
    const sent = await ask(`/api${UPLOAD}`, textOf(file));
    expect([sent.status, await sent.json()]).toMatchObject([202, { rows: 2, isNew: true }]);
    const status = await ask(`/api${UPLOAD}/status`);
    expect(await status.json()).toMatchObject({ rows: 2, lastUploadAt: t.now().getTime() });
    for (const path of ["status", "settings", "addon"]) {
      expect((await ask(`/api/guild-sync/${path}`)).status, path).toBe(403);
    }
    for (const path of ["/api/identity/persons", "/api/roster", "/api/settings/keys"]) {
      expect((await ask(path)).status, path).toBe(403);
    }
    const { items } = (await ours.owner.get("/identity/orphans/wow")).body;
    expect(items.map(({ name, realm }: Record<string, string>) => `${name}-${realm}`)).toEqual([
      "Annara-Area 52",
      "Borin-Sen'jin",
    ]);
  });

  test("S71 is made by members only who may upload themselves", async () => {
    const raider = await t.as("raider", ours, { "keys.manage": true });
    const refused = await raider.post("/settings/keys", { name: "more", scopes: ["identity"] });
    expect([refused.status, refused.body.type]).toEqual([403, "/problems/guild/beyond-own-rights"]);
  });

  test("uploads once when it repeats its Idempotency-Key, as every key does", async () => {
    const guild = await t.guild("once-only");
    const ask = await keyOf(guild, "identity");
    const [first, second] = [await play(night), await play({ ...night, now: night.now + 60 })];
    const send = async (file: string, key: string) => {
      const answer = await ask(`/api${UPLOAD}`, textOf(file, { "idempotency-key": key }));
      return { status: answer.status, body: await answer.json() };
    };
    const answers = [await send(first.file, "a"), await send(second.file, "b")];
    const again = await send(first.file, "a");
    expect(again).toEqual(answers[0]);
    const { runs } = (await guild.owner.get("/guild-sync/status")).body;
    expect(runs.filter((one: { kind: string }) => one.kind === "addon")).toHaveLength(2);
    expect(await send(second.file, "a")).toMatchObject({
      status: 422,
      body: { type: "/problems/idempotency/key-reused" },
    });
    const other = await keyOf(guild, "identity");
    const fresh = await other(`/api${UPLOAD}`, textOf(second.file, { "idempotency-key": "a" }));
    expect(fresh.status).toBe(202);
  });

  test("is led from the old address of its renamed guild to the new one", async () => {
    const guild = await t.guild("old-name");
    const ask = await keyOf(guild, "identity");
    const renamed = await guild.owner.patch("/settings", { slug: "new-name" });
    expect(renamed.status, renamed.text).toBe(200);
    const answer = await ask(`/api/g/old-name${UPLOAD}/status`);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      308,
      `/api/g/new-name${UPLOAD}/status`,
    ]);
    const foreign = await keyOf(ours, "identity");
    expect((await foreign(`/api/g/old-name${UPLOAD}/status`)).status).toBe(404);
  });
});

describe("an export", () => {
  test("of another guild, region or edition than the settings name is refused and changes nothing", async () => {
    const guild = await t.guild("day-watch");
    const blizzard = {
      region: "eu",
      realmSlug: "area-52",
      guildSlug: "day-watch",
      edition: "retail",
    };
    const settings = { blizzard, discord: null, rankToRole: {}, staleDays: 30 };
    expect((await guild.owner.put("/guild-sync/settings", settings)).status).toBe(200);
    const day = { ...night, guild: "Day Watch" };
    const others = [
      night,
      { ...day, region: 1 },
      { ...day, interface: EDITIONS.era.interfaceNumber },
    ];
    for (const world of others) {
      const { file } = await play(world);
      const refused = await guild.owner.sendText("POST", UPLOAD, file, "text/plain");
      expect([refused.status, refused.body]).toMatchObject([
        422,
        { type: "/problems/identity/bad-export", fault: "other-guild" },
      ]);
    }
    expect((await guild.owner.get(`${UPLOAD}/status`)).body.rows).toBeNull();
    const { file } = await play(day);
    expect((await guild.owner.sendText("POST", UPLOAD, file, "text/plain")).status).toBe(202);
  });
});
