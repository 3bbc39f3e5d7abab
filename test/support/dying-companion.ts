import { writeFile } from "node:fs/promises";
import { Companion } from "../../provisioning/cli/companion/companion.ts";
import { deliver } from "../../provisioning/cli/companion/delivery.ts";
import { StateFile } from "../../provisioning/cli/companion/state.ts";

// One pass of the companion, with a fault: it is killed at one step. The steps are those of
// `DYING_STEPS` in test/addon/companion-crash.test.ts.
const [folder, stateFile, server, dieAt] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const die = (step: string) => {
  if (step === dieAt) process.kill(process.pid, "SIGKILL");
};

const target = { server: new URL(server), guild: undefined };
const store = new StateFile(stateFile, `${target.server.origin} `);
let saves = 0;
const companion = new Companion({
  folder,
  store: {
    load: () => store.load(),
    save: async (state) => {
      saves += 1;
      die(`before save ${saves}`);
      if (dieAt === `within save ${saves}`) {
        await writeFile(`${stateFile}.${process.pid}`, '{"version":1,"targets":{"htt');
        die(dieAt);
      }
      await store.save(state);
      die(`after save ${saves}`);
    },
  },
  send: async (one) => {
    die("before the upload");
    const key = process.env["GUILDHALL_KEY"]!;
    const answer = await deliver(
      one,
      target,
      async () => key,
      () => performance.now(),
    );
    die("after the upload");
    return answer;
  },
  nowMs: () => performance.timeOrigin + performance.now() + 60_000,
  onNews: () => {},
});
await companion.pass();
process.stdout.write(JSON.stringify(companion.status()));
