import { describe, expect, test } from "vitest";
import { forEachGuild } from "../../provisioning/fleet.ts";
import { newId } from "../../src/kernel/ids.ts";
import type { Guild } from "../../src/platform/store.ts";

describe("work on every guild", () => {
  const guilds = async function* () {
    for (let i = 0; i < 100; i++) yield { id: newId(), slug: `${i}` } as unknown as Guild;
  };

  test("never has more under way than there are lanes", async () => {
    let under = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setImmediate(resolve));
      under--;
    };
    const report = await forEachGuild(guilds(), work, { lanes: 7 });
    expect(report).toEqual({ done: 100, failed: [], stopped: false });
    expect(most).toBe(7);
  });

  test("reports failed guilds and continues", async () => {
    const work = (guild: Guild) =>
      Number(guild.slug) % 10 === 0 ? Promise.reject(new Error("No.")) : Promise.resolve();
    const report = await forEachGuild(guilds(), work, { lanes: 3 });
    expect(report).toMatchObject({ done: 90, stopped: false });
    expect(report.failed.map(({ guild }) => guild.slug).sort()).toEqual(
      ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90"].sort(),
    );
  });

  test("finishes the work in progress when it is told to stop", async () => {
    const stop = new AbortController();
    const report = await forEachGuild(guilds(), async () => stop.abort(), {
      lanes: 1,
      signal: stop.signal,
    });
    expect(report).toEqual({ done: 1, failed: [], stopped: true });
  });
});
