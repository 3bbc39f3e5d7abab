import fc from "fast-check";
import { expect, test } from "vitest";
import { LineChart } from "../../src/web/chart.tsx";
import { formatPoints, Points, Time } from "../../src/web/components.tsx";
import { english, html } from "./support.tsx";

test("points are written to the last digit, however many there are", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 4 }), (amount, decimals) => {
      const text = formatPoints(amount, decimals, "en");
      expect(Number(text.replace(/[,.]/g, ""))).toBe(amount);
      expect(text.split(".")[1]?.length ?? 0).toBe(decimals);
    }),
  );
});

test("points are written as the reader's language writes numbers", () => {
  expect(formatPoints(1_234_567, 2, "en")).toBe("12,345.67");
  expect(formatPoints(1_234_567, 2, "es")).toBe("12.345,67");
  expect(formatPoints(-0, 2, "en")).toBe("0.00");
});

test("a change shows its direction by its sign, and not by colour alone", async () => {
  const change = (amount: number) =>
    html(<Points amount={amount} decimals={1} locale="en" signed />);
  expect(await change(15)).toBe('<span class="num good">+1.5</span>');
  expect(await change(-15)).toBe('<span class="num bad">-1.5</span>');
  expect(await change(0)).toBe('<span class="num ">0.0</span>');
});

test("a moment is shown in the guild's time zone and names it", async () => {
  const at = Date.UTC(2026, 0, 14, 20);
  const shown = await html(<Time at={at} timeZone="Europe/Madrid" locale="es" />);
  expect(shown).toContain('datetime="2026-01-14T20:00:00.000Z"');
  expect(shown).toContain("21:00");
  expect(shown).toContain("(Europe/Madrid)");
});

test("a chart stays inside its frame, whatever it shows, and repeats it as a table", async () => {
  const values = fc.array(fc.maxSafeInteger(), { minLength: 2, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(values, async (found) => {
      const points = found.map((value, index) => ({
        label: `day ${index}`,
        value,
        text: `${value}`,
      }));
      const page = await html(<LineChart title="Balance" points={points} messages={english} />);
      const corners = [
        .../class="line" d="M([^"]+)"/.exec(page)![1]!.matchAll(/([^,L]+),([^,L]+)/g),
      ];
      expect(corners).toHaveLength(points.length);
      for (const [, x, y] of corners) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(640);
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(200);
      }
      for (const { label, text } of points) {
        expect(page).toContain(`<th scope="row">${label}</th><td class="num">${text}</td>`);
      }
    }),
    { numRuns: 50 },
  );
});

test("a single value gets no chart", async () => {
  const points = [{ label: "today", value: 1, text: "1" }];
  expect(
    await html(<LineChart title="Balance" points={points} messages={english} />),
  ).not.toContain("svg");
});
