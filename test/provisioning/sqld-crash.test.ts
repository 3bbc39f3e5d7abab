import { expect, test } from "vitest";
import { whileAway } from "../../provisioning/rollouts/away.ts";
import type { OpenClient } from "../../src/database/client.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { productFleet, rolloutTo } from "../support/fleet.ts";
import { startProxy } from "../support/proxy.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import { schemaWithSteps, splitting, wrongIn } from "../support/steps.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";
const GUILDS = isFull ? 100 : 20;
const KILLS = isFull ? 200 : 10;
const STEPS = 5;
const PATIENCE_MS = isFull ? 1_200_000 : 60_000;

type Fleet = Awaited<ReturnType<typeof fleetOnSqld>>;

/** The product over a real server that holds the platform and its guilds beside each other. */
async function fleetOnSqld() {
  const server = await startSqld();
  const proxy = await startProxy(server.url);
  const env = { SQLD_URL: proxy.url, PLATFORM_DATABASE_URL: `${proxy.url}/platform` };
  const fleet = await productFleet(GUILDS, { ...server.env, ...env });
  return {
    server,
    proxy,
    services: fleet.services,
    [Symbol.asyncDispose]: async () => {
      await fleet[Symbol.asyncDispose]();
      await proxy.stop();
      await server.stop();
    },
  };
}

/**
 * Kills the server and starts it again, until `ended`. Every other kill comes at the worst moment: a
 * migration is committed, and its answer is lost.
 */
async function killAgainAndAgain(
  { server, proxy }: Fleet,
  killsMax: number,
  ended: Promise<unknown>,
) {
  let isOver = false;
  const over = ended.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  let lost = 0;
  for (let kills = 0; ; kills++) {
    const moment =
      kills % 2 === 0
        ? new Promise((resolve) => setTimeout(resolve, Math.random() * 150))
        : proxy.loseAnswerTo(({ body }) => /into _migrations/i.test(body)).then(() => lost++);
    if (kills < killsMax) await Promise.race([moment, over]);
    if (isOver || kills === killsMax) return { kills, lost };
    await server.kill();
    await server.restart();
  }
}

/** Each database has the steps of this rollout or of the one before, and records them. */
async function check({ platform, openClient }: NodeServices, steps: number, done: Set<string>) {
  const wrong: string[] = [];
  let checked = 0;
  for await (const guild of platform.guilds()) {
    // A guild that was reported as done must be done.
    const allowed = done.has(guild.id) ? [steps] : [steps - STEPS, steps];
    const client = await openClient(guild.location);
    wrong.push(...(await whileAway(() => wrongIn(client, guild, allowed))));
    await client.close();
    checked++;
  }
  return { wrong, checked };
}

async function rollOutThroughKills(mutate: (open: OpenClient) => OpenClient) {
  await using fleet = await fleetOnSqld();
  const { services } = fleet;
  const total = { kills: 0, answersLost: 0, rollouts: 0, resumed: 0, checked: 0, acknowledged: 0 };
  for (let steps = STEPS; total.kills < KILLS; steps += STEPS) {
    const { rollouts, begin, run } = rolloutTo(
      services,
      schemaWithSteps(steps),
      mutate(services.openClient),
    );
    const done = new Set<string>();
    let rollout = await begin(["1", "rest"]);
    total.rollouts++;
    for (;;) {
      const running = run(rollout, {
        onOutcome: ({ id }, { status }) => status === "done" && done.add(id),
      });
      const { kills, lost } = await killAgainAndAgain(fleet, KILLS - total.kills, running);
      total.kills += kills;
      total.answersLost += lost;
      rollout = await running;
      const { wrong, checked } = await check(services, steps, done);
      total.checked += checked;
      if (wrong.length > 0) return { ...total, wrong };
      if (rollout.status === "done") break;
      rollout = await rollouts.resume(rollout, { retry: true });
      total.resumed++;
    }
    total.acknowledged += done.size;
    const counts = await rollouts.counts(rollout);
    expect(counts.map(({ status }) => status)).toEqual(["done", "done"]);
  }
  return { ...total, wrong: [] };
}

test.runIf(hasSqld)(
  "a database server killed again and again under a rollout ends with every guild whole",
  { timeout: PATIENCE_MS },
  async () => {
    const { wrong, ...counts } = await rollOutThroughKills((open) => open);
    console.log(`${JSON.stringify(counts)}, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    expect(counts.kills).toBe(KILLS);
    expect(counts.answersLost).toBeGreaterThan(0);
    expect(counts.acknowledged).toBe(counts.rollouts * GUILDS);
  },
);

test.runIf(hasSqld)(
  "this test notices a version that is not written with its tables, on a server too",
  { timeout: PATIENCE_MS },
  async () => {
    const { wrong } = await rollOutThroughKills(splitting);
    expect(wrong).not.toEqual([]);
  },
);
