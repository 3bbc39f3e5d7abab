import { Output } from "../../provisioning/cli/output.ts";
import { transferEncounters } from "../../provisioning/cli/transfer-fights.ts";
import { installFault } from "../../provisioning/fault.ts";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices } from "../../src/node/services.ts";

// A separate process that moves fights between two guilds and dies at the n-th step, without a chance to
// clean up. Arguments: the source, the target, the number of the step, and ids of fights.
const [from, to, strike, ids] = process.argv.slice(2) as [string, string, string, string];
const services = await buildNodeServices(readConfig(process.env));
let passed = 0;
installFault((point) => {
  if (!point.startsWith("transfer.")) return;
  passed++;
  if (passed === Number(strike)) process.kill(process.pid, "SIGKILL");
});
try {
  await transferEncounters(services, new Output({ json: true }), { from, to, ids, yes: true });
} finally {
  await services.close();
}
