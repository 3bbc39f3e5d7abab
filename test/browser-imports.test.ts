import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserApp, browserApp, CHROMIUM, faults, foundGuild } from "./support/browser.ts";

/** What the addon saves: two awards, a decay and an item. Alto: 20 - 4 + 8 = 24. Bravo: 20 - 4 - 8 = 8. */
const SAVED = `MonDKP_DKPTable = {
  { ["player"] = "Alto", ["class"] = "MAGE", ["dkp"] = 24 },
  { ["player"] = "Bravo", ["class"] = "PRIEST", ["dkp"] = 8 },
  { ["player"] = "Çelia", ["class"] = "ROGUE", ["dkp"] = 7 },
}
MonDKP_DKPHistory = {
  { ["players"] = "Alto,Bravo,", ["index"] = "O-1", ["dkp"] = 20, ["date"] = 1580000000, ["reason"] = "On time" },
  { ["players"] = "Alto,Bravo,", ["index"] = "O-2", ["dkp"] = "-4,-4,-20%", ["date"] = 1580100000, ["reason"] = "Decay" },
  { ["players"] = "Alto,", ["index"] = "O-6", ["dkp"] = 8, ["date"] = 1580400000, ["reason"] = "Boss" },
}
MonDKP_Loot = {
  { ["player"] = "Bravo", ["loot"] = "|cffa335ee|Hitem:16939::::|h[Helm]|h|r",
    ["date"] = 1580200000, ["index"] = "O-3", ["cost"] = -8, ["boss"] = "Onyxia" },
}
`;
const SHOTS = process.env["SHOTS"];

let app: BrowserApp;

describe.runIf(CHROMIUM)("in a browser", () => {
  beforeAll(async () => {
    app = await browserApp();
  });

  afterAll(() => app.close());

  for (const [width, language] of [
    [360, "en"],
    [1280, "es"],
  ] as const) {
    test(`a new admin brings an addon's history from the first steps, ${width} px, ${language}`, async () => {
      const page = await app.newPage(width);
      const slug = await foundGuild(page, app.origin, `Iron Vow ${width}`);
      await page.click(`footer button[value=${language}]`);
      await page.click('main ol a[href$="/onboarding/history"]');
      await page.waitForURL("**/imports");
      await look(page, `list-${width}`);
      await page.setInputFiles("#file", {
        name: "MonolithDKP.lua",
        mimeType: "text/plain",
        buffer: Buffer.from(SAVED),
      });
      await page.click("main form[enctype] button[type=submit]");
      await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
      await look(page, `preview-${width}`);
      await page.click('form[action$="/commitment"] button');
      await page.waitForSelector('form[action$="/reversal"]');
      expect(await page.textContent(`tr:has-text("Çelia")`)).toContain("+7");
      await look(page, `report-${width}`);
      await page.click('main a[href$="/standings"]');
      for (const [name, points] of [
        ["Alto", "24"],
        ["Bravo", "8"],
        ["Çelia", "7"],
      ] as const) {
        expect(await page.textContent(`tr:has-text("${name}")`)).toContain(points);
      }
      await page.goto(`${app.origin}/g/${slug}/onboarding`);
      expect(await page.getAttribute("[data-step=history]", "data-state")).toBe("done");
      await page.goto(`${app.origin}/g/${slug}/imports`);
      await look(page, `listed-${width}`);
    }, 120_000);
  }
});

/** Expects a page without faults. Keeps its picture when SHOTS names a folder. */
async function look(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  }
  for (const colorScheme of ["dark", "light"] as const) {
    // Colours that are still changing would be measured half-way.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    expect([name, await faults(page)]).toEqual([name, []]);
  }
}
