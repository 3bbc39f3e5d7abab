import { existsSync } from "node:fs";
import { serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, type TestGuild, testApp } from "../support/app.ts";

const CHROMIUM = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
if (!CHROMIUM) {
  console.log("Browser tests were not run: no Chromium here. Install one, or set CHROMIUM.");
}

let t: TestApp;
let guild: TestGuild;
let browser: Browser;
let server: ReturnType<typeof serve>;
let origin: string;

// The content policy stays in force here: a script or style that it blocks is a console error.
describe.runIf(CHROMIUM)("a list in a browser with scripts", () => {
  beforeAll(async () => {
    t = await testApp();
    guild = await t.guild("iron-vow", { isPublic: true });
    for (const name of ["Cinder", "Smoke", "Anvil"]) {
      await guild.owner.post("/roster/persons", { name });
    }
    server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise<void>((resolve) => server.once("listening", () => resolve()));
    origin = `http://localhost:${(server.address() as { port: number }).port}`;
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await t.close();
  });

  test("filters during typing, keeps the input, and the back button undoes it", async () => {
    const { page, complaints } = await open("/standings");
    const people = page.locator("tbody tr");
    await page.locator("input[type=search]").pressSequentially("smo");
    await page.waitForURL(/q=smo/);
    await expect.poll(() => people.count()).toBe(1);
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe(
      "smo",
    );
    await page.goBack();
    await expect.poll(() => people.count()).toBeGreaterThan(2);
    expect(complaints).toEqual([]);
  });

  test("sorts without loading the page again, and the address can be shared", async () => {
    const { page, complaints } = await open("/standings");
    await page.evaluate(() => {
      document.documentElement.dataset["same"] = "yes";
    });
    await page.click("thead a:has-text('Person')");
    await page.waitForURL(/sort=name/);
    const first = page.locator("tbody tr").first();
    await expect.poll(() => first.textContent()).toContain("Anvil");
    expect(await page.getAttribute("html", "data-same")).toBe("yes");
    const sent = await open(page.url().slice(`${origin}/g/${guild.slug}`.length));
    expect(await sent.page.locator("tbody tr").first().textContent()).toContain("Anvil");
    expect(complaints).toEqual([]);
  });

  test("loads the whole page when the part cannot be fetched", async () => {
    const { page } = await open("/standings");
    await page.route("**/*", (route) =>
      route.request().resourceType() === "fetch" ? route.abort() : route.continue(),
    );
    await page.locator("input[type=search]").fill("smo");
    await page.waitForURL(/q=smo/);
    await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
  });

  test("a menu closes by Escape and by a press elsewhere, and gives the focus back", async () => {
    const { page } = await open("/standings", guild.owner.identity.token);
    const menu = page.locator("header details.menu");
    const isOpen = () => menu.evaluate((found) => (found as HTMLDetailsElement).open);
    await menu.locator("summary").press("Enter");
    expect(await isOpen()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await isOpen()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("SUMMARY");
    await menu.locator("summary").click();
    await page.locator("h1").click();
    expect(await isOpen()).toBe(false);
  });
});

async function open(path: string, token?: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  if (token) await context.addCookies([{ name: "guildhall", value: token, url: origin }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(`${origin}/g/${guild.slug}${path}`);
  return { page, complaints };
}
