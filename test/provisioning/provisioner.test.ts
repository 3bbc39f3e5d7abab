import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installFault } from "../../provisioning/fault.ts";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { openProvisioning } from "../support/provisioning.ts";
import { removeSearched } from "../support/secrets/folders.ts";

let dir: string;
let nowMs: number;
let services: Awaited<ReturnType<typeof openProvisioning>>;
const now = () => new Date(nowMs);

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 14, 20);
  dir = await mkdtemp(join(tmpdir(), "guildhall-provisioner-"));
  services = await openProvisioning(dir, { now });
});
afterEach(async () => {
  installFault(undefined);
  await services.close();
  await removeSearched(dir);
});

const NOTHING = { finished: [], failed: [], spares: [], orphans: [], unclaimed: [] };
const theLeaseRunsOut = () => {
  nowMs += limits.guild.operationLeaseMs + 1;
};
const failAt = (where: string, error = new Error("disk on fire at /secret/path")) =>
  installFault((point) => {
    if (point === where) throw error;
  });
const databases = async () =>
  (await readdir(join(dir, "guilds")).catch(() => [])).filter((file) => file.endsWith(".db"));
const guildOf = async (id: GuildId) => (await services.platform.guild(id))!;

/** Stops at a fault point's step until the test continues it, as a stalled process would. */
function stallSeed(target: typeof services) {
  let reached!: () => void;
  let goOn!: () => void;
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { host } = target;
  const create = host.create.bind(host);
  host.create = async (name) => {
    const location = await create(name);
    reached();
    await mayGoOn;
    return location;
  };
  return { isReached, goOn };
}

test("a founded guild is ready, and its steps can be read in order", async () => {
  const id = await services.recordGuild();
  const guild = await services.provisioner.provision(id);
  expect(guild).toMatchObject({ status: "ready", schemaVersion: expect.any(Number) });
  expect(await databases()).toEqual([`${guild.databaseName}.db`]);
  const steps = await services.operations.steps(id);
  expect(steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
    ...["recorded done", "created started", "created done", "migrated started", "migrated done"],
    ...["seeded started", "seeded done", "verified started", "verified done", "ready done"],
  ]);
  expect(await services.operations.steps(id, steps[3]!.seq)).toEqual(steps.slice(4));
});

test("founding a guild that is ready changes nothing", async () => {
  const id = await services.recordGuild();
  const guild = await services.provisioner.provision(id);
  expect(await services.provisioner.provision(id)).toEqual(guild);
  expect(await services.operations.steps(id)).toHaveLength(10);
});

test("fifty foundings of one guild at once make one database", async () => {
  const id = await services.recordGuild();
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, () => services.provisioner.provision(id)),
  );
  const refused = all.filter((one) => one.status === "rejected");
  expect(refused).toHaveLength(49);
  for (const { reason } of refused) expect(reason.code).toBe("guild/operation-running");
  expect((await guildOf(id)).status).toBe("ready");
  expect(await databases()).toHaveLength(1);
});

test("a failed founding leaves nothing and can be tried again", async () => {
  const id = await services.recordGuild();
  failAt("seeded.worked");
  await expect(services.provisioner.provision(id)).rejects.toThrow("disk on fire");
  const failed = await guildOf(id);
  expect(failed.status).toBe("failed");
  expect(await databases()).toEqual([]);
  installFault(undefined);
  expect((await services.provisioner.retry(id)).status).toBe("ready");
  await expect(services.provisioner.retry(id)).rejects.toMatchObject({
    code: "guild/status-changed",
  });
});

test("members see that a founding failed, operators see why", async () => {
  const id = await services.recordGuild();
  failAt("created.worked");
  await expect(services.provisioner.provision(id)).rejects.toThrow();
  expect((await guildOf(id)).statusReason).not.toContain("/secret/path");
  expect(await services.operations.lastError(id)).toContain("/secret/path");
  const steps = await services.operations.steps(id);
  expect(steps.at(-1)).toMatchObject({ step: "created", state: "failed" });
});

