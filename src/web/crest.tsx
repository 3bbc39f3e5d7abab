import { raw } from "hono/html";
import type { Charge, Crest, Division } from "../kernel/crest.ts";
import { TINCTURE_COLOURS } from "./styles/tinctures.ts";

/** The outline on a grid of 24 by 24. Its sides are straight down to 11, where every division ends. */
const SHIELD = "M3 2h18v9c0 5-4 9-9 11c-5-2-9-6-9-11z";

/** The part of the field that has the second tincture. */
const PARTS: Readonly<Record<Division, string>> = {
  plain: "",
  pale: "M12 2h9v9c0 5-4 9-9 11z",
  fess: "M3 11h18c0 5-4 9-9 11c-5-2-9-6-9-11z",
  bend: "M3 2h18L3 11z",
  quarterly: "M12 2h9v9h-9zM3 11h9v11c-5-2-9-6-9-11z",
  chief: "M3 2h18v5.500H3z",
  pile: "M3 2h18L12 15z",
  bar: "M3 6h18v5H3z",
};

/** Silhouettes on a grid of 24 by 24, drawn for this product. */
const CHARGE_PATHS: Readonly<Record<Charge, string>> = {
  tower: "M5 3h3v3h2.500V3h3v3H16V3h3v6l-2 2v8h2v2h-5.500v-4a1.5 1.5 0 0 0-3 0v4H5v-2h2v-8L5 9z",
  anvil: "M2 6h15v2h5c0 3-3 4.500-6 5v3l3 3v2H7v-2l3-3v-3C6 13 3 11 2 8z",
  flame:
    "M12 1.500c1 4.500 6 6.500 6 12.500a6 6 0 0 1-12 0c0-3 1.500-5 3-6 0 2 .5 3 1.500 4C11 8 10.500 5 12 1.500z",
  sword: "M12 1l1.500 2v11.500H18v2.500h-4.500v3L15 22.500H9l1.500-2.500v-3H6v-2.500h4.500V3z",
  axe: "M10 2h3v3c2.500 0 5-1 7-3 2 4 2 8 0 12-2-2-4.500-3-7-3v11h-3z",
  hammer: "M4 3h16v7h-6.500v12h-3V10H4z",
  crown: "M3 7l4.500 4L12 4l4.500 7L21 7l-2 12H5z",
  star: "M12 2l3 7 7.500.500-5.800 4.800 2 7.200L12 17.500 5.300 21.500l2-7.200L1.500 9.500 9 9z",
  moon: "M15 2a10 10 0 1 0 7 15A8 8 0 0 1 15 2z",
  key: "M12 1.500a4.500 4.500 0 0 1 1.500 8.700V14H17v2.500h-3.500V18H17v2.500h-3.500v2h-3V10.200A4.500 4.500 0 0 1 12 1.500z",
  tree: "M12 2l6 8h-3l4 6.500h-5.500V22h-3v-5.500H5L9 10H6z",
  mountain: "M2 20 9 5l4 7 3-4 6 12z",
  chalice: "M5 3h14c0 6-2 9-5.500 10v5H18v3H6v-3h4.500v-5C7 12 5 9 5 3z",
  paw: [
    "M12 11c3 0 6 3.500 6 6.500 0 4-4 2-6 2s-6 2-6-2c0-3 3-6.500 6-6.500z",
    "M2.500 10a2 2.600 0 1 0 4 0 2 2.600 0 1 0-4 0zM7.500 5.500a2 2.600 0 1 0 4 0 2 2.600 0 1 0-4 0z",
    "M12.500 5.500a2 2.600 0 1 0 4 0 2 2.600 0 1 0-4 0zM17.500 10a2 2.600 0 1 0 4 0 2 2.600 0 1 0-4 0z",
  ].join(""),
  raven:
    "M2 21l7-6-1-1 3-6c0-3 2-5 5-5 1.500 0 2.500.7 3 1.500l3 1-3 1.500c0 6-3 10-8 11l-1 3.500H8L9 19z",
  wolf: "M4 2l5 4h6l5-4v9l2 3-5 2-3 6h-4l-3-6-5-2 2-3z",
};

/** A light shape with a dark edge can be told from every tincture, on one and across two. */
const CHARGE_INK = "#fdf8ee";
const EDGE = "#17120e";

/** The crest as an SVG document. The same crest always gives the same text. */
export function crestSvg({ division, first, second, charge }: Crest): string {
  const part = PARTS[division];
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" class="crest" viewBox="0 0 24 24" aria-hidden="true">',
    `<path d="${SHIELD}" fill="${TINCTURE_COLOURS[first]}"/>`,
    part && `<path d="${part}" fill="${TINCTURE_COLOURS[second]}"/>`,
    `<path d="${CHARGE_PATHS[charge]}" transform="translate(4.800 3.300) scale(.6)" fill="${CHARGE_INK}"`,
    ` stroke="${EDGE}" stroke-width="1.600" stroke-linejoin="round"/>`,
    `<path d="${SHIELD}" fill="none" stroke="${EDGE}" stroke-width="1.200"/>`,
    "</svg>",
  ].join("");
}

/** A guild's crest inside a page. Decorative: the guild's name stands beside it. */
export function CrestImage({ crest }: { crest: Crest }) {
  return <>{raw(crestSvg(crest))}</>;
}

/** The address of a guild's crest. It changes with the crest, so that browsers may keep it. */
export function crestHref(guild: { readonly slug: string; readonly crest: Crest }): string {
  const { division, first, second, charge } = guild.crest;
  return `/g/${guild.slug}/crest.svg?v=${division}-${first}-${second}-${charge}`;
}
