import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anOperator } from "./platform/console/support.ts";
import { type BrowserApp, browserApp, CHROMIUM, faults } from "./support/browser.ts";

let app: BrowserApp;

/** The folder for screenshots. Without the variable none are taken. */
const PICTURES = process.env["PICTURES_DIR"];

describe.runIf(CHROMIUM)("the operators' console in a browser", () => {
  beforeAll(async () => {
    app = await browserApp();
  });
  afterAll(() => app.close());

  for (const width of [360, 1280]) {
    for (const theme of ["dark", "light"]) {
      test(`fits ${width} px and is accessible, ${theme}`, async () => {
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
        for (const path of [
          ...paths,
          `/operator/guilds/${id}`,
          `/operator/guilds/${id}/plan`,
          "/operator/plans/free",
        ]) {
          await page.goto(`${origin}${path}`);
          const name = path.replace(id, "one").replaceAll("/", "-").slice(1);
          const picture = `${PICTURES}/${name}-${width}-${theme}.png`;
          if (PICTURES) await page.screenshot({ path: picture, fullPage: true });
          expect([path, await faults(page)]).toEqual([path, []]);
        }
      }, 240_000);
    }
  }

  test("a guild's plan page fits a phone and is accessible", async () => {
    const { t, origin } = app;
    const { owner } = await t.guild("planned");
    for (const width of [360, 1280]) {
      const page = await app.newPage(width);
      const cookie = { name: "guildhall", value: owner.identity.token, url: origin };
      await page.context().addCookies([cookie]);
      await page.goto(`${origin}/g/planned/settings/plan`);
      expect(await page.textContent("main")).toContain("1 / 30");
      expect(await faults(page)).toEqual([]);
      const picture = `${PICTURES}/plan-${width}.png`;
      if (PICTURES) await page.screenshot({ path: picture, fullPage: true });
    }
  }, 180_000);

  test("a guild sets up its own domain on a phone, and its owner signs in there", async () => {
    const { t, origin } = app;
    const { owner, id } = await t.guild("iron-vow", { plan: "premium" });
    for (const width of [360, 1280]) {
      const page = await app.newPage(width);
      const cookie = { name: "guildhall", value: owner.identity.token, url: origin };
      await page.context().addCookies([cookie]);
      await page.goto(`${origin}/g/iron-vow/settings/domain`);
      await page.fill("#domain", "Raids.IronVow.org");
      await page.click('main button:has-text("Save domain")');
      await page.waitForSelector("text=waiting for the record");
      expect(await faults(page)).toEqual([]);
      const picture = `${PICTURES}/domain-${width}.png`;
      if (PICTURES) await page.screenshot({ path: picture, fullPage: true });
    }
    await t.services.platform.db.client.execute({
      sql: "UPDATE guild_domains SET status = 'active', checked_at = 0 WHERE guild_id = ?",
      args: [id],
    });
    const page = await app.newPage(360);
    const there = origin.replace("localhost", "raids.ironvow.org");
    await page.goto(`${there}/sign-in`);
    await page.fill("#email", owner.identity.email);
    await page.fill("#password", owner.identity.password);
    await page.click('main button:has-text("Sign in")');
    await page.waitForURL(`${there}/`);
    expect(await page.textContent("h1")).toContain("Guild iron-vow");
    await page.goto(`${there}/settings/domain`);
    expect(await page.textContent("main")).toContain("active");
    const cookies = await page.context().cookies();
    expect([...new Set(cookies.map(({ domain }) => domain))]).toEqual(["raids.ironvow.org"]);
  }, 180_000);

  test("backups and deletion of a guild fit a phone and are accessible", async () => {
    const { t, origin } = app;
    const { owner, id } = await t.guild("copied");
    const made = await owner.post("/settings/backups");
    await owner.post("/roster/persons", { name: "Later" });
    for (const width of [360, 1280]) {
      const page = await app.newPage(width);
      const cookie = { name: "guildhall", value: owner.identity.token, url: origin };
      await page.context().addCookies([cookie]);
      for (const path of ["backups", `backups/${made.body.id}`, "deletion"]) {
        await page.goto(`${origin}/g/copied/settings/${path}`);
        expect([path, await faults(page)]).toEqual([path, []]);
        const picture = `${PICTURES}/${path.slice(0, 8).replace("/", "")}${path.length}-${width}.png`;
        if (PICTURES) await page.screenshot({ path: picture, fullPage: true });
      }
    }
    const page = await app.newPage(360);
    await page
      .context()
      .addCookies([{ name: "guildhall", value: owner.identity.token, url: origin }]);
    await page.goto(`${origin}/g/copied/settings/deletion`);
    await page.fill("#name", "Guild copied");
    await page.click('main button:has-text("Delete guild")');
    await page.waitForURL("**/guilds*");
    expect(await faults(page)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/deleted.png`, fullPage: true });
    await page.click('button:has-text("Restore guild")');
    await page.waitForURL("**/g/copied");
    expect((await t.services.platform.guild(id))?.status).toBe("ready");
  }, 180_000);

  test("an operator acts as a user, sees the banner, and is themselves again", async () => {
    const { t, origin } = app;
    const { owner } = await t.guild("helped");
    const operator = await anOperator(t);
    const page = await app.newPage(360);
    await page
      .context()
      .addCookies([{ name: "guildhall", value: operator.identity.token, url: origin }]);
    await page.goto(`${origin}/operator/impersonations`);
    await page.fill("#email", owner.identity.email);
    await page.fill("#reason", "Cannot see the raid");
    await page.click('main button:has-text("Start impersonation")');
    await page.waitForURL("**/guilds");
    await page.goto(`${origin}/g/helped/settings`);
    expect(await page.textContent(".banner")).toContain("you are viewing as");
    expect(await faults(page)).toEqual([]);
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/banner-360.png` });
    await page.click(".banner button");
    await page.waitForURL("**/operator/impersonations*");
    expect(await page.textContent("main")).toContain("Cannot see the raid");
  }, 180_000);
});
