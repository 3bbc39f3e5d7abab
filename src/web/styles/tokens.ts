/** Colours as `[dark, light]`. A test computes the contrast of every pair that carries text. */
export const COLOURS = {
  ground: ["#14110f", "#faf7f2"],
  surface: ["#1e1a17", "#ffffff"],
  raised: ["#2a2420", "#f1ebe2"],
  line: ["#463c34", "#d4c8b8"],
  text: ["#f4eee6", "#221c17"],
  muted: ["#b9ab9b", "#6a5c4e"],
  accent: ["#f0a04b", "#9a4f06"],
  "on-accent": ["#1b1107", "#ffffff"],
  good: ["#7fc97f", "#23692a"],
  bad: ["#ff8f80", "#a8261a"],
  "on-bad": ["#240805", "#ffffff"],
  focus: ["#8fc7ff", "#0b57a4"],
} as const;

/** WoW's class colours; always beside the class name, never alone. */
export const CLASS_COLOURS = {
  warrior: "#c69b6d",
  paladin: "#f48cba",
  hunter: "#aad372",
  rogue: "#fff468",
  priest: "#ffffff",
  shaman: "#0070dd",
  mage: "#3fc7eb",
  warlock: "#8788ee",
  druid: "#ff7c0a",
  "death-knight": "#c41e3a",
  monk: "#00ff98",
  "demon-hunter": "#a330c9",
  evoker: "#33937f",
} as const;

type Side = 0 | 1;
const variables = (side: Side) =>
  Object.entries(COLOURS)
    .map(([name, pair]) => `--${name}:${pair[side]};`)
    .join("");

export const tokens = `
:root{color-scheme:dark;${variables(0)}
--space:0.5rem;--radius:0.6rem;--width:72rem;
--font:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace}
.theme-light{color-scheme:light;${variables(1)}}
@media (prefers-color-scheme:light){.theme-system{color-scheme:light;${variables(1)}}}
${Object.entries(CLASS_COLOURS)
  .map(([name, colour]) => `.class-${name}::before{background:${colour}}`)
  .join("\n")}
`;
