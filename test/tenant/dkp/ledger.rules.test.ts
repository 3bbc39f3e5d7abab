import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toCsv } from "../../../src/kernel/csv.ts";
import { type LedgerTxId, newId, type PersonId, type PoolId } from "../../../src/kernel/ids.ts";
import { limits } from "../../../src/limits.ts";
import {
  adjustLines,
  awardLines,
  type EntryFacts,
  isBalanced,
  isSameEntry,
  type Line,
  lifetime,
  reversalLines,
  spendLines,
} from "../../../src/tenant/dkp/ledger.ts";
import {
  fieldPoints,
  formatPoints,
  parsePoints,
  roundPoints,
  splitExactly,
  typedPoints,
} from "../../../src/tenant/dkp/points.ts";
import { sharesOf } from "../../../src/tenant/dkp/shares.ts";
import { formatPoints as shownPoints } from "../../../src/web/components.tsx";

const decimals = fc.integer({ min: 0, max: 3 });
const amount = fc.integer({ min: -limits.dkp.amountMax, max: limits.dkp.amountMax });
const price = fc.integer({ min: 1, max: limits.dkp.amountMax });
const kind = fc.constantFrom("dkp" as const, "epgp" as const, "zero-sum" as const);
const people = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 40 }) as fc.Arbitrary<
  PersonId[]
>;

const shared = (ids: readonly PersonId[], points: number) =>
  sharesOf(
    points,
    ids.map((personId) => ({ personId, weight: 1 })),
    new Map(),
  );

const lines = fc
  .tuple(kind, people, price, fc.constantFrom("award", "adjust", "spend", "shared"))
  .map(([pool, ids, points, verb]): readonly Line[] => {
    if (verb === "award") return awardLines(pool, ids, points);
    if (verb === "adjust") return adjustLines(ids, -points, pool === "epgp" ? "gp" : "pt");
    return spendLines(pool, ids[0]!, points, verb === "shared" ? shared(ids, points) : []);
  });

describe("entries", () => {
  test("every entry sums to zero, whatever it does", () => {
    fc.assert(fc.property(lines, (made) => isBalanced(made)));
  });

  test("a reversal is the exact opposite, and undoing it twice gives the entry back", () => {
    fc.assert(
      fc.property(lines, (made) => {
        const undone = reversalLines(made);
        expect(isBalanced(undone)).toBe(true);
        made.forEach((line, i) => {
          expect(undone[i]!.amount + line.amount).toBe(0);
        });
        expect(reversalLines(undone)).toEqual(made);
      }),
    );
  });

  test("a price shared in a zero-sum pool leaves the people's sum as it was", () => {
    fc.assert(
      fc.property(people, price, (ids, points) => {
        const made = spendLines("zero-sum", ids[0]!, points, shared(ids, points));
        expect(made.every((line) => line.account === "person")).toBe(true);
        expect(made.reduce((sum, line) => sum + line.amount, 0)).toBe(0);
      }),
    );
  });

  test("undoing an entry takes back what it added to the lifetime totals", () => {
    fc.assert(
      fc.property(lines, fc.constantFrom("award", "spend", "adjust"), (made, origin) => {
        for (const line of made) {
          const there = lifetime(line, origin, false);
          const back = lifetime({ ...line, amount: -line.amount }, origin, true);
          expect(there.earned + back.earned).toBe(0);
          expect(there.spent + back.spent).toBe(0);
        }
      }),
    );
  });

  test("an entry with a line too few, or a unit too many, is not balanced", () => {
    fc.assert(
      fc.property(lines, fc.nat(), (made, at) => {
        const index = at % made.length;
        const bent = made.map((line, i) =>
          i === index ? { ...line, amount: line.amount + 1 } : line,
        );
        expect(isBalanced(bent)).toBe(false);
        expect(isBalanced(made.slice(0, 1))).toBe(false);
      }),
    );
  });

  test("a repeated request is recognized by its effect, not by the order of its people", () => {
    const ids = [newId<PersonId>(), newId<PersonId>(), newId<PersonId>()];
    const asked = (change: Partial<EntryFacts> = {}): EntryFacts => ({
      poolId: "p" as PoolId,
      kind: "award",
      reason: "On time",
      reverses: null,
      effectiveAt: undefined,
      lines: awardLines("dkp", ids, 1500),
      ...change,
    });
    const stored = { ...asked(), effectiveAt: 7, recordedAt: 7 };
    expect(isSameEntry(stored, asked())).toBe(true);
    expect(isSameEntry(stored, asked({ lines: awardLines("dkp", ids.toReversed(), 1500) }))).toBe(
      true,
    );
    for (const other of [
      asked({ reason: "Late" }),
      asked({ kind: "adjust" }),
      asked({ poolId: "q" as PoolId }),
      asked({ effectiveAt: 6 }),
      asked({ reverses: "t" as LedgerTxId }),
      asked({ lines: awardLines("dkp", ids, 1501) }),
      asked({ lines: awardLines("dkp", ids.slice(1), 1500) }),
    ]) {
      expect(isSameEntry(stored, other)).toBe(false);
    }
  });
});

