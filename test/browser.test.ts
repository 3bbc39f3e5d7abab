import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "@hono/node-server";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "./support/app.ts";
import { generatedText } from "./support/log-generator.ts";

const CHROMIUM = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
if (!CHROMIUM) {
  console.log("Browser tests were not run: no Chromium here. Install one, or set CHROMIUM.");
}
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 1280] as const;
const ROSTER = `Name,Class,Spec,Role,Main
Anvil,Warrior,Protection,,main
Cinder,Mage,Fire,,main
Smoke,Rogue,,,Cinder
Nobody,Barbarian,,,`;

let t: TestApp;
let browser: Browser;
let server: ReturnType<typeof serve>;
let origin: string;

describe.runIf(CHROMIUM)("in a browser", () => {
  beforeAll(async () => {
    t = await testApp();
    t.services.logIngest.start();
    server = serve({ fetch: t.app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise<void>((resolve) => server.once("listening", () => resolve()));
    origin = `http://localhost:${(server.address() as { port: number }).port}`;
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await t.close();
  });

  for (const width of WIDTHS) {
    test(`from the start page to the first award, ${width} px wide`, async () => {
      const page = await newPage(width);
      const slug = await foundGuild(page, `Iron Vow ${width}`);
      await walkTheWizard(page, slug);
      await awardPoints(page, slug);
      const logs = await sendLog(page, slug);
      await lookAtEveryPage(page, slug, logs);
    }, 240_000);
  }

  test("reading and forms work without scripts", async () => {
    const page = await newPage(360, { javaScriptEnabled: false });
    const slug = await foundGuild(page, "Quiet Vow");
    await page.goto(`${origin}/g/${slug}/roster/import`);
    await page.fill("#text", ROSTER);
    await page.click("main form button");
    expect(await page.textContent("main")).toContain("We do not know this class.");
    await page.click('button:has-text("Take over 3 lines")');
    expect(await page.textContent("main")).toContain("Cinder");
  }, 60_000);
});

async function newPage(
  width: number,
  options: { javaScriptEnabled?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: "en-GB",
    // Only so that the checker may be put into the page; the policy itself is tested elsewhere.
    bypassCSP: true,
    ...options,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  return page;
}

async function foundGuild(page: Page, name: string): Promise<string> {
  await page.goto(origin);
  await page.click('a:has-text("Found your guild")');
  await page.fill("#email", `${randomUUID()}@example.test`);
  await page.fill("#name", "Founder");
  await page.fill("#password", `a passphrase of ${randomUUID()}`);
  await page.click("main button[type=submit]");
  await page.waitForURL("**/guilds/new");
  await page.fill("#name", name);
  await page.fill("#realm", "Area 52");
  await page.click("main button[type=submit]");
  await page.waitForURL("**/progress");
  await page.click('a:has-text("Open the guild")');
  await page.waitForURL("**/onboarding");
  return /\/g\/([^/]+)\//.exec(page.url())![1]!;
}

async function walkTheWizard(page: Page, slug: string): Promise<void> {
  await page.click('main .row a:has-text("How loot is given")');
  await page.click('button:has-text("Save")');
  await page.click('main .row a:has-text("Raid nights")');
  await page.selectOption("#timeZone", "Europe/Madrid");
  await page.click('button:has-text("Save")');
  await page.click('button:has-text("Fill with an example raid")');
  await page.click('button:has-text("Take the example away")');
  await page.click('main .row a:has-text("The roster")');
  await page.fill("#text", ROSTER);
  await page.click('button:has-text("Look at it first")');
  expect(await page.textContent("main")).toContain("We do not know this class.");
  await page.click('button:has-text("Take over 3 lines")');
  await page.goto(`${origin}/g/${slug}/onboarding`);
  await page.click('main .row a:has-text("Invitations")');
  await page.click('button:has-text("Make the invitation")');
  expect(await page.inputValue("#link")).toMatch(/\/invitations\/[\w-]{43}$/);
  await page.goto(`${origin}/g/${slug}`);
  expect(await page.textContent("main")).not.toContain("Getting started");
}

async function awardPoints(page: Page, slug: string): Promise<void> {
  await page.click('a:has-text("Award points")');
  await page.check('label:has-text("Cinder") input');
  await page.fill("#points", "12.5");
  await page.fill("#reason", "On time");
  await page.click('main form button[type=submit]:has-text("Award")');
  await page.goto(`${origin}/g/${slug}/standings`);
  expect(await page.textContent("tr:has-text('Cinder')")).toContain("12.50");
}

/** Sends a log, watches it being read, and goes down to a spell. Gives back the pages on the way. */
async function sendLog(page: Page, slug: string): Promise<readonly string[]> {
  const { bytes, answer } = generatedText({ seed: 3, generation: 22, events: 2_000, players: 10 });
  await page.goto(`${origin}/g/${slug}/logs`);
  await page.setInputFiles("#file", {
    name: "WoWCombatLog.txt",
    mimeType: "text/plain",
    buffer: Buffer.from(bytes),
  });
  await page.click("form[data-upload] button[type=submit]");
  await page.waitForURL(/\/logs\/[0-9a-f-]{36}$/);
  await page.waitForSelector("[data-watch]", { state: "detached" });
  const report = new URL(page.url()).pathname;
  await page.click(`tbody a:has-text("Warden")`);
  await page.waitForURL(/\/fights\//);
  const fight = new URL(page.url()).pathname;
  const known = answer.fights[0]!.players[0]!;
  const damage = (known.damageOwn + known.damagePets).toLocaleString("en-GB");
  expect(await page.textContent(`tr:has-text("${known.name}")`)).toContain(damage);
  await page.click(`tr:has-text("${known.name}") a`);
  await page.waitForURL(/\/players\//);
  expect(await page.textContent("main")).toContain('Fire, "ball"');
  const player = new URL(page.url()).pathname;
  await page.goto(`${origin}${report}`);
  for (const box of await page.locator("tbody input[type=checkbox]").all()) await box.check();
  await page.click('button:has-text("Compare")');
  await page.waitForURL(/\/fights\/compare/);
  const compared = page.url().replace(origin, "");
  const views = ["healing", "taken", "deaths"].map((view) => `${fight}?view=${view}`);
  const boss = `/g/${slug}/bosses/2900/16`;
  return [report, fight, ...views, player, compared, boss, `/g/${slug}/bosses`, `/g/${slug}/logs`];
}

async function lookAtEveryPage(page: Page, slug: string, more: readonly string[]): Promise<void> {
  const guild = `/g/${slug}`;
  await page.goto(`${origin}${guild}/standings`);
  const person = (await page.getAttribute("tr:has-text('Cinder') a", "href"))!;
  const paths = [
    "/",
    "/guilds",
    "/guilds/new",
    "/account",
    "/api-reference",
    guild,
    `${guild}/standings`,
    person,
    person.replace("standings", "roster"),
    `${guild}/ledger`,
    `${guild}/ledger/award`,
    `${guild}/ledger/spend`,
    `${guild}/roster`,
    `${guild}/roster/import`,
    `${guild}/members`,
    `${guild}/audit`,
    `${guild}/settings`,
    `${guild}/onboarding`,
    `${guild}/onboarding/loot`,
    `${guild}/onboarding/schedule`,
    `${guild}/settings/keys`,
    "/g/no-such-guild",
    ...more,
  ];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await page.goto(`${origin}${path}`);
      expect([path, await serious(page)]).toEqual([path, []]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      expect([path, overflow]).toEqual([path, 0]);
    }
  }
}

/** What axe finds on the page that keeps somebody from using it. */
async function serious(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id }) => id);
  });
}
