import { installFault } from "../../provisioning/fault.ts";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { databaseName } from "../../provisioning/hosts/host.ts";
import { rehearse } from "../../provisioning/rollouts/rehearse.ts";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { buildNodeServices, guildSchema } from "../../src/node/services.ts";
import { PURGE_JOB } from "../../src/platform/guilds/deletion.ts";
import { cloneOnce } from "./clone.ts";

// A separate process that restores, copies, purges, rehearses or clones the one guild of a data folder, and
// dies or fails at a given fault point. Arguments: the data folder; one of VERBS; such as `3:kill`; a
// member's token. While it works, the member writes. Prints the acknowledged writes.
const [dataDir, verb, strike, token] = process.argv.slice(2) as [string, string, string, string];
const config = readConfig({
  DATA_DIR: dataDir,
  GUILDHALL_SECRET: "only ever used by the tests of copies",
  LOG_LEVEL: "silent",
});
const services = await buildNodeServices(config);
const app = createApp(services);
const { id } = (await services.platform.db.first<{ id: GuildId }>("SELECT id FROM guilds"))!;
const guild = (await services.platform.guild(id))!;
breakOnPurpose(process.env["MUTANT"]);

let isPointed = false;
let passed = 0;
const [at, how] = strike.split(":");
installFault((point) => {
  if (point === "swap.drained") isPointed = true;
  if (String(++passed) !== at) return;
  console.log(`struck at ${point}`);
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  throw new Error(`fault at ${point}`);
});

const VERBS: Record<string, () => Promise<unknown>> = {
  restore: async () => {
    const [copy] = (await services.backups.list({ guildId: id, limit: -1 })).slice(-1);
    await services.backups.restore(copy!, "test");
  },
  create: () => services.backups.create(guild, "manual", "test"),
  purge: async () => {
    await services.platform.advanceGuild(id, "ready", "deleted", { purgeAfter: 1 });
    await services.jobs.enqueue(id, PURGE_JOB, "");
    await services.slowJobRunner.drain();
  },
  rehearse: () => rehearse({ ...services, migrations: guildSchema }, guild),
  clone: () => cloneOnce(services, guild.slug),
};

let isOver = false;
const writing = verb === "purge" || verb === "clone" ? undefined : writeMeanwhile();
const end = await VERBS[verb]!().then(
  () => "passed",
  (error: Error) => `failed (${error.message})`,
);
isOver = true;
await writing;
console.log(`${end} ${passed}`);
await services.close();

async function writeMeanwhile(): Promise<void> {
  for (let n = 0; !isOver; n++) {
    const name = `during-${n}`;
    const wasPointed = isPointed;
    const answer = await app.request(`http://localhost/api/g/${guild.slug}/roster/persons`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    if (answer.status === 201) console.log(`${wasPointed ? "kept" : "written"} ${name}`);
    // The writer must let the work continue as well.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Removes one precaution, to show that the test would notice. */
function breakOnPurpose(mutant: string | undefined): void {
  if (mutant === "old-goes-first") {
    const restore = FileHost.prototype.restore;
    FileHost.prototype.restore = async function (name, copy) {
      const location = await restore.call(this, name, copy);
      await this.destroy(databaseName(guild.databaseName));
      return location;
    };
  }
  if (mutant === "spares-unnoted") {
    const { client } = services.platform.db;
    const batch = client.batch.bind(client);
    client.batch = (statements, mode) =>
      batch(
        statements.map((one) =>
          /into "?spare_databases/i.test(one.sql) ? { sql: "SELECT 1", args: [] } : one,
        ),
        mode,
      );
  }
}
