import { type ChildProcess, execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DatabaseName, isGuildDatabaseName } from "../../provisioning/hosts/host.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { bundleScript } from "../support/bundle.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";
import {
  type Heard,
  makeTursoHost,
  type Strike,
  startTurso,
  type TursoStandIn,
} from "../support/turso-platform.ts";

// An outage takes as long as all retries, so everyday runs test every fourth call.
const isFull = process.env["GUILDHALL_SCALE"] === "full";
const AFTER_THE_LEASE_MS = 60_000;
type Verb = "provision" | "deprovision";

/** The fault at the struck call, and the number of calls that it lasts. */
const ONCE: Readonly<Record<string, Strike>> = {
  "told to come back later (429)": { status: 429, headers: { "retry-after": "1" } },
  "server error (503)": { status: 503, body: "<html>" },
  "not found for once (404)": { status: 404, body: '{"error":"not found"}' },
  "line cut before the work": "cut-before",
  "answer lost after the work": "cut-after",
};
const OUTAGES: Readonly<Record<string, Strike>> = {
  "everything fails from there on": { status: 503 },
  "every answer is lost from there on": "cut-after",
};

if (!hasSqld) console.log("Faults of Turso's cloud were not tried: they need the real server.");
describe.runIf(hasSqld)("whatever Turso's cloud does to a guild on its way", () => {
  let server: Awaited<ReturnType<typeof startSqld>>;
  let cloud: TursoStandIn;
  let founder: string;
  beforeAll(async () => {
    founder = await bundleScript("test/support/turso-founder.ts");
    server = await startSqld();
    cloud = await startTurso(server);
    // The template exists, as for every guild but a release's first.
    const { host } = await makeTursoHost(cloud);
    await host.create("made-once" as DatabaseName);
    await host.destroy("made-once" as DatabaseName);
  });
  afterAll(async () => {
    await cloud.stop();
    await server.stop();
    await rm(founder, { force: true });
  });

  const serverProcess = async (dir: string, aheadMs: number) => {
    const now = () => new Date(performance.timeOrigin + performance.now() + aheadMs);
    return await openProvisioning(dir, { now, elsewhere: await makeTursoHost(cloud) });
  };

  /** A guild in its state before `verb`: recorded, or ready and on a plan with delete protection. */
  const prepare = async (dir: string, verb: Verb): Promise<GuildId> => {
    const services = await serverProcess(dir, 0);
    const id = await services.recordGuild();
    if (verb === "deprovision") {
      await services.provisioner.provision(id);
      const sql = "UPDATE guilds SET plan = 'premium' WHERE id = ?";
      await services.platform.db.client.execute({ sql, args: [id] });
      await services.provisioner.applyPlan(id);
    }
    await services.close();
    return id;
  };

  /** Runs `verb` with strikes in this process, then repairs with another one, as after a restart. */
  const inProcess = async (
    verb: Verb,
    strike: (call: Heard, index: number) => Strike | undefined,
  ) =>
    await inFolder(async (dir) => {
      const id = await prepare(dir, verb);
      const services = await serverProcess(dir, 0);
      const before = cloud.heard.length;
      cloud.control.strike = (call, index) => strike(call, index - before);
      const result = await services.provisioner[verb](id).then(
        () => "went through",
        () => "failed",
      );
      cloud.control.strike = undefined;
      await services.close();
      return { calls: cloud.heard.length - before, result, ...(await putRight(dir, id, verb)) };
    });

  /** Runs `verb` in a process that is killed while its call `at` is under way. */
  const inChild = async (verb: Verb, at: number, when: "before" | "after") =>
    await inFolder(async (dir) => {
      const id = await prepare(dir, verb);
      let calls = 0;
      let child: ChildProcess | undefined;
      let struck = false;
      cloud.control.strike = ({ path }) => {
        // Calls during the start do not count.
        if (path.includes("/groups/") || calls++ !== at) return undefined;
        struck = true;
        child!.kill("SIGKILL");
        return `hang-${when}`;
      };
      await new Promise<void>((resolve) => {
        const { url, organization, apiToken } = cloud;
        const args = [founder, dir, verb, JSON.stringify({ url, organization, apiToken })];
        child = execFile(process.execPath, args, () => resolve());
      });
      cloud.control.strike = undefined;
      const result = struck ? "killed" : "went through";
      return { calls, result, ...(await putRight(dir, id, verb)) };
    });

  const inFolder = async <T>(work: (dir: string) => Promise<T>): Promise<T> => {
    const dir = await mkdtemp(join(tmpdir(), "guildhall-turso-"));
    try {
      return await work(dir);
    } finally {
      await removeSearched(dir);
    }
  };

  /** Restarts, sweeps twice, returns the faults it found, and leaves the cloud as it was. */
  const putRight = async (dir: string, id: GuildId, verb: Verb) => {
    const wrong: string[] = [];
    const services = await serverProcess(dir, AFTER_THE_LEASE_MS);
    const { provisioner, platform, operations } = services;
    const first = await provisioner.resume();
    for (const { error } of first.failed) wrong.push(`the sweep failed: ${error.message}`);
    if (first.orphans.length + first.unclaimed.length > 0) wrong.push("there was an orphan");
    const second = await provisioner.resume();
    if (Object.values(second).flat().length > 0) wrong.push("a second sweep found work");
    const running = "SELECT id FROM provisioning_operations WHERE status = 'running'";
    if ((await platform.db.all(running)).length > 0) wrong.push("an operation still runs");
    let end = (await platform.guild(id))?.status ?? "gone";
    if (end === "failed") {
      if (ours().length > 0) wrong.push("a failed guild left its database");
      await provisioner.retry(id);
    }
    const guild = await platform.guild(id);
    if (guild) {
      if (verb === "deprovision") wrong.push(`the guild is still ${guild.status}`);
      if (ours().join() !== guild.databaseName) wrong.push(`databases: ${ours().join()}`);
      const counts = await services.tenants.use(guild, (db) =>
        db.first(`SELECT (SELECT count(*) FROM _meta) AS stamps,
          (SELECT count(*) FROM persons) AS persons, (SELECT count(*) FROM pools) AS pools`),
      );
      if (JSON.stringify(counts) !== '{"stamps":1,"persons":1,"pools":1}') {
        wrong.push(`seeded wrongly: ${JSON.stringify(counts)}`);
      }
      const steps = await operations.steps(id);
      if (steps.at(-1)?.step !== "ready") wrong.push("the last step is not the last");
      end = end === "failed" ? "failed, nothing left, ready at the next try" : end;
      await provisioner.deprovision(id);
    }
    if (ours().length > 0) wrong.push(`left behind: ${ours().join()}`);
    await services.close();
    // One run's fault must not affect the next.
    const { host } = await makeTursoHost(cloud);
    for (const name of ours()) await host.destroy(name as DatabaseName);
    return { end, wrong };
  };

  const ours = () => [...cloud.databases.keys()].filter(isGuildDatabaseName);

  /** Strikes at the first call, the second, and so on, until a run ends without a strike. */
  const everywhere = async (
    what: string,
    run: (at: number) => Promise<{ calls: number; result: string; end: string; wrong: string[] }>,
    stride = 1,
  ) => {
    const ends: Record<string, number> = {};
    const wrong: string[] = [];
    let strikes = 0;
    for (let at = 0; ; at += stride) {
      const found = await run(at);
      if (found.calls <= at) break;
      strikes++;
      const key = `${found.result}, then ${found.end}`;
      ends[key] = (ends[key] ?? 0) + 1;
      for (const one of found.wrong) wrong.push(`call ${at + 1}: ${one}`);
    }
    console.log(`${what}: ${strikes} calls struck; ${JSON.stringify(ends)}; ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
    return { strikes, ends };
  };

  const VERBS = [
    ["provision", "founding", ["ready", "failed, nothing left, ready at the next try"]],
    ["deprovision", "deleting", ["gone"]],
  ] as const;
  for (const [verb, what, allowed] of VERBS) {
    const holds = ({ strikes, ends }: { strikes: number; ends: Record<string, number> }) => {
      expect(strikes).toBeGreaterThanOrEqual(verb === "provision" ? 12 : 4);
      for (const end of Object.keys(ends)) expect(allowed).toContain(end.split(", then ")[1]);
    };

    test(`${what} with one fault at any call leaves the whole guild or nothing`, async () => {
      for (const [how, strike] of Object.entries(ONCE)) {
        const run = (at: number) =>
          inProcess(verb, (_, index) => (index === at ? strike : undefined));
        holds(await everywhere(`${what}, ${how}`, run));
      }
    }, 300_000);

    test(`${what} into an outage at any call leaves the whole guild or nothing`, async () => {
      for (const [how, strike] of Object.entries(OUTAGES)) {
        const run = (at: number) =>
          inProcess(verb, (_, index) => (index >= at ? strike : undefined));
        const { ends } = await everywhere(`${what}, ${how}`, run, isFull ? 1 : 4);
        holds({ strikes: Number.POSITIVE_INFINITY, ends });
      }
    }, 300_000);

    test(`${what} in a process killed at any call leaves the whole guild or nothing`, async () => {
      for (const when of ["before", "after"] as const) {
        const run = (at: number) => inChild(verb, at, when);
        holds(await everywhere(`${what}, killed ${when} the work of a call`, run));
      }
    }, 300_000);
  }

  test("a founding with a late database at every step is ready in the end", async () => {
    cloud.control.lateFor = 30;
    const { end, wrong } = await inProcess("provision", () => undefined);
    cloud.control.lateFor = 0;
    expect({ end, wrong }).toEqual({ end: "ready", wrong: [] });
  }, 60_000);
});
