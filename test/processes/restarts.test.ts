import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { UNLIMITED_REQUESTS } from "../support/app.ts";
import { clientOf, processes, signUp } from "../support/processes.ts";
import { startProxy } from "../support/proxy.ts";
import { hasSqld, startSqld } from "../support/sqld.ts";

const FULL = process.env["GUILDHALL_SCALE"] === "full";
const WRITERS = 8;
const POINTS = 1;

interface Account {
  readonly acknowledged: number;
  readonly sent: number;
  /** Entries with an acknowledged id that are not in the ledger. */
  readonly lost: number;
  /** Entries in the ledger beyond the one that was requested. */
  readonly doubled: number;
  /** From the restart of the server to the next acknowledged write, in milliseconds. */
  readonly recoveriesMs: readonly number[];
}

/**
 * Awards points `writes` times through two processes while the database server under them is killed and
 * started again `kills` times. A client without a good answer retries, by the key that `keyFor` names.
 */
async function awardThroughKills(
  scale: { readonly writes: number; readonly kills: number },
  keyFor: (write: number, tries: number) => string,
): Promise<Account> {
  const server = await startSqld();
  const proxy = await startProxy(server.url);
  try {
    const env = {
      ...{ SQLD_URL: proxy.url, PLATFORM_DATABASE_URL: `${proxy.url}/platform` },
      // One account writes far more often than people may.
      RATE_LIMITS: UNLIMITED_REQUESTS,
    };
    await using fleet = await processes({ ...server.env, ...env });
    const both = await fleet.start(2);
    const owner = await signUp("owner", both[0]!);
    const founder = clientOf(both[0]!, owner);
    const names = { name: "Steadfast", realm: "Area 52", region: "eu", faction: "horde" };
    const made = await founder.post("/api/guilds", { ...names, slug: "steadfast" });
    if (made.status === 202) await founder.get(`/api/guilds/${made.body.id}/operation/events`);
    const clients = both.map((one) => clientOf(one, owner).within("steadfast"));
    const person = await clients[0]!.post("/roster/persons", { name: "Thrall" });
    const award = { personIds: [person.body.id], points: POINTS, reason: "On time" };

    const acknowledged = new Set<string>();
    const recoveriesMs: number[] = [];
    let restartedAt: number | undefined;
    let sent = 0;
    let next = 0;
    let answered = () => {};
    let refused: (who: number) => unknown = () => {};
    const writer = async (who: number) => {
      const client = clients[who % 2]!;
      while (next < scale.writes) {
        const write = next++;
        for (let tries = 0; ; tries++) {
          sent++;
          const headers = { "idempotency-key": keyFor(write, tries) };
          const answer = await client.post("/dkp/awards", award, headers);
          if (answer.status === 201) {
            acknowledged.add(answer.body.id);
            break;
          }
          refused(who);
          expect([409, 503], answer.text).toContain(answer.status);
          expect(answer.headers.get("retry-after"), answer.text).not.toBeNull();
          // A quarter of the Retry-After: the server is back within tens of milliseconds.
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        if (restartedAt !== undefined) recoveriesMs.push(performance.now() - restartedAt);
        restartedAt = undefined;
        answered();
      }
    };
    const killer = async () => {
      for (let kill = 1; kill <= scale.kills; kill++) {
        const at = Math.floor((kill * scale.writes) / (scale.kills + 1));
        while (acknowledged.size < at) await new Promise<void>((done) => (answered = done));
        // Every other kill comes at the worst moment: the award is written, but its answer is lost.
        if (kill % 2 === 0) await proxy.loseAnswerTo(({ body }) => /into ledger_tx/i.test(body));
        await server.kill();
        // Down long enough that every request is refused, also those the product could have helped.
        const refusedNow = new Set<number>();
        const everybody = new Promise<void>((done) => {
          refused = (who) => refusedNow.add(who).size === WRITERS && done();
        });
        if (kill % 2 === 0) await everybody;
        await server.restart();
        restartedAt = performance.now();
      }
    };
    const writing = Array.from({ length: WRITERS }, (_, who) => writer(who));
    await Promise.all([killer(), ...writing]);

    const ids: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await clients[0]!.get(`/dkp/entries?limit=50${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.body.items.map((entry: { id: string }) => entry.id));
      if (!page.body.next) break;
      cursor = encodeURIComponent(page.body.next);
    }
    const books = await clients[1]!.get("/dkp/verification");
    expect(books.body).toMatchObject({ isRight: true });
    const there = new Set(ids);
    return {
      acknowledged: acknowledged.size,
      sent,
      lost: [...acknowledged].filter((id) => !there.has(id)).length,
      doubled: ids.length - scale.writes,
      recoveriesMs,
    };
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

test.runIf(hasSqld)(
  "a database server that is killed again and again loses no award and gives none twice",
  { timeout: FULL ? 1_800_000 : 90_000 },
  async () => {
    const scale = FULL ? { writes: 10_000, kills: 20 } : { writes: 240, kills: 4 };
    const keys = Array.from({ length: scale.writes }, () => randomUUID());
    // MUTANT=new-key retries with another key, as a careless program would: awards are doubled, and
    // this test fails.
    const isCareless = process.env["MUTANT"] === "new-key";
    const account = await awardThroughKills(scale, (write, tries) =>
      isCareless && tries > 0 ? randomUUID() : keys[write]!,
    );
    const { recoveriesMs, ...counts } = account;
    const slowest = Math.max(...recoveriesMs);
    console.log(
      `${scale.kills} kills, ${JSON.stringify(counts)}, back after ${slowest.toFixed(0)} ms`,
    );
    expect(counts).toMatchObject({ acknowledged: scale.writes, lost: 0, doubled: 0 });
    expect(slowest).toBeLessThan(2_000);
  },
);
