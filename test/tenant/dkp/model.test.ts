import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, test } from "vitest";
import * as service from "../../../src/tenant/dkp/service.ts";
import { IS_FULL, runs, seeded } from "../../support/scale.ts";
import { Model, type Step } from "./model.ts";
import { changeAfter, type Start, ZONES, type Zone } from "./model-calendar.ts";
import { RaidModel, type RaidStep } from "./model-raids.ts";
import { SeriesModel, type SeriesStep } from "./model-series.ts";
import { ledgerGuild } from "./support.ts";

const PEOPLE = 5;
const who = fc.uniqueArray(fc.nat(PEOPLE - 1), { minLength: 1, maxLength: PEOPLE });
const some = fc.uniqueArray(fc.nat(PEOPLE - 1), { maxLength: PEOPLE });
const points = fc.integer({ min: 1, max: 60 });
const verb = <T extends string>(name: T) => fc.constant(name);
const entryStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ verb: verb("award"), who, points }),
  fc.record({ verb: verb("spend"), who, points }),
  fc.record({
    verb: verb("adjust"),
    who,
    points: fc.integer({ min: -40, max: 40 }).filter((n) => n !== 0),
  }),
  fc.record({ verb: verb("reverse"), entry: fc.nat() }),
  fc.record({ verb: verb("repeat"), entry: fc.nat(), bent: fc.boolean() }),
);

const weekStart = fc.record({
  weekday: fc.integer({ min: 1, max: 7 }),
  hour: fc.integer({ min: 0, max: 23 }),
});
const cap = fc.option(fc.integer({ min: 10, max: 120 }));
type DecayRule = NonNullable<(Step & { verb: "rules" })["decay"]>;
const decayRule: fc.Arbitrary<DecayRule> = fc.record({
  tenths: fc.integer({ min: 1, max: 1_000 }),
  above: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
  positivesOnly: fc.boolean(),
  weekly: fc.option<Start>(weekStart),
});
const rules: fc.Arbitrary<Step> = fc.record({
  verb: verb("rules"),
  hardCap: cap,
  weeklyCap: cap,
  week: fc.option<Start>(weekStart),
  decay: fc.option<DecayRule>(decayRule, { freq: 6 }),
  isStale: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
});

const at = fc.nat(3);
const raidStep: fc.Arbitrary<RaidStep> = fc.oneof(
  fc.record({
    raid: verb("plan"),
    inHours: fc.integer({ min: -30, max: 90 }),
    isOfTeam: fc.boolean(),
  }),
  fc.record({ raid: verb("sign-up"), at, who: fc.nat(PEOPLE - 1) }),
  fc.record({ raid: fc.constantFrom("start" as const, "end" as const), at }),
  fc.record({
    raid: verb("attend"),
    at,
    present: some,
    bench: some,
    isStale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  }),
  fc.record({ raid: verb("award"), at, points, benchPct: fc.constantFrom(0, 33, 50, 100) }),
);

const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 });
/** Quarters of an hour since midnight. Hours with clock changes, 1:00 to 3:00, are drawn more often. */
const time = fc.oneof(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 4, max: 12 }));
const seriesStep: fc.Arbitrary<SeriesStep> = fc.oneof(
  fc.record({ series: verb("plan"), weekdays, time }),
  fc.record({
    series: verb("change"),
    at: fc.nat(3),
    inDays: fc.integer({ min: 0, max: 20 }),
    weekdays: fc.option(weekdays, { nil: undefined }),
    time: fc.option(time, { nil: undefined }),
  }),
);

/** A jump of the clock: hours, or to the next change of clocks and some minutes beside it. */
type Jump = { readonly hours: number } | { readonly besideChange: number };
const jump: fc.Arbitrary<Jump> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ hours: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ besideChange: fc.integer({ min: -90, max: 90 }) }) },
);

