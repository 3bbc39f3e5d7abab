/** Colours as `[dark, light]`. A test computes the contrast of every pair that carries text. */
export const COLOURS = {
  ground: ["#131110", "#f7f3ec"],
  surface: ["#1c1917", "#fffdfa"],
  raised: ["#292421", "#efe8dd"],
  line: ["#3b342f", "#dbd0c0"],
  edge: ["#8d8074", "#857868"],
  text: ["#f5f0e9", "#211b16"],
  muted: ["#b8aca0", "#635749"],
  accent: ["#f3a34f", "#994500"],
  ember: ["#f3a34f", "#f0a145"],
  "on-ember": ["#1d1206", "#231505"],
  good: ["#84cd84", "#20662a"],
  bad: ["#ff9483", "#a62518"],
  "on-bad": ["#250805", "#ffffff"],
  focus: ["#93caff", "#0b57a4"],
} as const;

/** WoW's class colours. Always shown beside the class name, never alone. */
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

// Shadows look dirty on a dark page, so lighter surfaces show depth there.
const dark = `color-scheme:dark;${variables(0)}--lift:none;`;
const light = `color-scheme:light;${variables(1)}--lift:0 1px 2px #4b37201a,0 4px 14px #4b37200f;`;

export const tokens = `
:root{${dark}
--radius:0.5rem;--radius-large:0.875rem;--width:76rem;--rail:13.5rem;--top:3.5rem;
--small:0.875rem;--large:1.125rem;
--font:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.theme-light{${light}}
@media (prefers-color-scheme:light){.theme-system{${light}}}
${Object.entries(CLASS_COLOURS)
  .map(
    ([name, colour]) =>
      `.class-${name}::before{background:${colour}}.share.class-${name}{color:${colour}}`,
  )
  .join("\n")}
`;
