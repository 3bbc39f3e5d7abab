import { readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { LOCALES, meaningOf, translator } from "../../../src/web/i18n/index.ts";
import { type TestApp, type TestClient, type TestGuild, testApp } from "../../support/app.ts";
import { generatedText } from "../../support/log-generator.ts";

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

let number = 0;
const newGuild = () => t.guild(`logs-${++number}`);
const made = (seed: number, events = 120) => generatedText({ seed, generation: 22, events });

async function begin(client: TestClient, bytes: Uint8Array, fileName = "WoWCombatLog.txt") {
  const begun = await client.post("/logs", { fileName, sizeBytes: bytes.length });
  expect(begun.status).toBe(201);
  return begun.body;
}

function send(client: TestClient, id: string, offset: number, bytes: Uint8Array) {
  return client.putBytes(`/logs/${id}/content`, bytes, { "upload-offset": String(offset) });
}

async function upload(client: TestClient, bytes: Uint8Array, fileName?: string) {
  const { id } = await begin(client, bytes, fileName);
  const sent = await send(client, id, 0, bytes);
  expect(sent).toMatchObject({ status: 200, body: { state: "waiting" } });
  await t.services.logIngest.drain();
  return (await client.get(`/logs/${id}`)).body;
}

const filesOf = async (guild: TestGuild) => {
  const { databaseName } = (await t.services.platform.guild(guild.id))!;
  try {
    return readdirSync(join(t.dir, "logs", databaseName));
  } catch {
    return [];
  }
};

describe("an uploaded log", () => {
  test.each([
    ["as it is", (bytes: Uint8Array) => bytes],
    ["packed by gzip", (bytes: Uint8Array) => gzipSync(bytes)],
    ["packed by zip", (bytes: Uint8Array) => zipSync({ "Logs/WoWCombatLog.txt": bytes })],
  ])("sent %s becomes a report with the figures of its fights", async (_, pack) => {
    const guild = await newGuild();
    const { bytes, answer } = made(21);
    const report = await upload(guild.owner, pack(bytes));
    expect(report).toMatchObject({
      state: "ready",
      lines: answer.lines,
      unknown: answer.unknown,
      bad: answer.bad,
      parsedBytes: bytes.length,
      encounters: 2,
      kills: 1,
    });
    const fights = report.fights.filter((one: { kind: string }) => one.kind === "encounter");
    for (const [index, one] of fights.entries()) {
      const known = answer.fights[index]!;
      const fight = (await guild.owner.get(`/fights/${one.id}`)).body;
      expect(fight).toMatchObject({
        name: known.name,
        outcome: known.outcome,
        startAt: known.startMs,
        unattributedDamage: known.unattributedDamage,
      });
      for (const player of known.players) {
        const { guid, damageOwn, damagePets } = player;
        const found = fight.players.find((other: { guid: string }) => other.guid === guid);
        expect(found).toMatchObject({ damageOwn, damagePets, damage: damageOwn + damagePets });
        const { details } = (await guild.owner.get(`/fights/${one.id}/players/${guid}`)).body;
        const bySpell = details.spells.reduce(
          (sum: number, s: { damage: number }) => sum + s.damage,
          0,
        );
        const bySecond = details.damageBySecond.reduce((sum: number, n: number) => sum + n, 0);
        expect([bySpell, bySecond]).toEqual([found.damage, found.damage]);
      }
    }
  });

  test("resumes at the byte where it was cut, however often, and no byte counts twice", async () => {
    const { bytes } = made(22, 60);
    const runs = process.env["GUILDHALL_SCALE"] === "full" ? 150 : 8;
    const whole = (await upload((await newGuild()).owner, bytes)).fights;
    const facts = (fights: { startAt: number; name: string; unattributedDamage: number }[]) =>
      fights.map(({ startAt, name, unattributedDamage }) => [startAt, name, unattributedDamage]);
    let cutsMade = 0;
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(fc.nat(), { maxLength: 4 }), async (isPacked, at) => {
        const guild = await newGuild();
        const file = isPacked ? gzipSync(bytes) : bytes;
        const cuts = at.map((cut) => cut % file.length).sort((a, b) => a - b);
        const { id } = await begin(guild.owner, file);
        for (const cut of [...cuts, file.length]) {
          const { receivedBytes } = (await guild.owner.get(`/logs/${id}`)).body;
          if (cut > receivedBytes)
            await send(guild.owner, id, receivedBytes, file.slice(receivedBytes, cut));
          cutsMade++;
        }
        await t.services.logIngest.drain();
        const report = (await guild.owner.get(`/logs/${id}`)).body;
        expect(report.state).toBe("ready");
        expect(facts(report.fights)).toEqual(facts(whole));
        expect(await filesOf(guild)).toEqual([id]);
      }),
      { numRuns: runs },
    );
    console.log(`${cutsMade} pieces in ${runs} uploads, 0 wrong`);
  });

  test("a piece at the wrong offset is refused with the right one; nothing changes", async () => {
    const guild = await newGuild();
    const { bytes } = made(23, 20);
    const { id } = await begin(guild.owner, bytes);
    await send(guild.owner, id, 0, bytes.slice(0, 1000));
    for (const offset of [0, 999, 1001]) {
      expect(await send(guild.owner, id, offset, bytes.slice(offset, 2000))).toMatchObject({
        status: 409,
        body: { type: "/problems/logs/wrong-offset", offset: 1000 },
      });
    }
    const more = await send(guild.owner, id, 1000, new Uint8Array(bytes.length));
    expect(more).toMatchObject({ status: 413, body: { type: "/problems/logs/longer-than-said" } });
    expect((await guild.owner.get(`/logs/${id}`)).body.receivedBytes).toBe(1000);
  });

  test("started again after a reload is the same upload", async () => {
    const guild = await newGuild();
    const { bytes } = made(24, 20);
    const { id } = await begin(guild.owner, bytes);
    await send(guild.owner, id, 0, bytes.slice(0, 500));
    expect(await begin(guild.owner, bytes)).toMatchObject({ id, receivedBytes: 500 });
  });

  test("sent twice is one report", async () => {
    const guild = await newGuild();
    const { bytes } = made(25, 30);
    const first = await upload(guild.owner, bytes);
    const second = await upload(guild.owner, bytes, "again.txt");
    expect(second).toMatchObject({ state: "duplicate", duplicateOf: first.id, fights: [] });
    expect(await filesOf(guild)).toEqual([first.id]);
  });

  test("of a second raider shows the same pulls, and they count once", async () => {
    const guild = await newGuild();
    const { bytes, text } = made(26, 60);
    await upload(guild.owner, bytes);
    const other = await upload(
      guild.owner,
      new TextEncoder().encode(text.replaceAll("0x511", "0x512")),
    );
    expect(other).toMatchObject({ state: "ready", encounters: 2 });
    expect(
      other.fights.every(
        (one: { kind: string; sameAs: string | null }) =>
          one.kind !== "encounter" || one.sameAs !== null,
      ),
    ).toBe(true);
    const { items } = (await guild.owner.get("/bosses")).body;
    expect(items.map(({ pulls }: { pulls: number }) => pulls)).toEqual([1, 1]);
    await guild.owner.delete(`/logs/${(await guild.owner.get("/logs")).body.items.at(-1).id}`);
    const left = (await guild.owner.get("/bosses")).body.items;
    expect(left.map(({ pulls }: { pulls: number }) => pulls)).toEqual([1, 1]);
  });

  test("deleted leaves nothing behind, in the database or on disk", async () => {
    const guild = await newGuild();
    const { id } = await upload(guild.owner, made(27, 30).bytes);
    expect((await guild.owner.delete(`/logs/${id}`)).status).toBe(204);
    expect((await guild.owner.get(`/logs/${id}`)).status).toBe(404);
    expect((await guild.owner.get("/bosses")).body.items).toEqual([]);
    expect(await filesOf(guild)).toEqual([]);
    const row = (await t.services.platform.guild(guild.id))!;
    const counts = await t.services.tenants.use(row, (db) =>
      db.all(`SELECT (SELECT count(*) FROM encounters) + (SELECT count(*) FROM encounter_players)
        + (SELECT count(*) FROM keystones) AS n`),
    );
    expect(counts).toEqual([{ n: 0 }]);
  });

  test("read again gives the same fights once", async () => {
    const guild = await newGuild();
    const report = await upload(guild.owner, made(28, 40).bytes);
    expect((await guild.owner.post(`/logs/${report.id}/readings`)).status).toBe(202);
    await t.services.logIngest.drain();
    const again = (await guild.owner.get(`/logs/${report.id}`)).body;
    const facts = ({ fights }: { fights: { startAt: number; name: string }[] }) =>
      fights.map(({ startAt, name }) => [startAt, name]);
    expect(again.state).toBe("ready");
    expect(facts(again)).toEqual(facts(report));
  });

  test("canceled is deleted, half read or half sent", async () => {
    const guild = await newGuild();
    const { bytes } = made(29, 30);
    const { id } = await begin(guild.owner, bytes);
    await send(guild.owner, id, 0, bytes.slice(0, 100));
    expect((await guild.owner.post(`/logs/${id}/cancellation`)).body.state).toBe("canceled");
    expect(await filesOf(guild)).toEqual([]);
    expect((await send(guild.owner, id, 100, bytes.slice(100))).status).toBe(409);
    const second = await begin(guild.owner, bytes);
    await send(guild.owner, second.id, 0, bytes);
    await guild.owner.post(`/logs/${second.id}/cancellation`);
    await t.services.logIngest.drain();
    expect((await guild.owner.get(`/logs/${second.id}`)).body).toMatchObject({
      state: "canceled",
      fights: [],
    });
    expect(await filesOf(guild)).toEqual([]);
  });

  test("whose parsing was interrupted is parsed to its end by the next process", async () => {
    const guild = await newGuild();
    const { bytes } = made(30, 40);
    const { id } = await begin(guild.owner, bytes);
    await send(guild.owner, id, 0, bytes);
    const row = (await t.services.platform.guild(guild.id))!;
    // The state after a process died past the first fight: still parsing, with an expired lease.
    const job = await t.services.jobs.claim(["logs.parse"], 1);
    expect(job?.subject).toBe(id);
    await t.services.tenants.use(row, (db) =>
      db.client.execute({
        sql: "UPDATE log_reports SET state = 'parsing' WHERE id = ?",
        args: [id],
      }),
    );
    t.advance(limits.logs.jobLeaseMs);
    await t.services.logIngest.drain();
    expect((await guild.owner.get(`/logs/${id}`)).body).toMatchObject({
      state: "ready",
      encounters: 2,
    });
  });
});

