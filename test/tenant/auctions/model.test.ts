import fc from "fast-check";
import { expect, test } from "vitest";
import { write } from "../../../src/database/write.ts";
import { newId, type PoolId } from "../../../src/kernel/ids.ts";
import { AUCTION_MODES } from "../../../src/tenant/auctions/schema.ts";
import { systemAccounts } from "../../../src/tenant/dkp/pools.ts";
import { verify } from "../../../src/tenant/dkp/service.ts";
import { IS_FULL, seeded } from "../../support/scale.ts";
import { AuctionModel, type Step } from "./model.ts";
import { auctionGuild } from "./support.ts";

const RUNS = IS_FULL ? 3_000 : process.env["GUILDHALL_TEST_HOST"] === "sqld" ? 10 : 40;
const PEOPLE = 5;
const who = fc.nat(PEOPLE - 1);
const at = fc.nat(5);
const points = fc.integer({ min: 1, max: 60 });
const mode = fc.constantFrom(...AUCTION_MODES);
const bid = fc.record({
  do: fc.constant("bid" as const),
  who,
  at,
  points,
  spec: fc.constantFrom("main" as const, "main" as const, "off" as const),
  again: fc.boolean(),
});

const open = fc.record({
  do: fc.constant("open" as const),
  mode: mode as fc.Arbitrary<"open">,
  minimum: fc.integer({ min: 0, max: 20 }),
  step: fc.integer({ min: 1, max: 10 }),
  copies: fc.integer({ min: 1, max: 3 }),
  seconds: fc.integer({ min: 15, max: 120 }),
  allIn: fc.boolean(),
  atRaid: fc.option(fc.record({ presentOnly: fc.boolean(), endsWhenPassed: fc.boolean() }), {
    nil: undefined,
    freq: 3,
  }),
  allowsMinimum: fc.boolean(),
});
const attend = fc.record({
  do: fc.constant("attend" as const),
  // With few people present, all of them decide often enough.
  present: fc.uniqueArray(who, { maxLength: 3 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("award" as const), who, points }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cut" as const), who, points }) },
  { weight: 2, arbitrary: open },
  { weight: 12, arbitrary: bid },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retract" as const), who, at }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("pass" as const), who, at }) },
  { weight: 1, arbitrary: attend },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      // Whole seconds and a half: no bid falls on the exact moment of an end.
      seconds: fc.integer({ min: 1, max: 40 }).map((s) => s + 0.5),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("settle" as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), at }) },
);

/** All people begin with points, there is something to bid on, and in the end all is settled. */
const night = fc
  .tuple(
    fc.array(points, { minLength: PEOPLE, maxLength: PEOPLE }),
    attend,
    fc.array(open, { minLength: 1, maxLength: 3 }),
    fc.array(step, { minLength: 15, maxLength: 60, size: "max" }),
  )
  .map(([begin, there, opened, steps]): readonly Step[] => [
    ...begin.map((amount, i): Step => ({ do: "award", who: i, points: amount * 2 })),
    there,
    ...opened,
    ...steps,
    { do: "wait", seconds: 300.5 },
    ...[0, 1, 2, 3, 4, 5].map((one): Step => ({ do: "settle", at: one })),
  ]);

test(
  "whatever officers and bidders do, every auction ends as the rules say and the books are right",
  async () => {
    await using guild = await auctionGuild(PEOPLE);
    const { officer, system, bidders, db, personIds, advance } = guild;
    const { jobs } = guild.t.services;
    const counts = {
      ...{ accepted: 0, refused: 0, settled: 0, sold: 0, unpaid: 0, passed: 0, early: 0 },
    };
    let steps = 0;
    const result = await fc.check(
      fc.asyncProperty(night, async (commands) => {
        const pool = newId<PoolId>();
        await write(db, [
          {
            sql: `INSERT INTO pools (id, name, kind, decimals, rules, created_at)
                  VALUES (?, ?, 'dkp', 2, '{}', 0)`,
            args: [pool, pool],
          },
          systemAccounts({ id: pool }),
        ]);
        const model = new AuctionModel(personIds, pool);
        await model.begin(officer);
        try {
          for (const one of commands) {
            await model.run(one, { officer, system, bidders, jobs, advance });
            await model.check(officer, db);
            steps++;
          }
          expect((await verify({ ...officer })).differences).toEqual([]);
        } finally {
          // The next run begins without these, also after a failure.
          await db.client.execute({
            sql: "UPDATE auctions SET status = 'void' WHERE pool_id = ? AND status = 'open'",
            args: [pool],
          });
          await db.client.execute({ sql: "DELETE FROM holds WHERE pool_id = ?", args: [pool] });
        }
        for (const [name, count] of Object.entries(model.counts)) {
          counts[name as keyof typeof counts] += count;
        }
      }),
      { numRuns: RUNS, ...seeded() },
    );
    console.log(
      `${result.numRuns} runs, ${steps} steps, seed ${result.seed}: ${JSON.stringify(counts)}`,
    );
    if (result.failed) {
      throw new Error(fc.defaultReportMessage(result), { cause: result.errorInstance });
    }
    // A run without acceptances, refusals, sales or skipped winners would prove nothing.
    const { unpaid, early, ...usual } = counts;
    for (const count of Object.values(usual)) expect(count).toBeGreaterThan(0);
    // These are rare. A few runs may have none.
    if (RUNS >= 150) expect(Math.min(unpaid, early)).toBeGreaterThan(0);
  },
  IS_FULL ? 3_600_000 : 240_000,
);
