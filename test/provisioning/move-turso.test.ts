import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveGuild } from "../../provisioning/moves/move.ts";
import { purgeMoved } from "../../provisioning/moves/sweep.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { startTurso, type TursoStandIn } from "../support/turso-platform.ts";
import { usedGuilds } from "../support/used-guilds.ts";

if (!hasSqld) console.log("Moves to Turso were not run: the stand-in stores into the real server.");

const PATIENT = { timeout: 120_000 };

describe.runIf(hasSqld)("a guild that moves from host to host", PATIENT, () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let cloud: TursoStandIn;
  let t: TestApp;
  let guilds: ReturnType<typeof usedGuilds>;
  beforeAll(async () => {
    server = await startSqld();
    cloud = await startTurso(server);
    const { PLATFORM_DATABASE_URL: _, ...reachable } = server.env;
    t = await testApp(
      { ...reachable, ...cloud.env, DATABASE_HOST: "file" },
      { clock: systemClock },
    );
    guilds = usedGuilds(t);
  });
  afterAll(async () => {
    await t?.close();
    await cloud?.stop();
    await server?.stop();
  });

  /** Another name each time, also when a test is tried again. */
  const someGuild = () => guilds.settled(`traveller-${randomUUID().slice(0, 8)}`);
  const isInTheCloud = async (guild: TestGuild) =>
    cloud.databases.has((await guilds.guildOf(guild)).databaseName);

  test("goes to Turso, on to sqld and back to files in use, and every acknowledged write moves with it", async () => {
    const used = await someGuild();
    const { guild } = used;
    const acknowledged = new Set<string>();
    const told: string[] = [];
    for (const to of ["turso", "sqld", "file"]) {
      const stop = guilds.inUse(used);
      const before = await guilds.guildOf(guild);
      const [moved, inUse] = await moveGuild(t.services, before, to).then(
        async (report) => [report, await stop()] as const,
        async (error: unknown) => {
          await stop();
          throw error;
        },
      );
      for (const id of inUse.acknowledged) acknowledged.add(id);
      told.push(`to ${to} no changes for ${moved.blockedMs.toFixed(0)} ms`);
      await guilds.expectWhole(guild, to, acknowledged);
      expect(await isInTheCloud(guild)).toBe(to !== "file");
      await purgeMoved(t.services, await guilds.guildOf(guild));
      expect(await isInTheCloud(guild)).toBe(to === "turso");
      expect((await guild.owner.post("/dkp/awards", used.award)).status).toBe(201);
    }
    console.log(`${told.join(", ")}; ${acknowledged.size} writes acknowledged, none lost`);
  });

  test("gets there while the cloud is slow, busy and loses answers", async () => {
    const { guild, award } = await someGuild();
    const strikes = [
      "cut-after",
      { status: 429, headers: { "retry-after": "0" } },
      { status: 503 },
    ] as const;
    let struck = 0;
    cloud.control.strike = ({ plane, method }) =>
      plane === "api" && method === "POST" ? strikes[struck++] : undefined;
    cloud.control.lateFor = 2;
    try {
      await moveGuild(t.services, await guilds.guildOf(guild), "turso");
    } finally {
      cloud.control.strike = undefined;
      cloud.control.lateFor = 0;
    }
    expect(struck).toBeGreaterThanOrEqual(strikes.length);
    expect(await isInTheCloud(guild)).toBe(true);
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    await guilds.expectWhole(guild, "turso", new Set());
  });

  test("stays where it was, and takes changes, when the cloud refuses it", async () => {
    const { guild, award } = await someGuild();
    cloud.control.strike = ({ plane, method, path }) =>
      plane === "api" && method === "POST" && path.endsWith("/databases")
        ? { status: 402, body: JSON.stringify({ error: "the plan's number is reached" }) }
        : undefined;
    try {
      await expect(moveGuild(t.services, await guilds.guildOf(guild), "turso")).rejects.toThrow();
    } finally {
      cloud.control.strike = undefined;
    }
    expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    await guilds.expectWhole(guild, "file", new Set());
  });
});