describe("points", () => {
  test("a displayed amount is read back as the same amount", () => {
    fc.assert(
      fc.property(amount, decimals, (minor, digits) => {
        expect(parsePoints(formatPoints(minor, digits), digits)).toBe(minor);
      }),
    );
  });

  test("a number and its text mean the same, to the last digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), decimals, (minor, digits) => {
        expect(parsePoints(minor / 10 ** digits, digits)).toBe(minor === 0 ? 0 : minor);
      }),
    );
  });

  test("more digits than the pool keeps are refused, zeros at the end are not", () => {
    expect(parsePoints("1.005", 2)).toBeUndefined();
    expect(parsePoints("1.500", 1)).toBe(15);
    expect(parsePoints("0.1", 0)).toBeUndefined();
  });

  test("text that is no plain decimal number is refused", () => {
    const odd = [
      "",
      " ",
      "1e3",
      "Infinity",
      "NaN",
      "0x10",
      "1,5",
      "1 000",
      "--1",
      ".",
      "1.",
      "1_0",
    ];
    for (const text of odd) expect(parsePoints(text, 2), text).toBeUndefined();
    expect(parsePoints(Number.NaN, 2)).toBeUndefined();
    expect(parsePoints(1e21, 2)).toBeUndefined();
    expect(parsePoints("9".repeat(15), 2)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), decimals, (text, digits) => {
        const parsed = parsePoints(text, digits);
        expect(parsed === undefined || Number.isSafeInteger(parsed)).toBe(true);
        expect(Object.is(parsed, -0)).toBe(false);
      }),
    );
  });

  test("rounding is half up, towards the larger number, as exact arithmetic has it", () => {
    const digits = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 8n), 10n ** 8n), digits, decimals, (n, given, kept) => {
        const text = formatPoints(Number(n), given);
        // floor(x * 10^kept + 1/2) with x = n / 10^given, all in whole numbers.
        const top = 2n * n * 10n ** BigInt(kept) + 10n ** BigInt(given);
        const bottom = 2n * 10n ** BigInt(given);
        const floor = top / bottom - (top % bottom < 0n ? 1n : 0n);
        expect(roundPoints(text, kept)).toBe(Number(floor));
      }),
    );
  });

  test("shares sum to the price exactly, and no two equal shares differ by more than one", () => {
    const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(price, weights, (total, parts) => {
        fc.pre(parts.some((part) => part > 0));
        const shares = splitExactly(total, parts);
        expect(shares.reduce((a, b) => a + b, 0)).toBe(total);
        const sum = parts.reduce((a, b) => a + b, 0);
        shares.forEach((share, i) => {
          const exact = BigInt(total) * BigInt(parts[i]!);
          expect(BigInt(share) * BigInt(sum) > exact - BigInt(sum)).toBe(true);
          expect(BigInt(share) * BigInt(sum) < exact + BigInt(sum)).toBe(true);
        });
      }),
    );
    expect(splitExactly(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(() => splitExactly(1, [0])).toThrow(RangeError);
  });

  test("a number is read as the language writes it: 1.000,5 in Spanish, 1,000.5 in English", () => {
    const read = (text: string, locale: "en" | "es") => parsePoints(typedPoints(text, locale), 2);
    for (const text of ["12,5", "12.5", " +12,50 "]) expect(read(text, "es"), text).toBe(1250);
    for (const text of ["1.000,5", "1 000,5", "1000,5", "1\u00a0000,5"]) {
      expect(read(text, "es"), text).toBe(100_050);
    }
    for (const text of ["1,000.5", "1 000.5", "1000.5"])
      expect(read(text, "en"), text).toBe(100_050);
    expect([read("1.000", "es"), read("1,000", "en")]).toEqual([100_000, 100_000]);
    expect([read("-1.234.567", "es"), read("\u22121,234", "en")]).toEqual([-123_456_700, -123_400]);
    expect(read("0.12", "es")).toBe(12);
  });

  test("a text that is no number in the language is refused, and never read as another number", () => {
    const read = (text: string, locale: "en" | "es") => parsePoints(typedPoints(text, locale), 2);
    for (const text of [
      "1,000.5",
      "1.00.000",
      "1.000.5",
      "1,2,3",
      "1..0",
      "12,",
      ",5",
      "mil",
      "",
    ]) {
      expect(read(text, "es"), text).toBeUndefined();
    }
    for (const text of ["1.000,5", "12,5", "1,00,000", "0,123", "1 00", "12.", "1.2.3"]) {
      expect(read(text, "en"), text).toBeUndefined();
    }
  });

  test("each figure that a page shows is read back as the same figure, in both languages", () => {
    const locale = fc.constantFrom("en" as const, "es" as const);
    fc.assert(
      fc.property(amount, decimals, locale, (minor, digits, language) => {
        const back = (text: string) => parsePoints(typedPoints(text, language), digits);
        expect(back(fieldPoints(minor, digits, language))).toBe(minor);
        expect(back(shownPoints(minor, digits, language))).toBe(minor);
      }),
    );
  });
});

