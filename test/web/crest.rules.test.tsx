import { describe, expect, test } from "vitest";
import { CHARGES, crestOf, DIVISIONS, TINCTURES } from "../../src/kernel/crest.ts";
import { crestSvg } from "../../src/web/crest.tsx";
import { GuildLayout } from "../../src/web/layout.tsx";
import { accentOf, contrast } from "../../src/web/styles/tinctures.ts";
import { COLOURS } from "../../src/web/styles/tokens.ts";
import { aView, html } from "./support.tsx";

const ids = Array.from({ length: 400 }, (_, at) => `guild-${at}`);

describe("a guild's crest", () => {
  test("is the same for the same guild, and uses every choice among many guilds", () => {
    const crests = ids.map(crestOf);
    expect(crests).toEqual(ids.map(crestOf));
    expect(new Set(crests.map(({ charge }) => charge)).size).toBe(CHARGES.length);
    expect(new Set(crests.map(({ division }) => division)).size).toBe(DIVISIONS.length);
    expect(new Set(crests.map(({ first }) => first)).size).toBe(TINCTURES.length);
    expect(crests.filter(({ first, second }) => first === second)).toEqual([]);
    expect(new Set(crests.map(crestSvg)).size).toBeGreaterThan(ids.length * 0.95);
  });

  test("has a drawing of its own for each figure and each field", () => {
    const drawn = CHARGES.map((charge) => crestSvg({ ...crestOf("x"), charge }));
    expect(new Set(drawn).size).toBe(CHARGES.length);
    const fields = DIVISIONS.map((division) => crestSvg({ ...crestOf("x"), division }));
    expect(new Set(fields).size).toBe(DIVISIONS.length);
    for (const svg of [...drawn, ...fields])
      expect(svg).not.toMatch(/style=|<script|id=|undefined/);
  });

  test("is in the header and the tab, and colours the page", async () => {
    const page = await html(
      <GuildLayout view={aView({ role: "raider" })} title="x" section="home" />,
    );
    const { first } = crestOf("iron-vow");
    expect(page).toMatch(/<link rel="icon" href="\/g\/iron-vow\/crest\.svg\?v=[a-z-]+"/);
    expect(page).toContain(`<body class="in-guild tincture-${first}">`);
    expect(page).toContain('class="crest"');
  });
});

describe.each([
  ["dark", 0],
  ["light", 1],
] as const)("the accent of a guild's pages in the %s theme", (_, side) => {
  test.each(TINCTURES)("can be read with %s as the first colour", (tincture) => {
    const { accent, ember, "on-ember": onEmber } = accentOf(tincture, side);
    for (const name of ["ground", "surface", "raised"] as const) {
      expect(contrast(accent, COLOURS[name][side]), name).toBeGreaterThanOrEqual(4.5);
      expect(contrast(ember, COLOURS[name][side]), name).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(onEmber, ember)).toBeGreaterThanOrEqual(4.5);
  });
});
