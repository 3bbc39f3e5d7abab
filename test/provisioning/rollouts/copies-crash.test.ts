import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpOf } from "../../../provisioning/hosts/dump.ts";
import { openEmbedded } from "../../../src/database/embedded.ts";
import type { Guild } from "../../../src/platform/store.ts";
import { bundleScript } from "../../support/bundle.ts";
import { openProvisioning } from "../../support/provisioning.ts";
import { removeSearched } from "../../support/secrets/folders.ts";
import { WITH_KEEPSAKES } from "../../support/steps.ts";

const isFull = process.env["GUILDHALL_SCALE"] === "full";
const GUILDS = isFull ? 12 : 2;
/** The number of fault points for a guild in a rollout, and in its revert. */
const POINTS = { there: 3, back: 8 };

/** One run: the points at which the rollout is killed, one after the other, and then the revert. */
interface Round {
  readonly there: readonly number[];
  readonly back: readonly number[];
}

/** Each point once, then the second guild's; at full scale 200 kills at random points as well. */
const ROUNDS: readonly Round[] = [
  { there: range(POINTS.there), back: range(POINTS.back) },
  { there: [2 * POINTS.there], back: [POINTS.back + 6] },
  ...(isFull ? range(40).map(() => ({ there: someOf(2, 6), back: someOf(3, 16) })) : []),
];

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function someOf(count: number, most: number): readonly number[] {
  return range(count).map(() => 1 + Math.floor(Math.random() * most));
}

let migrator: string;
let worker: string;
let base: string;
let before: ReadonlyMap<string, string>;
beforeAll(async () => {
  migrator = await bundleScript("test/support/copying-migrator.ts");
  worker = await bundleScript("src/node/migration-worker.ts");
  base = await mkdtemp(join(tmpdir(), "guildhall-copies-crash-"));
  const services = await openProvisioning(base, { migrations: WITH_KEEPSAKES });
  for (let i = 0; i < GUILDS; i++) {
    const guild = await services.provisioner.provision(await services.recordGuild(`guild-${i}`));
    await services.tenants.use(guild, (db) =>
      db.client.execute({ sql: "INSERT INTO keepsakes VALUES (?)", args: [guild.slug] }),
    );
  }
  await services.close();
  before = await dumpsOf(base);
}, 300_000);
afterAll(async () => {
  for (const script of [migrator, worker]) await rm(script, { force: true });
  await removeSearched(base);
});

type Verb = "apply" | "revert" | "mutant";

/** Runs in a separate process, which is killed at the given point, if it reaches that. */
function runAndKill(dir: string, verb: Verb, atPoint: number) {
  return new Promise<{ killed: boolean; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [migrator, dir, verb, worker, `${atPoint}`]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.once("close", (_, signal) => resolve({ killed: signal === "SIGKILL", out, err }));
  });
}

async function guildsOf(dir: string): Promise<readonly Guild[]> {
  const services = await openProvisioning(dir);
  const guilds: Guild[] = [];
  for await (const guild of services.platform.guilds()) guilds.push(guild);
  await services.close();
  return guilds;
}

/** The contents of a guild's database, except for the number of the database itself. */
async function dumpOfGuild({ location }: Pick<Guild, "location">): Promise<string> {
  const client = await openEmbedded(location);
  try {
    const text = await new Response(await dumpOf(client)).text();
    return text.replace(/^(?:INSERT INTO "_meta"|-- sha256).*$/gm, "");
  } finally {
    await client.close();
  }
}

async function dumpsOf(dir: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const guild of await guildsOf(dir)) found.set(guild.slug, await dumpOfGuild(guild));
  return found;
}

/** The existing copies, by name, with the hash of their bytes. */
async function copiesIn(dir: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(dir, "rollouts");
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const found = new Map<string, string>();
  for (const name of names.filter((one) => one.endsWith(".db.gz"))) {
    const bytes = await readFile(join(folder, name));
    found.set(name, createHash("sha256").update(bytes).digest("hex"));
  }
  return found;
}

/** Kills a verb at these points, one after the other, then lets it end, and checks each time. */
async function killedAt(
  dir: string,
  verb: Verb,
  points: readonly number[],
  look: () => Promise<void>,
) {
  let kills = 0;
  for (const atPoint of [...points, 0]) {
    const { killed, out, err } = await runAndKill(dir, verb, atPoint);
    await look();
    if (!killed) return { kills, end: out.trim().split("\n").at(-1), err };
    kills++;
  }
  throw new Error(`${verb} was killed without being asked for`);
}

/** One rollout with copies and its revert, with kills in both. Returns the faults. */
async function thereAndBack(verb: "apply" | "mutant", round: Round) {
  const dir = await mkdtemp(join(tmpdir(), "guildhall-copies-crash-"));
  const wrong: string[] = [];
  try {
    await cp(base, dir, { recursive: true });
    const services = await openProvisioning(dir);
    await services.platform.db.client.execute({
      sql: "UPDATE guilds SET database_url = replace(database_url, ?, ?)",
      args: [base, dir],
    });
    await services.close();
    let known = new Map<string, string>();
    const lookAtCopies = async () => {
      const copies = await copiesIn(dir);
      for (const [name, hash] of known) {
        if (copies.get(name) !== hash) wrong.push(`the copy ${name} was replaced or removed`);
      }
      known = new Map([...known, ...copies]);
    };
    const there = await killedAt(dir, verb, round.there, lookAtCopies);
    if (there.end !== "done") wrong.push(`apply ended with ${there.end}: ${there.err}`);
    const back = await killedAt(dir, "revert", round.back, lookAtCopies);
    if (back.end !== "reverted") wrong.push(`revert ended with ${back.end}: ${back.err}`);
    for (const [slug, dump] of await dumpsOf(dir)) {
      if (dump !== before.get(slug)) wrong.push(`${slug} is not as it was before`);
    }
    for (const guild of await guildsOf(dir)) {
      const isBefore = guild.schemaVersion === WITH_KEEPSAKES.length;
      if (!isBefore) wrong.push(`${guild.slug} is at schema ${guild.schemaVersion}`);
    }
    return { kills: there.kills + back.kills, wrong };
  } finally {
    await removeSearched(dir);
  }
}

test("R31 a rollout with copies and its revert, killed at any moment and resumed, restore every guild as it was, and no copy is ever replaced", async () => {
  let kills = 0;
  for (const round of ROUNDS) {
    const found = await thereAndBack("apply", round);
    expect({ round, wrong: found.wrong }).toEqual({ round, wrong: [] });
    kills += found.kills;
  }
  // Each point occurs, so that a kill at it has an effect.
  expect(kills).toBeGreaterThanOrEqual(POINTS.there + POINTS.back + 2);
  const compared = ROUNDS.length * GUILDS;
  console.log(`${kills} kills in ${ROUNDS.length} rounds, ${compared} guilds compared, 0 wrong`);
}, 1_800_000);

test("R31 a copy that is made after the change is refused, and this test notices one", async () => {
  expect((await thereAndBack("mutant", { there: [], back: [] })).wrong).not.toEqual([]);
}, 120_000);