describe("a packed log", () => {
  test("L9 L17 L18 of several members, or of thousands of files, is one log", async () => {
    const guild = await newGuild();
    const { text } = made(33, 40);
    const lines = text.split("\r\n");
    const parts = [lines.slice(0, 30).join("\n"), lines.slice(30).join("\n")].map((part) =>
      new TextEncoder().encode(part),
    );
    const members = Uint8Array.from(
      Buffer.concat([gzipSync(`${lines.slice(0, 30).join("\n")}\n`), gzipSync(parts[1]!)]),
    );
    const empty = Array.from(
      { length: 3_100 },
      (_, i) => [`b${i}.txt`, new Uint8Array(0)] as const,
    );
    const many = zipSync({ "a.txt": parts[0]!, ...Object.fromEntries(empty), "z.txt": parts[1]! });
    const few = zipSync({ "a.txt": parts[0]!, "z.txt": parts[1]! });
    for (const [name, file] of Object.entries({ members, many, few })) {
      expect(await upload(guild.owner, file, name), name).toMatchObject({
        state: "ready",
        encounters: 2,
        kills: 1,
      });
    }
  });

  test("L10 with the same pulls twice counts each once", async () => {
    const guild = await newGuild();
    const { bytes } = made(34, 20);
    const report = await upload(guild.owner, new Uint8Array(Buffer.concat([bytes, bytes])));
    expect(report).toMatchObject({ state: "ready", encounters: 2, kills: 1 });
    const { items } = (await guild.owner.get("/bosses")).body;
    expect(items.map((one: { pulls: number }) => one.pulls)).toEqual([1, 1]);
    const kill = report.fights.find((one: { outcome: string }) => one.outcome === "kill");
    const [player] = (await guild.owner.get(`/fights/${kill.id}`)).body.players;
    const page = await guild.owner.page(
      `/g/${guild.slug}/fights/${kill.id}/players/${player.guid}`,
    );
    expect(page.text).toContain("Compared with the guild");
  });
});

