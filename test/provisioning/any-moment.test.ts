import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unpack, withScratch } from "../../provisioning/backups/copies.ts";
import { hashIn } from "../../provisioning/backups/keys.ts";
import { inFile } from "../../provisioning/backups/whole-files.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { Backup } from "../../src/platform/backups/rows.ts";
import { OF_THE_PLATFORM, ROUND_JOB } from "../../src/platform/jobs/kinds.ts";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

const IS_FULL = process.env["GUILDHALL_SCALE"] === "full";
const MINUTE_MS = 60_000;
/** A whole round, the part of it that the guild is in, and the minute between two looks of this test. */
const STALE_MS = limits.backups.everyMs * (1 + 1 / limits.backups.partsOfRound) + MINUTE_MS;

type Step =
  | { readonly kind: "write" | "manual" }
  | { readonly kind: "wait"; readonly minutes: number }
  | { readonly kind: "moment" | "restore"; readonly share: number };

const share = fc.integer({ min: 0, max: 1_000 }).map((n) => n / 1_000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("manual" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      minutes: fc.integer({ min: 1, max: IS_FULL ? 240 : 40 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("moment" as const), share }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const), share }) },
);

/** What the guild held, and what each of its backups must hold, beside what the product did. */
class Model {
  readonly #t: TestApp;
  readonly #guild: TestGuild;
  readonly #states: { readonly at: number; readonly names: readonly string[] }[] = [];
  readonly #held = new Map<string, readonly string[]>();
  readonly distances: number[] = [];
  restores = 0;
  #written = 0;

  constructor(t: TestApp, guild: TestGuild) {
    this.#t = t;
    this.#guild = guild;
  }

  async run(steps: readonly Step[]): Promise<void> {
    await this.#changed();
    // A write and a round, so that there is something to go back to.
    for (const one of [{ kind: "write" }, { kind: "wait", minutes: 17 }] as const) {
      await this.#do(one);
    }
    for (const one of steps) await this.#do(one);
  }

  async #do(one: Step): Promise<void> {
    switch (one.kind) {
      case "write":
        await this.#guild.owner.post("/roster/persons", { name: `Person ${++this.#written}` });
        return await this.#changed();
      case "manual":
        await this.#t.services.backups.create(await this.#found(), "manual", "test");
        return await this.#learn();
      case "wait":
        for (let n = 0; n < one.minutes; n++) {
          this.#t.advance(MINUTE_MS);
          await this.#t.services.jobs.enqueue(OF_THE_PLATFORM, ROUND_JOB, "");
          await this.#t.services.slowJobRunner.drain();
        }
        return await this.#learn();
      case "moment":
        await this.#lookAt(one.share);
        return;
      case "restore":
        return await this.#restore(one.share);
    }
  }

  /** Compares the product's choice for a moment with the model, and the copy's content too. */
  async #lookAt(share: number): Promise<Backup | undefined> {
    const [first] = this.#states;
    const moment = Math.round(first!.at + share * (this.#t.now().getTime() - first!.at));
    const rows = await this.#rows();
    const expected = rows.filter(({ takenAt }) => takenAt <= moment)[0];
    const chosen = await this.#t.services.backups.newestAt(this.#guild.id as GuildId, moment);
    expect(chosen?.takenAt).toBe(expected?.takenAt);
    if (chosen === undefined) return undefined;
    this.distances.push(moment - chosen.takenAt);
    expect(await this.#namesIn(chosen)).toEqual(this.#held.get(chosen.id));
    const missed = this.#states.filter(({ at }) => at > chosen.takenAt && at <= moment - STALE_MS);
    expect(missed, "changes that a round should have copied").toEqual([]);
    return chosen;
  }

  async #restore(share: number): Promise<void> {
    const chosen = await this.#lookAt(share);
    if (chosen === undefined) return;
    this.restores++;
    await this.#t.services.backups.restore(chosen, "test");
    await this.#learn();
    await this.#changed();
    expect(this.#states.at(-1)!.names).toEqual(this.#held.get(chosen.id));
  }

  /** Records what the guild holds now. */
  async #changed(): Promise<void> {
    this.#t.advance(1);
    const names = await this.#t.services.tenants.use(await this.#found(), (db) =>
      db.all<{ name: string }>("SELECT name FROM persons ORDER BY name"),
    );
    this.#states.push({ at: this.#t.now().getTime(), names: names.map(({ name }) => name) });
  }

  /** Every new backup holds what the guild held when it was made. Nothing was written meanwhile. */
  async #learn(): Promise<void> {
    for (const { id } of await this.#rows()) {
      if (!this.#held.has(id)) this.#held.set(id, this.#states.at(-1)!.names);
    }
    this.#t.advance(1);
  }

  async #rows(): Promise<readonly Backup[]> {
    const all = await this.#t.services.backups.list({
      guildId: this.#guild.id as GuildId,
      limit: -1,
    });
    expect(all.every(({ status }) => status === "good")).toBe(true);
    return all;
  }

  async #namesIn({ objectKey }: Backup): Promise<readonly string[]> {
    const file = join(this.#t.dir, "opened.db");
    return await withScratch([file], async () => {
      const key = objectKey!;
      await unpack(await this.#t.services.backupStore.get(key), file, hashIn(key));
      return await inFile(file, async (client) => {
        const sql = "SELECT name FROM persons ORDER BY name";
        return (await client.execute({ sql, args: [] })).rows.map(([name]) => String(name));
      });
    });
  }

  async #found() {
    return (await this.#t.services.platform.guild(this.#guild.id as GuildId))!;
  }
}

test("a guild goes back to any moment: to the newest backup of it or before, which a round made in time", async () => {
  let moments = 0;
  await fc.assert(
    fc.asyncProperty(fc.noBias(fc.array(step, { minLength: 24, maxLength: 24 })), async (steps) => {
      await using t = await testApp();
      const model = new Model(t, await t.guild("iron-vow"));
      await model.run(steps);
      moments += model.distances.length;
      const farthest = Math.max(0, ...model.distances) / MINUTE_MS;
      console.log(
        `${model.distances.length} moments, ${model.restores} restores, at most ${farthest.toFixed(0)} minutes back`,
      );
      expect(await readdir(join(t.services.config.dataDir, "scratch"))).toEqual([]);
    }),
    { numRuns: IS_FULL ? 30 : 1, endOnFailure: true, ...(IS_FULL ? {} : { seed: 7 }) },
  );
  expect(moments).toBeGreaterThanOrEqual(IS_FULL ? 200 : 4);
}, 600_000);
