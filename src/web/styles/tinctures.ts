import type { Tincture } from "../../kernel/crest.ts";
import { COLOURS } from "./tokens.ts";

/** The colour of each tincture on a shield. */
export const TINCTURE_COLOURS: Readonly<Record<Tincture, string>> = {
  gules: "#b3262e",
  azure: "#1f5fbf",
  vert: "#2c7a3f",
  purpure: "#7a3fa0",
  sable: "#2b2a2e",
  or: "#e0ae35",
  argent: "#dfe3e8",
  tenne: "#c8661b",
  murrey: "#8c2252",
  celeste: "#4fa3d9",
};

type Side = 0 | 1;
interface Accent {
  readonly accent: string;
  readonly ember: string;
  readonly "on-ember": string;
}

const SURFACES = ["ground", "surface", "raised"] as const;
const TEXT_CONTRAST = 4.5;
/** WCAG's bound for shapes, such as a button without an edge. */
const SHAPE_CONTRAST = 3;
const STEPS = 50;

/**
 * The colours of a guild's pages on one side: 0 for dark, 1 for light. Text in `accent` has AA contrast on
 * every surface, and so has text on `ember`.
 */
export function accentOf(tincture: Tincture, side: Side): Accent {
  const colour = TINCTURE_COLOURS[tincture];
  const ember = moved(colour, side, SHAPE_CONTRAST);
  return {
    accent: moved(colour, side, TEXT_CONTRAST),
    ember,
    "on-ember": contrast(ember, "#ffffff") >= TEXT_CONTRAST ? "#ffffff" : "#000000",
  };
}

/** The colour, mixed with white or black as little as it needs to stand out on every surface. */
function moved(colour: string, side: Side, wanted: number): string {
  const towards = side === 0 ? "#ffffff" : "#000000";
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(colour, towards, step / STEPS);
    if (SURFACES.every((name) => contrast(mixed, COLOURS[name][side]) >= wanted)) return mixed;
  }
  return towards;
}

function mix(colour: string, other: string, share: number): string {
  const [from, to] = [channels(colour), channels(other)];
  const mixed = from.map((value, at) => Math.round(value + (to[at]! - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The contrast of two colours as WCAG computes it, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

const channels = (colour: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

function rules(side: Side, before: string): string {
  return Object.keys(TINCTURE_COLOURS)
    .map((name) => {
      const variables = Object.entries(accentOf(name as Tincture, side));
      const text = variables.map(([key, value]) => `--${key}:${value}`).join(";");
      return `${before}.tincture-${name}{${text}}`;
    })
    .join("\n");
}

/** The accent of a guild's pages, by the first tincture of its crest. */
export const tinctures = `
${rules(0, "")}
${rules(1, ".theme-light ")}
@media (prefers-color-scheme:light){
${rules(1, ".theme-system ")}
}
`;
