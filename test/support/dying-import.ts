import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openEmbedded } from "../../src/database/embedded.ts";

// `guildhall import …` in a process that dies at the n-th write of an import, without a chance to clean up.
// Arguments: the number of the write, whether it is done before the death, and those of the command.
const [strike, moment, ...command] = process.argv.slice(2);
const url = pathToFileURL(join(process.env["DATA_DIR"]!, "probe.db")).href;
const probe = await openEmbedded({ url }, { create: true });
const prototype = Object.getPrototypeOf(probe) as Pick<typeof probe, "batch">;
await probe.close();
const { batch } = prototype;
let passed = 0;
prototype.batch = async function (this: typeof probe, statements, mode) {
  const isOfImport = statements.some(({ args }) =>
    args.some((one) => typeof one === "string" && /^import\.[a-z-]+$/.test(one)),
  );
  if (isOfImport) passed++;
  const isStrike = isOfImport && passed === Number(strike);
  if (isStrike && moment === "before") process.kill(process.pid, "SIGKILL");
  const result = await batch.call(this, statements, mode);
  if (isStrike) process.kill(process.pid, "SIGKILL");
  return result;
};
process.argv = [...process.argv.slice(0, 2), "import", ...command];
await import("../../provisioning/cli/main.ts");
