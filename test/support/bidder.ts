import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { buildNodeServices } from "../../src/node/services.ts";

// A server process of its own on the same files: it settles what is due, and bids at the very end of
// auctions. Its plan comes on standard input; it prints how each bid was answered.

interface Plan {
  readonly slug: string;
  readonly token: string;
  readonly bids: readonly {
    readonly auction: string;
    readonly at: number;
    readonly points: number;
  }[];
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const plan = JSON.parse(Buffer.concat(chunks).toString()) as Plan;
const services = await buildNodeServices(readConfig(process.env));
const app = createApp(services);
services.jobRunner.start();

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
// Whatever ended is settled by one of the processes.
await new Promise((resolve) => setTimeout(resolve, 1_500));
console.log(JSON.stringify(answers));
await services.close();
