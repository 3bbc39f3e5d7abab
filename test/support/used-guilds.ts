import { randomUUID } from "node:crypto";
import { expect, onTestFinished } from "vitest";
import type { Guild } from "../../src/platform/store.ts";
import type { TestApp, TestGuild } from "./app.ts";

const WRITERS = 3;

/** The pause of a member between two clicks. Other work in this process runs during it. */
const breath = () => new Promise((resolve) => setTimeout(resolve, 25));

/** Uses a guild while it moves, and checks afterwards that all of it is there. */
export function usedGuilds(t: TestApp) {
  const guildOf = async ({ slug }: TestGuild): Promise<Guild> =>
    (await t.services.platform.guildForUser(slug, null))!.guild;

  /** A guild with one person and a hundred entries in its ledger. */
  const settled = async (slug: string) => {
    const guild = await t.guild(slug);
    const person = await guild.owner.post("/roster/persons", { name: "Thrall's Heir Élan" });
    const award = { personIds: [person.body.id], points: 1.5, reason: "It's “on time”" };
    for (let i = 0; i < 20; i++)
      expect((await guild.owner.post("/dkp/awards", award)).status).toBe(201);
    return { guild, award };
  };

  /** Awards and reads without a break until stopped, as members do who do not know of the move. */
  const inUse = ({ guild, award }: Awaited<ReturnType<typeof settled>>) => {
    const acknowledged = new Set<string>();
    let isOver = false;
    let refused = 0;
    let longestMs = 0;
    const writer = async () => {
      while (!isOver) {
        await breath();
        const startedAt = performance.now();
        const headers = { "idempotency-key": randomUUID() };
        for (;;) {
          const answer = await guild.owner.post("/dkp/awards", award, headers);
          if (answer.status === 201) {
            acknowledged.add(answer.body.id);
            break;
          }
          refused++;
          expect([409, 503], answer.text).toContain(answer.status);
          if (isOver) break;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
    };
    const reader = async () => {
      while (!isOver) {
        await breath();
        const { status, text } = await guild.owner.get("/standings");
        expect(status, text).toBe(200);
      }
    };
    const working = Promise.allSettled([...Array.from({ length: WRITERS }, writer), reader()]);
    const stop = async () => {
      isOver = true;
      const ends = await working;
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      return { acknowledged, refused, longestMs };
    };
    // Also when the test fails or runs out of time: no request reaches a closed app.
    onTestFinished(async () => {
      isOver = true;
      await working;
    });
    return stop;
  };

  const idsOf = async (guild: TestGuild): Promise<string[]> => {
    const ids: string[] = [];
    for (let cursor = ""; ; ) {
      const page = await guild.owner.get(`/dkp/entries?limit=200${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.body.items.map((entry: { id: string }) => entry.id));
      if (!page.body.next) return ids;
      cursor = encodeURIComponent(page.body.next);
    }
  };

  /** The acknowledged awards that are not in the ledger. */
  const lostOf = async (guild: TestGuild, acknowledged: ReadonlySet<string>) => {
    const ids = await idsOf(guild);
    const there = new Set(ids);
    expect(there.size).toBe(ids.length);
    return [...acknowledged].filter((id) => !there.has(id));
  };

  const expectWhole = async (
    guild: TestGuild,
    host: string,
    acknowledged: ReadonlySet<string>,
  ): Promise<void> => {
    expect((await guildOf(guild)).host).toBe(host);
    expect(await lostOf(guild, acknowledged)).toEqual([]);
    expect((await guild.owner.get("/dkp/verification")).body).toMatchObject({ isRight: true });
  };

  return { guildOf, settled, inUse, lostOf, expectWhole };
}
