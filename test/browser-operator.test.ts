import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anOperator } from "./platform/operators/support.ts";
import { type BrowserApp, browserApp, CHROMIUM, faults } from "./support/browser.ts";

let app: BrowserApp;

/** Where pictures of the pages go, for people who want to look at them. */
const PICTURES = process.env["PICTURES_DIR"];

describe.runIf(CHROMIUM)("the operators' console in a browser", () => {
  beforeAll(async () => {
    app = await browserApp();
  });
  afterAll(() => app.close());

  for (const width of [360, 1280]) {
    for (const theme of ["dark", "light"]) {
      test(`fits ${width} px and keeps nobody out, ${theme}`, async () => {
        const { t, origin } = app;
        const slug = `vow-${theme}-${width}`.replace(
          /\d/g,
          (digit) => "abcdefghij"[Number(digit)]!,
        );
        const { id } = await t.guild(slug);
        const operator = await anOperator(t);
        const page = await app.newPage(width);
        await page.context().addCookies([
          { name: "guildhall", value: operator.identity.token, url: origin },
          { name: "theme", value: theme, url: origin },
        ]);
        await page.goto(`${origin}/operator`);
        const paths = await page.$$eval(".guild-nav nav > a", (links) =>
          links.map((link) => link.getAttribute("href")!),
        );
        expect(paths.length).toBeGreaterThan(2);
        for (const path of [...paths, `/operator/guilds/${id}`]) {
          await page.goto(`${origin}${path}`);
          const name = path.replace(id, "one").replaceAll("/", "-").slice(1);
          const picture = `${PICTURES}/${name}-${width}-${theme}.png`;
          if (PICTURES) await page.screenshot({ path: picture, fullPage: true });
          expect([path, await faults(page)]).toEqual([path, []]);
        }
      }, 120_000);
    }
  }
});
