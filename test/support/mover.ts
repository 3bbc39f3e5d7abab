import { installFault } from "../../provisioning/fault.ts";
import { type MoveDeps, moveGuild } from "../../provisioning/moves/move.ts";
import { readConfig } from "../../src/config.ts";
import type { Client, Statement } from "../../src/database/client.ts";
import { buildNodeServices } from "../../src/node/services.ts";

// A separate process that moves a guild and may be struck on the way. Arguments: the guild's slug; the
// target host, or `sweep` to finish interrupted moves; where it is struck and how, or nothing; and how
// many milliseconds its clock is ahead. `3:kill` dies at the third fault point; `move.copied:stall` stops
// there until the test continues it; `:gasp` stops as well, but then only does the step it was at.
const [slug, to, strike, aheadMs] = process.argv.slice(2) as [string, string, string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const services = await buildNodeServices(readConfig(process.env), { now });
const found = await services.platform.guildForUser(slug, null);

let passed = 0;
let isDying = false;
const [at, how] = strike.split(":");
installFault((point) => {
  if (!point.startsWith("move.")) return;
  if (isDying) process.kill(process.pid, "SIGKILL");
  // There are many tables and pages, and all are alike.
  const isOneOfMany = point.startsWith("move.page") || (point === "move.table" && passed % 7 !== 3);
  if (!isOneOfMany) passed++;
  if (point !== at && (isOneOfMany || String(passed) !== at)) return;
  console.log(`struck at ${point}`);
  process.kill(process.pid, how === "kill" ? "SIGKILL" : "SIGSTOP");
  isDying = how === "gasp";
});
try {
  if (to === "sweep") await services.provisioner.resume();
  else await moveGuild(brokenOnPurpose(process.env["MUTANT"]), found!.guild, to);
  console.log("moved");
} catch (error) {
  if (how !== "gasp") throw error;
  console.log(`gave up: ${error}`);
}
await services.close();

/** Removes one precaution, to show that the test would notice. */
function brokenOnPurpose(mutant: string | undefined): MoveDeps {
  if (mutant === "writes-go-on") return without(/_move_blocks_/);
  if (mutant === "fence-ignored") return without(/_move where fence =/);
  return services;
}

/** Drops some of the statements that are sent to guilds' databases. */
function without(what: RegExp): MoveDeps {
  const openClient = async (location: Parameters<MoveDeps["openClient"]>[0]): Promise<Client> => {
    const client = await services.openClient(location);
    const [batch, migrate] = [client.batch.bind(client), client.migrate.bind(client)];
    const left = (all: readonly Statement[]) => all.filter(({ sql }) => !what.test(sql));
    client.batch = (statements, mode) => batch(left(statements), mode);
    client.migrate = (statements, options) => migrate(left(statements), options);
    return client;
  };
  return { ...services, openClient };
}
