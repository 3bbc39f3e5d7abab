import { createInterface } from "node:readline";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices } from "../../src/node/services.ts";

// A separate server process on the same files. It settles what is due, and bids at the very end of
// auctions. It prints `ready` once it has started, reads its plan as a line from standard input, prints the
// answers to its bids as a line, and ends when its standard input does.

interface Plan {
  readonly slug: string;
  readonly token: string;
  readonly bids: readonly {
    readonly auction: string;
    readonly at: number;
    readonly points: number;
  }[];
}

const services = await buildNodeServices(readConfig(process.env));
const app = createApp(services);
services.jobRunner.start();
console.log("ready");
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const plan = JSON.parse((await input.next()).value ?? "") as Plan;

const answers = await Promise.all(
  [...plan.bids]
    .sort((a, b) => a.at - b.at)
    .map(async ({ auction, at, points }) => {
      await new Promise((resolve) => setTimeout(resolve, at - Date.now() - 4));
      // Timers are too coarse for the last milliseconds.
      while (Date.now() < at);
      const response = await app.request(
        `http://localhost/api/g/${plan.slug}/auctions/${auction}/bids`,
        {
          method: "POST",
          headers: { authorization: `Bearer ${plan.token}`, "content-type": "application/json" },
          body: JSON.stringify({ points }),
        },
      );
      const body = (await response.json()) as { id?: string; type?: string };
      return { auction, status: response.status, id: body.id ?? null, type: body.type };
    }),
);
console.log(JSON.stringify(answers));
await input.next();
await services.close();