test("a process that stalled beyond its lease does no harm to the guild made since", async () => {
  const other = await openProvisioning(dir, { now });
  try {
    const id = await services.recordGuild();
    const { isReached, goOn } = stallSeed(services);
    const stalled = services.provisioner.provision(id);
    await isReached;
    expect(await other.provisioner.resume()).toEqual(NOTHING);
    theLeaseRunsOut();
    expect(await other.provisioner.resume()).toEqual({ ...NOTHING, finished: [id] });
    goOn();
    await expect(stalled).rejects.toMatchObject({ code: "guild/operation-lost" });
    const guild = await guildOf(id);
    expect(guild.status).toBe("ready");
    await other.tenants.use(guild, async (db) => {
      expect(await db.all("SELECT id FROM persons")).toHaveLength(1);
    });
  } finally {
    await other.close();
  }
});

test("a deleted guild is gone with its database, and its address is held for a while", async () => {
  const id = await services.recordGuild("iron-vow");
  const guild = await services.provisioner.provision(id);
  await services.tenants.use(guild, (db) => db.all("SELECT 1"));
  await services.provisioner.deprovision(id);
  expect(await services.platform.guild(id)).toBeUndefined();
  expect(await databases()).toEqual([]);
  expect(await services.platform.guildIdBySlugHistory("iron-vow")).toBe(id);
  nowMs += limits.guild.slugHeldMs;
  expect(await services.platform.guildIdBySlugHistory("iron-vow")).toBeUndefined();
  await expect(services.provisioner.deprovision(id)).rejects.toMatchObject({
    code: "guild/not-found",
  });
  expect(await services.provisioner.resume()).toEqual(NOTHING);
});

test("a guild in use is deleted after its last request has ended, not before", async () => {
  const id = await services.recordGuild();
  const guild = await services.provisioner.provision(id);
  const order: string[] = [];
  installFault((point) => void order.push(point));
  const lease = await services.tenants.lease(guild);
  const deletion = services.provisioner.deprovision(id);
  // Enough turns for a deletion that would not wait.
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(await lease.db.all("SELECT id FROM persons")).toHaveLength(1);
  order.push("released");
  lease[Symbol.dispose]();
  await deletion;
  expect(order.slice(0, 3)).toEqual(["deleting", "released", "drained"]);
  expect(await databases()).toEqual([]);
});

test("a deletion that fails is finished by the sweep", async () => {
  const id = await services.recordGuild();
  await services.provisioner.provision(id);
  failAt("drained");
  await expect(services.provisioner.deprovision(id)).rejects.toThrow();
  expect((await guildOf(id)).status).toBe("deleting");
  installFault(undefined);
  theLeaseRunsOut();
  expect(await services.provisioner.resume()).toEqual({ ...NOTHING, finished: [id] });
  expect(await services.platform.guild(id)).toBeUndefined();
});

test("a guild recorded by a process that died at once is founded by the sweep", async () => {
  const id = await services.recordGuild();
  expect(await services.provisioner.resume()).toEqual(NOTHING);
  theLeaseRunsOut();
  expect(await services.provisioner.resume()).toEqual({ ...NOTHING, finished: [id] });
  expect(await services.provisioner.resume()).toEqual(NOTHING);
});

test("a repeated failure is reported, and the sweep continues with the other guilds", async () => {
  const ids = [await services.recordGuild("one-vow"), await services.recordGuild("two-vow")];
  theLeaseRunsOut();
  let strikes = 0;
  installFault((point) => {
    if (point === "created.worked" && strikes++ === 0) throw new Error("No.");
  });
  const report = await services.provisioner.resume();
  expect(report.failed.map(({ id }) => id)).toEqual([ids[0]]);
  expect(report.finished).toEqual([ids[1]]);
  expect(await services.provisioner.resume()).toEqual(NOTHING);
});

test("the sweep removes an empty database that no guild owns, and never one with data", async () => {
  const [empty, founded] = [newDatabaseName(), await services.recordGuild()];
  await services.host.create(empty);
  const guild = await services.provisioner.provision(founded);
  // The state after a restore of a platform copy from before the guild was founded.
  await services.platform.db.client.batch(
    ["memberships", "guilds"].map((table) => ({ sql: `DELETE FROM ${table}`, args: [] })),
    "write",
  );
  const { orphans, unclaimed } = await services.provisioner.resume();
  expect(orphans).toEqual([empty]);
  expect(unclaimed).toEqual([guild.databaseName]);
  expect(await databases()).toEqual([`${guild.databaseName}.db`]);
});
