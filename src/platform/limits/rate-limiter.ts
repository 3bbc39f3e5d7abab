import { eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { isFull } from "../../database/errors.ts";
import { columnsOf, prepare, rowsOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { LimitReached } from "../../kernel/errors.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import {
  COUNTED_SLOTS,
  freeAt,
  type RateCategory,
  type RateLimit,
  type RateSubject,
  type Rates,
  slotOf,
  startOf,
  unsharedMax,
} from "../../kernel/rates.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../store.ts";
import { rateSlots } from "./rate-schema.ts";

/** A subject's rate after one use. */
export interface RateState {
  readonly limit: RateLimit;
  /** Uses left, as far as this process knows. */
  readonly left: number;
  /** When all uses counted now have expired, in Unix milliseconds. */
  readonly resetAt: number;
}

/** What this process knows about a subject. */
interface Known {
  /** Uses that are not in the shared count yet. */
  unshared: number;
  /** What the shared count had left at the last exchange. */
  left: number;
  /** No use is free before this moment, so the shared count need not be asked. */
  refusedUntil: number;
  asking: Promise<void> | undefined;
}

// Adds past uses, and one further use if it is free. Both happen under one lock for all processes.
// Returns no row if there was neither.
const addUses = prepare((use: Values<Uses>) => {
  const free = sql`select ${use.max} - ${use.unshared} - coalesce(sum(uses), 0) as free
    from ${rateSlots}
    where subject = ${use.key} and slot > ${use.slot} - ${COUNTED_SLOTS} and slot <= ${use.slot} + 1`;
  return rowsOf(
    { left: sql<number>`"left"` },
    (columns) => sql`insert into ${rateSlots} (subject, slot, uses, "left", expires_at)
      select ${use.key}, ${use.slot}, ${use.unshared} + (free > 0), free - 1, ${use.expiresAt}
      from (${free}) where ${use.unshared} > 0 or free > 0
      on conflict (subject, slot) do update set
        uses = uses + excluded.uses, "left" = excluded."left"
      returning ${columns}`,
  );
});

/** Uses of this process that the shared count does not have yet, for one slot of a subject. */
interface Uses {
  readonly key: string;
  readonly slot: number;
  readonly unshared: number;
  readonly max: number;
  readonly expiresAt: number;
}

const takenSlots = prepare(({ key }: Values<{ readonly key: string }>) =>
  build
    .select(columnsOf(rateSlots, "slot", "uses"))
    .from(rateSlots)
    .where(eq(rateSlots.subject, key)),
);

/**
 * Counts uses together with all other processes of the platform. A process counts a few uses alone
 * before it updates the shared count. After a refusal it refuses alone until a use is free.
 */
export class RateLimiter {
  readonly #platform: PlatformStore;
  readonly #rates: Rates;
  readonly #meter: Pick<Meter, "rateLimited">;
  readonly #known = new LRUCache<string, Known>({ max: limits.rateSubjectsMax });

  constructor(platform: PlatformStore, rates: Rates, meter: Pick<Meter, "rateLimited"> = noMeter) {
    this.#platform = platform;
    this.#rates = rates;
    this.#meter = meter;
  }

  /**
   * Counts one use. Returns undefined where nothing is limited. `ownMax` applies if it is smaller than the
   * limit.
   * @throws {LimitReached} `rate/too-many` with `retryAfterMs`.
   */
  async use(
    category: RateCategory,
    subject: RateSubject,
    id: string,
    ownMax = Infinity,
  ): Promise<RateState | undefined> {
    const general = this.#rates[category][subject];
    const limit = general && { ...general, max: Math.min(general.max, ownMax) };
    // Some runtimes do not know the address. One count for all of their callers would lock all of them
    // out.
    if (limit === undefined || id === "") return undefined;
    const key = `${category}:${subject}:${id}`;
    const known = this.#of(key, limit);
    // Only one caller asks at a time. The others wait and check again, so a flood causes few queries.
    while (known.asking) await known.asking;
    const nowMs = this.#platform.now().getTime();
    // A clock that was set back must not refuse a caller for longer than a window.
    if (known.refusedUntil > nowMs + 2 * limit.windowMs) known.refusedUntil = 0;
    const refuseIfOver = () => {
      if (known.refusedUntil <= nowMs) return;
      this.#meter.rateLimited(category, subject);
      throw tooMany(limit, known.refusedUntil - nowMs);
    };
    refuseIfOver();
    if (known.unshared < Math.min(known.left, unsharedMax(limit))) known.unshared++;
    else {
      known.asking = this.#share(key, known, limit).finally(() => {
        known.asking = undefined;
      });
      await known.asking;
      refuseIfOver();
    }
    const resetAt = startOf(slotOf(nowMs, limit) + COUNTED_SLOTS, limit);
    return { limit, left: known.left - known.unshared, resetAt };
  }

  #of(key: string, { max }: RateLimit): Known {
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { unshared: 0, left: max, refusedUntil: 0, asking: undefined };
      this.#known.set(key, known);
    }
    return known;
  }

  /** Adds the local uses to the shared count, and asks for one more. */
  async #share(key: string, known: Known, limit: RateLimit): Promise<void> {
    const { db, now } = this.#platform;
    const nowMs = now().getTime();
    const slot = slotOf(nowMs, limit);
    const expiresAt = startOf(slot + COUNTED_SLOTS, limit);
    const uses = { key, slot, unshared: known.unshared, max: limit.max, expiresAt };
    let row: { left: number } | undefined;
    try {
      row = await addUses.first(db, uses);
    } catch (error) {
      if (!isFull(error)) throw error;
      // Reading continues on a full disk, so this process counts alone until there is space.
      known.unshared++;
      if (known.unshared > limit.max) known.refusedUntil = nowMs + limit.windowMs;
      return;
    }
    known.unshared = 0;
    known.left = Math.max(0, row?.left ?? 0);
    if (row !== undefined && row.left >= 0) return;
    const free = freeAt(await takenSlots.all(db, { key }), limit, nowMs);
    // Another process's clock may be behind ours. Never ask again within the same moment.
    known.refusedUntil = Math.max(free, nowMs + 1);
  }
}

function tooMany(limit: RateLimit, retryAfterMs: number): LimitReached {
  return new LimitReached("rate/too-many", "Too many attempts. Wait a moment and try again.", {
    retryAfterMs,
    limit: limit.max,
    windowMs: limit.windowMs,
  });
}