describe("a file that is no log", () => {
  test("L22 fails with its reason, which both languages explain, and its uploader deletes it", async () => {
    const guild = await newGuild();
    const [member, other] = await Promise.all([t.as("raider", guild), t.as("raider", guild)]);
    const { bytes, text } = made(32, 20);
    const packed = gzipSync(bytes);
    const lzma = zipSync({ "a.txt": bytes });
    new DataView(lzma.buffer).setUint16(8, 14, true);
    const files: readonly (readonly [code: string, file: Uint8Array])[] = [
      ["logs/not-a-log", new TextEncoder().encode("Hello\nWorld\n")],
      ["logs/other-encoding", new Uint8Array(Buffer.from(`\u{feff}${text}`, "utf16le"))],
      ["logs/packed-otherwise", lzma],
      ["logs/cut-off", packed.subarray(0, packed.length >> 1)],
    ];
    for (const [code, file] of files) {
      const report = await upload(member, Uint8Array.from(file), `${code} ${file.length}`);
      expect(report).toMatchObject({ state: "failed", error: code });
      expect(await other.delete(`/logs/${report.id}`)).toMatchObject({
        status: 403,
        body: { type: "/problems/logs/not-yours" },
      });
      expect((await member.delete(`/logs/${report.id}`)).status).toBe(204);
      for (const locale of LOCALES) expect(meaningOf(translator(locale), code)).not.toBe(code);
    }
    const good = await upload(member, bytes);
    expect((await member.delete(`/logs/${good.id}`)).status).toBe(403);
    expect(await filesOf(guild)).toEqual([good.id]);
  });

  test("S44 a bomb, packed once or twice, is refused with 413 and leaves nothing behind", async () => {
    const guild = await newGuild();
    const zeros = new Uint8Array(64 * 1024 * 1024);
    for (const [bomb, code] of [
      [gzipSync(zeros), "logs/bomb"],
      [zipSync({ "log.txt": zeros }, { level: 6 }), "logs/bomb"],
      [zipSync({ "log.zip": gzipSync(zeros) }), "logs/nested-archive"],
    ] as const) {
      const { id } = await begin(guild.owner, bomb, `${code}-${bomb.length}`);
      const before = process.memoryUsage().rss;
      expect(await send(guild.owner, id, 0, bomb)).toMatchObject({
        status: 413,
        body: { type: `/problems/${code}` },
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
      expect((await guild.owner.get(`/logs/${id}`)).body).toMatchObject({
        state: "failed",
        error: code,
      });
    }
    expect(await filesOf(guild)).toEqual([]);
  });

  test("a damaged archive fails with its reason", async () => {
    const guild = await newGuild();
    const packed = gzipSync(made(31, 2000).bytes);
    const damaged = Uint8Array.from(packed);
    // The first block behind the header gets a type that does not exist.
    damaged[10] = 7;
    const report = await upload(guild.owner, damaged);
    expect(report).toMatchObject({ state: "failed", error: "logs/bad-archive" });
    expect(await filesOf(guild)).toEqual([]);
  });

  test("S44 larger than the limit is refused before a byte was sent", async () => {
    const guild = await newGuild();
    const sizeBytes = limits.logs.fileBytesMax + 1;
    expect(await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes })).toMatchObject({
      status: 413,
    });
  });
});

