import { systemClock } from "../../src/kernel/clock.ts";
import { createLog } from "../../src/kernel/log.ts";
import { runProcess } from "../../src/node/process-guard.ts";

// A process whose work fails outside every catch, in the way that its argument names.
const log = createLog("info", (line) => process.stdout.write(`${line}\n`), systemClock);
await runProcess(async () => ({ log, stop: async () => log.info("stopped") }));
const lost = Object.assign(new Error("nothing catches this"), { code: "ELOST" });
if (process.argv[2] === "throw") {
  setTimeout(() => {
    throw lost;
  }, 1);
} else setTimeout(() => Promise.reject(lost), 1);
// Keeps the process alive, as a server's work does.
setInterval(() => {}, 1_000);
