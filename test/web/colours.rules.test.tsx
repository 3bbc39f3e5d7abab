import { describe, expect, test } from "vitest";
import { ClassName } from "../../src/web/components.tsx";
import { styles } from "../../src/web/styles/index.ts";
import { CLASS_COLOURS, COLOURS } from "../../src/web/styles/tokens.ts";
import { english, html } from "./support.tsx";

type Name = keyof typeof COLOURS;

/** Everything that is ever written on something, and on what. */
const WRITTEN: readonly (readonly [ink: Name, grounds: readonly Name[]])[] = [
  ["text", ["ground", "surface", "raised"]],
  ["muted", ["ground", "surface", "raised"]],
  ["accent", ["ground", "surface", "raised"]],
  ["good", ["ground", "surface", "raised"]],
  ["bad", ["ground", "surface", "raised"]],
  ["on-ember", ["ember"]],
  ["on-bad", ["bad"]],
];

describe.each([
  ["dark", 0],
  ["light", 1],
] as const)("in the %s theme", (_, side) => {
  test.each(WRITTEN)("%s can be read on everything it is written on", (ink, grounds) => {
    for (const ground of grounds) {
      const ratio = contrast(COLOURS[ink][side], COLOURS[ground][side]);
      expect(ratio, `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("the edge of a field and the ring of the focus stand out", () => {
    for (const mark of ["edge", "focus"] as const) {
      for (const ground of ["ground", "surface"] as const) {
        const ratio = contrast(COLOURS[mark][side], COLOURS[ground][side]);
        expect(ratio, `${mark} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe("the colour of a class", () => {
  test.each(Object.keys(CLASS_COLOURS))("%s never appears without the class's name", async (id) => {
    const name = english.dkp.classes[id as keyof typeof english.dkp.classes];
    expect(name).toBeTruthy();
    expect(await html(<ClassName id={id} name={name} />)).toBe(
      `<span class="class-name class-${id}">${name}</span>`,
    );
  });

  test("is a dot beside the name, never the colour of letters", () => {
    for (const [id, colour] of Object.entries(CLASS_COLOURS)) {
      const rules = styles.split("}").filter((rule) => rule.includes(`.class-${id}`));
      expect(rules.map((rule) => rule.trim())).toEqual([
        `.class-${id}::before{background:${colour}`,
        // The fill of a bar has the text colour of its element.
        `.share.class-${id}{color:${colour}`,
      ]);
    }
  });
});

test("the sheet uses no colour token that does not exist", () => {
  const used = new Set([...styles.matchAll(/var\(--([a-z-]+)\)/g)].map((match) => match[1]!));
  const defined = new Set([...styles.matchAll(/--([a-z-]+):/g)].map((match) => match[1]!));
  expect([...used].filter((name) => !defined.has(name))).toEqual([]);
});

/** WCAG 2.2's contrast ratio of two `#rrggbb` colours. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [red, green, blue] = parts.map((part) =>
    part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
