import { sql } from "drizzle-orm";
import { build, insertFrom } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import { delay } from "../../kernel/concurrency.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { upstreamUses } from "./schema.ts";

export type Upstream = "blizzard" | "discord";

/** How many requests fit into one slot of time. */
interface Slots {
  readonly slotMs: number;
  readonly usesMax: number;
}

/**
 * Requests of one client of an upstream, counted over all guilds and processes. Slots are shorter
 * than the vendor's windows: whatever moment a window of the vendor begins, it holds no more than
 * allowed.
 */
export class UpstreamBudget {
  readonly #platform: PlatformStore;
  readonly #wait: (ms: number) => Promise<void>;

  /** `wait` is replaced by tests that move the clock. */
  constructor(platform: PlatformStore, wait: (ms: number) => Promise<void> = delay) {
    this.#platform = platform;
    this.#wait = wait;
  }

  /**
   * Resolves when one request to `client` of the upstream may be sent. Waits at most `patienceMs`;
   * false when nothing is free until then, and no use is counted.
   */
  async take(upstream: Upstream, client: string, patienceMs: number): Promise<boolean> {
    const slots = limits.upstreams[upstream];
    for (let waitedMs = 0; ; ) {
      const freeAt = await this.#count(`${upstream}:${client}`, slots);
      if (freeAt === undefined) return true;
      const waitMs = Math.max(1, freeAt - this.#nowMs());
      if (waitedMs + waitMs > patienceMs) return false;
      await this.#wait(waitMs);
      waitedMs += waitMs;
    }
  }

  /** Uses of the client in the slots that make up its hour, for a page of its state. */
  async usedSince(upstream: Upstream, client: string, sinceMs: number): Promise<number> {
    const [longest] = limits.upstreams[upstream];
    const { orm } = this.#platform.db;
    const [row] = await orm
      .select({ uses: sql<number>`coalesce(sum(${upstreamUses.uses}), 0)` })
      .from(upstreamUses)
      .where(
        sql`${upstreamUses.upstream} = ${`${upstream}:${client}`}
          and ${upstreamUses.slotMs} = ${longest.slotMs}
          and ${upstreamUses.slot} >= ${Math.floor(sinceMs / longest.slotMs)}`,
      );
    return row?.uses ?? 0;
  }

  /** Counts one use in every slot of now; or gives the moment when the fullest of them has passed. */
  async #count(key: string, slots: readonly Slots[]): Promise<number | undefined> {
    const nowMs = this.#nowMs();
    const { db } = this.#platform;
    const isFree = sql.join(
      slots.map(
        ({ slotMs, usesMax }) => sql`not exists (select 1 from ${upstreamUses}
          where ${upstreamUses.upstream} = ${key} and ${upstreamUses.slotMs} = ${slotMs}
            and ${upstreamUses.slot} = ${Math.floor(nowMs / slotMs)}
            and ${upstreamUses.uses} >= ${usesMax})`,
      ),
      sql` and `,
    );
    // One statement decides and counts, so that processes cannot both take the last use.
    const rows = sql.join(
      slots.map(({ slotMs }) => sql`(${slotMs}, ${Math.floor(nowMs / slotMs)})`),
      sql`, `,
    );
    const [counted] = await write(db, [
      insertFrom(
        upstreamUses,
        { upstream: key, slotMs: sql`column1`, slot: sql`column2`, uses: 1 },
        sql`from (values ${rows}) where ${isFree}`,
        {
          on: [upstreamUses.upstream, upstreamUses.slotMs, upstreamUses.slot],
          set: { uses: sql`${upstreamUses.uses} + 1` },
        },
      ),
      build.delete(upstreamUses).where(
        sql`(upstream, slot_ms, slot) in (select upstream, slot_ms, slot from ${upstreamUses}
          where slot_ms * (slot + 1) < ${nowMs - limits.upstreams.keptMs} limit 20)`,
      ),
    ]);
    if (counted!.rowsAffected > 0) return undefined;
    const full = await db.orm
      .select({ slotMs: upstreamUses.slotMs, slot: upstreamUses.slot, uses: upstreamUses.uses })
      .from(upstreamUses)
      .where(sql`${upstreamUses.upstream} = ${key}`);
    const ends = slots.flatMap(({ slotMs, usesMax }) => {
      const slot = Math.floor(nowMs / slotMs);
      const row = full.find((one) => one.slotMs === slotMs && one.slot === slot);
      return row && row.uses >= usesMax ? [(slot + 1) * slotMs] : [];
    });
    return Math.max(nowMs + 1, ...ends);
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}
