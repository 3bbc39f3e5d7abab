import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserApp, browserApp, CHROMIUM, faults } from "./support/browser.ts";
import { type OAuthServer, startOAuth } from "./support/oauth.ts";

const SHOTS = process.env["SCREENSHOTS"];
type Look = (name: string) => Promise<void>;

let oauth: OAuthServer;
let app: BrowserApp;

describe.runIf(CHROMIUM)("signing in by a provider in a browser", () => {
  beforeAll(async () => {
    oauth = await startOAuth();
    app = await browserApp({
      envAt: (origin) => {
        for (const id of ["discord", "battlenet"] as const) {
          oauth[id].redirectUris.add(`${origin}/sign-in/${id}/callback`);
        }
        return { ...oauth.env, PUBLIC_URL: origin };
      },
    });
  });
  afterAll(async () => {
    await app.close();
    await oauth.close();
  });

  for (const width of [360, 1280]) {
    test(`from the start page to an account with two ways in, ${width} px wide`, async () => {
      const page = await app.newPage(width, { javaScriptEnabled: true });
      const look = async (name: string) => {
        for (const colorScheme of ["dark", "light"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          expect([name, colorScheme, await faults(page)]).toEqual([name, colorScheme, []]);
          const path = `${SHOTS}/${name}-${width}-${colorScheme}.png`;
          if (SHOTS) await page.screenshot({ path, fullPage: true });
        }
      };
      const person = { id: `80${width}`, username: "jaina", email: `jaina${width}@example.test` };
      oauth.discord.person = { ...person, global_name: "Jaina", verified: true };
      oauth.battlenet.person = { sub: `9${width}`, battletag: "Jaina#2211" };

      await page.goto(app.origin);
      await page.click('a:has-text("Create your guild")');
      await page.waitForURL("**/sign-up**");
      await look("sign-up");
      await page.goto(`${app.origin}/sign-in?next=/guilds/new`);
      await look("sign-in");
      await page.click('a:has-text("Continue with Discord")');
      await page.click("#refuse");
      await page.waitForURL("**/sign-in");
      await page.goto(`${app.origin}/sign-in?next=/guilds/new`);
      await page.click('a:has-text("Continue with Discord")');
      await page.click("#agree");
      await page.waitForURL("**/guilds/new");

      await page.goto(`${app.origin}/account`);
      await page.click('a:has-text("Link Battle.net")');
      await page.click("#agree");
      await told(page, "Account linked.");
      expect(await page.textContent("main")).toContain("Jaina");
      await look("account");
      await page.click('button:has-text("Unlink Discord")');
      await told(page, "Changes saved.");
      await page.click('button:has-text("Unlink Battle.net")');
      expect(await page.textContent(".error-summary")).toContain("Set a password first");
      await look("last-way-in");
      app.t.advance(11 * 60_000);
      await page.goto(`${app.origin}/account`);
      await page.fill("#password", "seven ravens over the keep");
      await page.click('button:has-text("Set a password")');
      await page.waitForURL("**/account/proof?**");
      await look("proof");
      await page.click('a:has-text("Continue with Battle.net")');
      await page.click("#agree");
      await page.waitForURL("**/account");
      await page.fill("#password", "seven ravens over the keep");
      await page.click('button:has-text("Set a password")');
      await told(page, "Changes saved.");
      expect(await page.textContent("main")).toContain("Change password");
      await connect(page, look);
      await page.context().clearCookies();

      oauth.battlenet.person = { sub: `8${width}`, battletag: "Varian#1" };
      await page.goto(`${app.origin}/sign-up`);
      await page.click('a:has-text("Continue with Battle.net")');
      await page.click("#agree");
      await page.waitForURL("**/sign-up/newcomer");
      await page.fill("#email", "not an address");
      await page.click('main button[type="submit"]');
      await look("newcomer");
      await page.fill("#email", `varian${width}@example.test`);
      await page.click('main button[type="submit"]');
      await page.waitForURL("**/guilds/new");
      await page.goto(`${app.origin}/sign-in/discord/callback?code=1&state=2`);
      expect(await page.textContent("main")).toContain("Start again");
      await look("round-failed");
    }, 180_000);
  }
});

/** Waits for a page's message after a form. It is in the address only until a script has read it. */
async function told(page: Page, text: string): Promise<void> {
  await page.waitForSelector(`.toast:has-text("${text}")`);
}

/** Saves a secret, sees only its last characters, and founds a guild to look at its connections. */
async function connect(page: Page, look: Look): Promise<void> {
  await page.click('main a:has-text("Connections")');
  await page.fill("#blizzard-account", "my client");
  await page.fill("#blizzard-value", "c0ffee".repeat(6));
  await page.click('form[action$="/blizzard"] button');
  await page.waitForSelector(".error-summary");
  await page.fill("#blizzard-account", "my-client");
  await page.fill("#blizzard-value", "c0ffee".repeat(6));
  await page.click('form[action$="/blizzard"] button');
  await told(page, "Changes saved.");
  expect(await page.textContent("main")).toContain("••••ffee");
  await look("personal-connections");
  await page.goto(`${app.origin}/guilds/new`);
  await page.fill("#name", `Sealed Vow ${page.viewportSize()!.width}`);
  await page.fill("#realm", "Area 52");
  await page.click("main button[type=submit]");
  await page.waitForURL("**/progress");
  await page.click('a:has-text("Open guild")');
  await page.waitForURL("**/onboarding");
  const guild = page.url().replace(/\/onboarding$/, "");
  await page.goto(`${guild}/settings`);
  await page.click('main a:has-text("Connections")');
  await page.fill("#webhook-value", "https://hooks.example.org/raid-night-news");
  await page.click('form[action$="/webhook"] button');
  await told(page, "Changes saved.");
  await look("connections");
  await page.fill("#discord-webhook-value", "https://evil.example.org");
  await page.click('form[action$="/discord-webhook"] button');
  await page.waitForSelector(".error-summary");
  await look("connections-refused");
  await page.click('form[action$="/webhook/removal"] button');
  await told(page, "Removed.");
}
