import { installFault } from "../../provisioning/fault.ts";
import { moveGuild } from "../../provisioning/moves/move.ts";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices } from "../../src/node/services.ts";

// A process of its own that moves a guild and may be told to die on the way. Arguments: the guild's slug;
// the host it goes to, or `sweep` to finish what others left; at which fault point of the move it is
// killed (0 for none); and how many milliseconds its clock is ahead.
const [slug, to, killAt, aheadMs] = process.argv.slice(2) as [string, string, string, string];
const now = () => new Date(performance.timeOrigin + performance.now() + Number(aheadMs));
const services = await buildNodeServices(readConfig(process.env), { now });
const found = await services.platform.guildForUser(slug, null);

let passed = 0;
installFault((point) => {
  if (!point.startsWith("move.")) return;
  // Tables are many, and one is like the other.
  if (point === "move.table" && passed % 7 !== 3) return;
  passed++;
  if (passed !== Number(killAt)) return;
  console.log(`killed at ${point}`);
  process.kill(process.pid, "SIGKILL");
});
if (to === "sweep") await services.provisioner.resume();
else await moveGuild(services, found!.guild, to);
await services.close();