test("a name in a CSV file is never run as a formula, and numbers stay numbers", () => {
  const csv = toCsv([
    ["=1+1", "+x", "-x", "@x", "\tx"],
    ["-12.5", 'a "b"', "c,d", "e\nf"],
  ]);
  expect(csv).toBe(`\ufeff'=1+1,'+x,'-x,'@x,'\tx\r\n-12.5,"a ""b""","c,d","e\nf"\r\n`);
});

describe("shares of a price", () => {
  test("P23 after any prices among the same people, each has the exact share within one unit", () => {
    fc.assert(
      fc.property(
        people,
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }),
        (ids, all) => {
          const owed = new Map<PersonId, number>();
          const got = new Map<PersonId, number>();
          for (const points of all) {
            const shares = sharesOf(
              points,
              ids.map((personId) => ({ personId, weight: 1 })),
              owed,
            );
            expect(shares.reduce((sum, { amount }) => sum + amount, 0)).toBe(points);
            for (const { personId, amount, carry } of shares) {
              expect(amount).toBeGreaterThanOrEqual(0);
              owed.set(personId, (owed.get(personId) ?? 0) + carry);
              got.set(personId, (got.get(personId) ?? 0) + amount);
            }
          }
          const exact = all.reduce((sum, points) => sum + points, 0) / ids.length;
          for (const amount of got.values())
            expect(Math.abs(amount - exact)).toBeLessThanOrEqual(1.001);
        },
      ),
    );
  });

  test("P23 a share of the bench is smaller, and the shares still sum to the price", () => {
    const [a, b] = ["a", "b"] as unknown as [PersonId, PersonId];
    const weights = [
      { personId: a, weight: 100 },
      { personId: b, weight: 50 },
    ];
    expect(sharesOf(30, weights, new Map()).map(({ amount }) => amount)).toEqual([20, 10]);
  });
});
