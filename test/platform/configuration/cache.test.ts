import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GuildId } from "../../../src/kernel/ids.ts";
import { buildNodeServices, type NodeServices } from "../../../src/node/services.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { anOperator } from "../console/support.ts";

const MINUTE_MS = 60_000;
const OURS = "01890a5d-ac96-774b-bcce-b302099a8057" as GuildId;
const THEIRS = "01890a5d-ac96-774b-bcce-b302099a8058" as GuildId;

let t: TestApp;
let other: NodeServices;
beforeAll(async () => {
  t = await testApp();
  other = await buildNodeServices(t.services.config, { now: t.now });
});
afterAll(async () => {
  await other.close();
  await t.close();
});

let number = 0;

/** A remote service that counts its requests. */
function service() {
  const asked = { times: 0, isDown: false };
  const key = `armory/${++number}`;
  const ask = (scope: GuildId | "everybody" = OURS, from = t.services, more = {}) =>
    from.cache.cached(scope, key, { ttlMs: MINUTE_MS, ...more }, async () => {
      asked.times++;
      if (asked.isDown) throw new Error("The service does not answer.");
      return { answer: asked.times, scope };
    });
  return { asked, ask };
}

describe("a cached answer", () => {
  test("is fetched once, even when 50 callers want it at the same time", async () => {
    const { asked, ask } = service();
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    expect(asked.times).toBe(1);
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set([1]));
  });

  test("is kept for its time, also for another process, and fetched again afterwards", async () => {
    const { asked, ask } = service();
    await ask();
    t.advance(MINUTE_MS - 1);
    expect(await ask(OURS, other)).toEqual({ answer: 1, scope: OURS });
    t.advance(1);
    expect((await ask()).answer).toBe(2);
    expect(asked.times).toBe(2);
  });

  test("is never shared with another guild, at the same time or later", async () => {
    const { asked, ask } = service();
    const [ours, theirs] = await Promise.all([ask(OURS), ask(THEIRS)]);
    expect([ours.scope, theirs.scope]).toEqual([OURS, THEIRS]);
    expect((await ask("everybody")).scope).toBe("everybody");
    expect((await ask(THEIRS)).scope).toBe(THEIRS);
    expect(asked.times).toBe(3);
  });

  test("is dropped by its subject, for one guild or for all", async () => {
    const { asked, ask } = service();
    const about = { tags: ["roster", "blizzard"] };
    const askBoth = () => Promise.all([ask(OURS, t.services, about), ask(THEIRS, other, about)]);
    await askBoth();
    expect(await t.services.cache.invalidate("roster", OURS)).toBe(1);
    await askBoth();
    expect(asked.times).toBe(3);
    expect(await t.services.cache.invalidate("blizzard")).toBe(2);
    expect(await t.services.cache.invalidate("blizzard")).toBe(0);
    await askBoth();
    expect(asked.times).toBe(5);
  });

  test("that was being fetched when it was dropped is not kept", async () => {
    let answer!: (value: string) => void;
    const under = t.services.cache.cached(
      OURS,
      "slow",
      { ttlMs: MINUTE_MS, tags: ["slow"] },
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    while (!answer) await new Promise((resolve) => setImmediate(resolve));
    await t.services.cache.invalidate("slow");
    answer("old");
    expect(await under).toBe("old");
    const again = await t.services.cache.cached(
      OURS,
      "slow",
      { ttlMs: MINUTE_MS },
      async () => "new",
    );
    expect(again).toBe("new");
  });

  test("that cannot be fetched fails for every caller that waited, and is tried again at the next call", async () => {
    const { asked, ask } = service();
    asked.isDown = true;
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => ask()));
    expect(tries.every(({ status }) => status === "rejected")).toBe(true);
    expect(asked.times).toBe(1);
    asked.isDown = false;
    expect((await ask()).answer).toBe(2);
  });

  test("may be stale where that is better than none, for a stated time", async () => {
    const { asked, ask } = service();
    const terms = { staleOkMs: MINUTE_MS };
    await ask(OURS, t.services, terms);
    asked.isDown = true;
    t.advance(MINUTE_MS + 1);
    expect((await ask(OURS, t.services, terms)).answer).toBe(1);
    t.advance(MINUTE_MS);
    await expect(ask(OURS, t.services, terms)).rejects.toThrow("does not answer");
  });

  test("is deleted after its time", async () => {
    const { ask } = service();
    await ask(OURS, t.services, { tags: ["gone"] });
    t.advance(MINUTE_MS + 1);
    await service().ask();
    await service().ask();
    const left = await t.services.platform.db.all(
      `SELECT (SELECT count(*) FROM response_cache WHERE stale_until <= ?1) AS old,
         (SELECT count(*) FROM response_cache_tags WHERE tag = 'gone') AS tags`,
      t.now().getTime(),
    );
    expect(left).toEqual([{ old: 0, tags: 0 }]);
  });
});

test("an operator sees cached answers by subject, and drops them", async () => {
  const operator = await anOperator(t, ["configuration"]);
  const { asked, ask } = service();
  await ask(OURS, t.services, { tags: ["warcraft-logs"] });
  const { body } = await operator.get("/api/operator/cache/tags");
  expect(body.items).toEqual([
    expect.objectContaining({ tag: "warcraft-logs", entries: 1, chars: expect.any(Number) }),
  ]);
  expect((await operator.page("/operator/configuration")).text).toContain("warcraft-logs");
  const gone = await operator.submit("/operator/configuration/forgotten", { tag: "warcraft-logs" });
  expect(gone.status).toBe(303);
  await ask(OURS, t.services, { tags: ["warcraft-logs"] });
  expect(asked.times).toBe(2);
  expect((await operator.delete("/api/operator/cache/tags/warcraft-logs")).body).toEqual({
    forgotten: 1,
  });
});
