import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf, addressSubject } from "../../src/http/address.ts";
import {
  COUNTED_SLOTS,
  freeAt,
  type RateLimit,
  ratesWith,
  type SlotUses,
  slotOf,
  unsharedMax,
} from "../../src/kernel/rates.ts";
import { limits } from "../../src/limits.ts";

/** The database's single statement, on a list. */
class Shared {
  readonly slots: { slot: number; uses: number }[] = [];

  tell(nowMs: number, limit: RateLimit, unshared: number): number {
    const slot = slotOf(nowMs, limit);
    const counted = this.slots.filter((one) => one.slot > slot - COUNTED_SLOTS);
    const free = limit.max - unshared - counted.reduce((sum, { uses }) => sum + uses, 0);
    this.slots.push({ slot, uses: unshared + (free > 0 ? 1 : 0) });
    return free - 1;
  }
}

/** A model of one process. */
class Process {
  #unshared = 0;
  #left = Number.POSITIVE_INFINITY;

  use(shared: Shared, nowMs: number, limit: RateLimit): boolean {
    if (this.#unshared < Math.min(this.#left, unsharedMax(limit))) {
      this.#unshared++;
      return true;
    }
    const left = shared.tell(nowMs, limit, this.#unshared);
    this.#unshared = 0;
    this.#left = Math.max(0, left);
    return left >= 0;
  }
}

const limit = fc.record({
  max: fc.integer({ min: 1, max: 160 }),
  windowMs: fc.constantFrom(1_000, 60_000, 3_600_000),
});
// Bursts with pauses between, as parts of a window, so that the edges of windows and slots come up often.
const plan = fc.array(
  fc.record({
    pause: fc.oneof(
      fc.double({ min: 0, max: 1.2, noNaN: true }),
      fc.constantFrom(0, 0.05, 0.999, 1),
    ),
    burst: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(160, 300)),
    process: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 20 },
);

function run(steps: readonly { pause: number; burst: number; process: number }[], of: RateLimit) {
  const shared = new Shared();
  const processes = [new Process(), new Process(), new Process()];
  const admitted: number[] = [];
  // One refusal of each burst is enough: others at the same moment are equal.
  const refused: { at: number; before: number }[] = [];
  let nowMs = 1_768_420_800_000;
  for (const { pause, burst, process } of steps) {
    nowMs += Math.round(pause * of.windowMs);
    for (let n = 0; n < burst; n++) {
      if (processes[process]!.use(shared, nowMs, of)) admitted.push(nowMs);
      else {
        refused.push({ at: nowMs, before: admitted.length });
        break;
      }
    }
  }
  return { shared, admitted, refused, nowMs };
}

test.each([1, 3])(
  "%i processes admit at most a twentieth more than the limit in any window",
  (count) => {
    fc.assert(
      fc.property(limit, plan, (of, steps) => {
        const all = steps.map((step) => ({ ...step, process: step.process % count }));
        const { admitted } = run(all, of);
        let first = 0;
        let most = 0;
        for (const [index, at] of admitted.entries()) {
          while (admitted[first]! <= at - of.windowMs) first++;
          most = Math.max(most, index - first + 1);
        }
        expect(most).toBeLessThanOrEqual(count === 1 ? of.max : of.max * 1.05);
      }),
      { numRuns: 1_000 },
    );
  },
);

test("a caller who used less than the limit is refused only because of usage reported late", () => {
  fc.assert(
    fc.property(limit, plan, (of, steps) => {
      const { admitted, refused } = run(steps, of);
      const late = 3 * unsharedMax(of);
      const wrongly = refused.filter(({ at, before }) => {
        const since = at - of.windowMs * 1.06;
        return admitted.slice(0, before).filter((one) => one > since).length < of.max - late;
      });
      expect(wrongly).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("a caller who waits as long as told is admitted, and a moment earlier would not be", () => {
  fc.assert(
    fc.property(limit, plan, (of, steps) => {
      const { shared, nowMs } = run(steps, of);
      const at = freeAt(shared.slots as SlotUses[], of, nowMs);
      expect(new Copy(shared).tell(at, of, 0)).toBeGreaterThanOrEqual(0);
      if (at > nowMs) expect(new Copy(shared).tell(at - 1, of, 0)).toBeLessThan(0);
    }),
    { numRuns: 300 },
  );
});

class Copy extends Shared {
  constructor(other: Shared) {
    super();
    this.slots.push(...other.slots);
  }
}

test("limits are set by name, switched off, and a typing error is refused", () => {
  const rates = ratesWith("read.account=6000/m, sign-up.address=off, email.account=3/2h");
  expect(rates.read.account).toEqual({ max: 6_000, windowMs: 60_000 });
  expect(rates["sign-up"].address).toBeUndefined();
  expect(rates.email.account).toEqual({ max: 3, windowMs: 7_200_000 });
  expect(rates.write).toEqual(limits.rates.write);
  for (const wrong of [
    "read=1/m",
    "read.account=0/m",
    "reads.account=1/m",
    "read.nobody=1/m",
    "x",
  ]) {
    expect(() => ratesWith(wrong)).toThrow(/RATE_LIMITS/);
  }
});

test("an address is counted without its port, in one form, and IPv6 by the customer's /64", () => {
  for (const [address, subject] of [
    ["203.0.113.9", "203.0.113.9"],
    ["203.0.113.9:4711", "203.0.113.9"],
    ["::ffff:203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ] as const) {
    expect([address, addressSubject(address)]).toEqual([address, subject]);
  }
});

test("only what our own proxies wrote into X-Forwarded-For is believed", () => {
  expect(addressOf("10.0.0.1", "6.6.6.6, 203.0.113.1", 0)).toBe("10.0.0.1");
  expect(addressOf("10.0.0.1", "6.6.6.6, 203.0.113.1", 1)).toBe("203.0.113.1");
  expect(addressOf("10.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", 2)).toBe("203.0.113.1");
  expect(addressOf("10.0.0.1", undefined, 1)).toBe("10.0.0.1");
});
