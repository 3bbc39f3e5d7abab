import { sql } from "drizzle-orm";
import { fault, installFault } from "../../provisioning/fault.ts";
import { FileHost } from "../../provisioning/hosts/file.ts";
import { newDatabaseName } from "../../provisioning/hosts/host.ts";
import { guard } from "../../src/database/write.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { Operations } from "../../src/platform/guilds/operations.ts";
import { openProvisioning } from "./provisioning.ts";

// A separate process that works on one guild and may die on the way.
// Arguments: the data folder; `found`, `delete`, `retry` or `sweep`; strikes such as `3:throw,2:kill`:
// an error at the third fault point, then SIGKILL at the second one after it; and by how many
// milliseconds its clock is ahead. Prints the number of points after the last strike.
const [dataDir, verb, strikes, aheadMs] = process.argv.slice(2) as [string, string, string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const { provisioner, platform, recordGuild, close } = await openProvisioning(dataDir, { now });
breakOnPurpose(process.env["MUTANT"]);

const VERBS: Record<string, () => Promise<() => Promise<unknown>>> = {
  found: async () => {
    const guild = await recordGuild();
    return () => provisioner.provision(guild);
  },
  delete: async () => {
    const guild = await recordGuild();
    await provisioner.provision(guild);
    return () => provisioner.deprovision(guild);
  },
  retry: async () => {
    const guild = await platform.db.first<{ id: GuildId }>("SELECT id FROM guilds");
    return () => provisioner.retry(guild!.id);
  },
  sweep: async () => () => provisioner.resume(),
};

const work = await VERBS[verb]!();
let passed = 0;
const waiting = strikes === "" ? [] : strikes.split(",").map((strike) => strike.split(":"));
installFault(strikeWhenTold);
const end = await work().then(
  () => "passed",
  (error: Error) => `failed (${error.message}) after`,
);
console.log(`${end} ${passed}`);
await close();

function strikeWhenTold(point: string): void {
  passed++;
  const [at, how] = waiting[0] ?? [];
  if (String(passed) !== at) return;
  waiting.shift();
  passed = 0;
  console.log(`struck at ${point}`);
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  throw new Error(`fault at ${point}`);
}

/** Removes one of the provisioner's precautions, to show that the test would notice. */
function breakOnPurpose(mutant: string | undefined): void {
  if (mutant === "name-after-create") {
    const create = FileHost.prototype.create;
    FileHost.prototype.create = async function () {
      const name = newDatabaseName();
      const location = await create.call(this, name);
      fault("unnamed");
      await platform.db.client.execute({
        sql: "UPDATE guilds SET database_name = ?",
        args: [name],
      });
      return location;
    };
  }
  if (mutant === "undo-without-asking") {
    Operations.prototype.stillOurs = () => guard(sql`1`, () => new Error());
  }
}
