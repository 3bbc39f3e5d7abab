import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "@hono/node-server";
import { chromium, type Page } from "playwright-core";
import { type TestApp, testApp } from "./app.ts";

/** A browser of this machine, if there is one. */
export const CHROMIUM = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
if (!CHROMIUM) {
  console.log("Browser tests were not run: no Chromium here. Install one, or set CHROMIUM.");
}
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type BrowserApp = Awaited<ReturnType<typeof browserApp>>;

/** The product on a free port, and a browser to use it with. */
export async function browserApp(
  options: {
    readonly clock?: () => Date;
    /** More environment variables, given the address of the product. */
    readonly envAt?: (origin: string) => Record<string, string>;
  } = {},
) {
  // The port is chosen first, because the product needs to know its address.
  let fetch: TestApp["app"]["fetch"];
  const server = serve({ fetch: (...a) => fetch(...a), port: 0, hostname: "127.0.0.1" });
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const origin = `http://localhost:${(server.address() as { port: number }).port}`;
  const t = await testApp(options.envAt?.(origin) ?? {}, options);
  fetch = t.app.fetch;
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Guilds' own domains of tests lead to the product.
      "--host-resolver-rules=MAP *.ironvow.org 127.0.0.1",
    ],
  });
  /** A person with a separate device. */
  const newPage = async (width: number, more: { javaScriptEnabled?: boolean } = {}) => {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      locale: "en-GB",
      // Lets the checker be loaded into the page. Other tests cover the policy.
      bypassCSP: true,
      ...more,
    });
    const page = await context.newPage();
    // A busy machine is slow, so the timeout is long.
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => {
      throw error;
    });
    return page;
  };
  const close = async () => {
    await browser.close();
    t.services.tails.close();
    await new Promise((resolve) => server.close(resolve));
    await t.close();
  };
  return { t, origin, newPage, close };
}

/** Signs up a new user and founds a guild. Returns its address. */
export async function foundGuild(page: Page, origin: string, name: string): Promise<string> {
  await page.goto(origin);
  await page.click('a:has-text("Create your guild")');
  await fillSignUp(page, "Founder");
  await page.waitForURL("**/guilds/new");
  await page.fill("#name", name);
  await page.fill("#realm", "Area 52");
  await page.click("main button[type=submit]");
  await openFounded(page);
  return /\/g\/([^/]+)\//.exec(page.url())![1]!;
}

/** From the form that founds a guild into it. The page of the steps continues by itself. */
export async function openFounded(page: Page): Promise<void> {
  // The first steps have a link of the same name, which leads elsewhere.
  const open = page.locator('a[href$="/onboarding"]:has-text("Open guild")');
  const isThere = page.locator('main a[href$="/onboarding/loot"]');
  await open.or(isThere).first().waitFor();
  if (await open.isVisible()) await open.click();
  await page.waitForURL("**/onboarding");
}

/** Fills in the sign-up form of the page it is on. */
export async function fillSignUp(page: Page, name: string): Promise<void> {
  await page.fill("#email", `${randomUUID()}@example.test`);
  await page.fill("#name", name);
  await page.fill("#password", `a passphrase of ${randomUUID()}`);
  await page.click("main button[type=submit]");
}

/** The serious accessibility problems that axe finds on the page. */
async function serious(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; impact: string }[] }> };
    };
    // Describes violations only. A description of everything that is right would take most of the time.
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id }) => id);
  });
}

/** Expects no serious accessibility problem, and no content beyond the screen's edge. */
export async function faults(page: Page): Promise<readonly string[]> {
  return [...(await serious(page)), ...(await tooWide(page))];
}

/** How far the content of the page reaches beyond the screen's edge. */
export async function tooWide(page: Page): Promise<readonly string[]> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  );
  return overflow > 0 ? [`${overflow} px too wide`] : [];
}