test("only members with the right may upload, and only officers continue another member's upload", async () => {
  const guild = await newGuild();
  const { bytes } = made(32, 20);
  const [raider, other, officer, viewer] = await Promise.all([
    t.as("raider", guild),
    t.as("raider", guild),
    t.as("officer", guild),
    t.as("viewer", guild),
  ]);
  expect((await viewer.post("/logs", { fileName: "a", sizeBytes: 1 })).status).toBe(403);
  const { id } = await begin(raider, bytes);
  expect((await send(other, id, 0, bytes)).status).toBe(403);
  expect((await other.post(`/logs/${id}/cancellation`)).status).toBe(403);
  expect((await send(officer, id, 0, bytes)).status).toBe(200);
  expect((await viewer.get(`/logs/${id}`)).status).toBe(200);
  expect((await raider.delete(`/logs/${id}`)).status).toBe(403);
});

test("a watcher sees each phase until the report is ready", async () => {
  const guild = await newGuild();
  const { bytes } = made(33, 200);
  const { id } = await begin(guild.owner, bytes);
  await send(guild.owner, id, 0, bytes.slice(0, 1000));
  const events = guild.owner.get(`/logs/${id}/events`);
  await send(guild.owner, id, 1000, bytes.slice(1000));
  await t.services.logIngest.drain();
  const states = [...(await events).text.matchAll(/"state":"(\w+)"/g)].map(([, state]) => state);
  expect(states.at(-1)).toBe("ready");
  expect(new Set(states).size).toBe(states.filter((one, i) => one !== states[i - 1]).length);
});