const guildStep: fc.Arbitrary<Step | RaidStep | SeriesStep | Jump> = fc.oneof(
  { weight: 6, arbitrary: entryStep },
  {
    weight: 2,
    arbitrary: fc.record({
      verb: verb("award"),
      who,
      points,
      hoursAgo: fc.integer({ min: 0, max: 300 }),
    }),
  },
  { weight: 2, arbitrary: rules },
  { weight: 2, arbitrary: fc.record({ verb: verb("decay"), only: fc.option(who, { freq: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ verb: verb("due-decays") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: verb("join"),
      from: fc.nat(PEOPLE - 1),
      into: fc.nat(PEOPLE - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: verb("unjoin"), which: fc.nat(2) }) },
  { weight: 6, arbitrary: raidStep },
  { weight: 2, arbitrary: seriesStep },
  { weight: 4, arbitrary: jump },
);

const zone = fc.constantFrom(...(Object.keys(ZONES) as Zone[]));
const year = fc.integer({ min: 0, max: 364 });

/** 3,000 runs at full scale, in pools of three kinds. */
const GUILD_RUNS = IS_FULL ? 1_000 : runs(80).numRuns;

describe("the ledger against a model of it", () => {
  for (const kind of ["dkp", "zero-sum"] as const) {
    test(`whatever officers do to a ${kind} pool, every balance is the sum of its history`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(entryStep, { maxLength: 25 }), async (steps) => {
          await using guild = await ledgerGuild(PEOPLE, "admin");
          await service.setDefaultPool(guild.ctx, kind);
          const model = new Model(guild.personIds, kind);
          for (const one of steps) {
            guild.advance(1_000);
            await model.run(guild.ctx, one, randomUUID());
            await model.check(guild.ctx, guild.db);
          }
          await model.checkHistory(guild.ctx);
        }),
        runs(25),
      );
    });
  }

  for (const kind of ["dkp", "zero-sum", "epgp"] as const) {
    test(
      `raids, caps, decay, reversals and joins give the right balances in a ${kind} pool, on any clock`,
      async () => {
        const steps = fc.array(guildStep, { minLength: 15, maxLength: 45, size: "max" });
        const counts = new Map<string, number>();
        const result = await fc.check(
          fc.asyncProperty(zone, year, steps, async (timeZone, day, all) => {
            const nowMs = Date.UTC(2026, 0, 14, 20) + day * 86_400_000;
            const clock = { timeZone, region: ZONES[timeZone], nowMs };
            await using guild = await ledgerGuild(PEOPLE, "admin", clock);
            await service.setDefaultPool(guild.ctx, kind);
            const model = new Model(guild.personIds, kind, timeZone);
            const raids = new RaidModel(model);
            const series = new SeriesModel(timeZone);
            await raids.begin(guild.ctx);
            for (const one of all) {
              guild.advance(1_000);
              await runStep(guild, { model, raids, series }, one);
            }
            await raids.check(guild.ctx);
            await series.check(guild.ctx, guild.db);
            await model.checkHistory(guild.ctx);
            for (const { verb: name } of all.filter((one) => "verb" in one)) add(counts, name);
            for (const [code, count] of model.refused) add(counts, code, count);
          }),
          { numRuns: GUILD_RUNS, ...seeded() },
        );
        console.log(`${result.numRuns} runs, seed ${result.seed}: ${JSON.stringify([...counts])}`);
        if (result.failed) {
          throw new Error(fc.defaultReportMessage(result), { cause: result.errorInstance });
        }
      },
      IS_FULL ? 7_200_000 : 120_000,
    );
  }
});

type LedgerGuild = Awaited<ReturnType<typeof ledgerGuild>>;

interface Models {
  readonly model: Model;
  readonly raids: RaidModel;
  readonly series: SeriesModel;
}

async function runStep(
  guild: LedgerGuild,
  { model, raids, series }: Models,
  step: Step | RaidStep | SeriesStep | Jump,
): Promise<void> {
  if ("hours" in step) return guild.advance(step.hours * 3_600_000);
  if ("besideChange" in step) {
    const now = guild.ctx.now().getTime();
    const to = changeAfter(now, model.zone) + step.besideChange * 60_000;
    return guild.advance(Math.max(0, to - now));
  }
  if ("series" in step) {
    await series.run(guild.ctx, step);
    return await series.check(guild.ctx, guild.db);
  }
  const key = randomUUID();
  if ("raid" in step) await raids.run(guild.ctx, step, key);
  else await model.run(guild.ctx, step, key);
  if ("verb" in step && /join/.test(step.verb)) await raids.readAgain(guild.ctx);
  await model.check(guild.ctx, guild.db);
}

function add(counts: Map<string, number>, name: string, count = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
