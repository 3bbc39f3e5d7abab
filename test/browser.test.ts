import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BrowserApp,
  browserApp,
  CHROMIUM,
  faults,
  foundGuild,
  tooWide,
} from "./support/browser.ts";
import { generatedText } from "./support/log-generator.ts";

const WIDTHS = [360, 1280] as const;
const ROSTER = `Name,Class,Spec,Role,Main
Anvil,Warrior,Protection,,main
Cinder,Mage,Fire,,main
Smoke,Rogue,,,Cinder
Nobody,Barbarian,,,`;

let app: BrowserApp;
let origin: string;
const newPage: BrowserApp["newPage"] = (...args) => app.newPage(...args);

describe.runIf(CHROMIUM)("in a browser", () => {
  beforeAll(async () => {
    app = await browserApp();
    app.t.services.logIngest.start();
    origin = app.origin;
  });

  afterAll(() => app.close());

  for (const width of WIDTHS) {
    test(`from the start page to the first award, ${width} px wide`, async () => {
      const page = await newPage(width);
      const slug = await foundGuild(page, origin, `Iron Vow ${width}`);
      await walkTheWizard(page, slug);
      await awardPoints(page, slug);
      const logs = await sendLog(page, slug);
      await lookAtEveryPage(page, slug, logs);
    }, 300_000);
  }

  test("a phone has the places of a raid night at hand, and all others one tap away", async () => {
    const { owner } = await app.t.guild("places");
    const page = await newPage(360, { javaScriptEnabled: false });
    await page
      .context()
      .addCookies([{ name: "guildhall", value: owner.identity.token, url: origin }]);
    await page.goto(`${origin}/g/places/raids`);
    const bar = page.getByRole("navigation", { name: "Raid night" });
    expect(await bar.getByRole("link").allTextContents()).toEqual([
      ...["Raids", "Auctions", "Standings", "Me"],
    ]);
    expect(await bar.locator("[aria-current]").textContent()).toBe("Raids");
    const places = page.locator("#places");
    expect(await places.isVisible()).toBe(false);
    const more = bar.getByRole("button", { name: "More" });
    await more.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("Home");
    await page.keyboard.press("Escape");
    expect(await places.isVisible()).toBe(false);
    await more.click();
    await places.getByRole("link", { name: "Attendance" }).click();
    await page.waitForURL("**/raids/attendance");
    for (const width of [320, 768, 1023, 1024, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      expect([width, await tooWide(page)]).toEqual([width, []]);
      expect(await places.isVisible()).toBe(width >= 1024);
    }
  });

  test("Ctrl-K finds a person, a raid, an item or a page, by keyboard alone", async () => {
    const { owner } = await app.t.guild("found");
    const added = await owner.post("/roster/imports", { text: "Éloise,Mage" });
    expect(added.status).toBeLessThan(300);
    const page = await newPage(1280);
    const cookie = { name: "guildhall", value: owner.identity.token, url: origin };
    await page.context().addCookies([cookie]);
    await page.goto(`${origin}/g/found/raids`);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("elo");
    const option = page.getByRole("dialog").getByRole("option", { name: "Éloise" });
    await option.waitFor();
    expect(await option.getAttribute("aria-selected")).toBe("true");
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/roster\/[0-9a-f-]+$/);
    expect(await page.textContent("h1")).toContain("Éloise");
    await page.getByRole("link", { name: "Search" }).click();
    await page.keyboard.type("sett");
    await page.getByRole("option", { name: "Settings" }).waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").isVisible()).toBe(false);
    const plain = await newPage(360, { javaScriptEnabled: false });
    await plain.context().addCookies([cookie]);
    await plain.goto(`${origin}/g/found`);
    await plain.getByRole("link", { name: "Search" }).click();
    await plain.fill("main input[name=q]", "elo");
    await plain.keyboard.press("Enter");
    await plain.waitForURL("**/search?q=elo");
    expect(await plain.textContent("main")).toContain("Éloise");
    await page.goto(plain.url());
    expect(await faults(page)).toEqual([]);
  });

  test("reading and forms work without scripts", async () => {
    const page = await newPage(360, { javaScriptEnabled: false });
    const slug = await foundGuild(page, origin, "Quiet Vow");
    await page.goto(`${origin}/g/${slug}/roster/import`);
    await page.fill("#text", ROSTER);
    await page.click("main form button");
    expect(await page.textContent("main")).toContain("This class does not exist.");
    await page.click('button:has-text("Import 3 characters")');
    expect(await page.textContent("main")).toContain("Cinder");
  }, 60_000);
});

async function walkTheWizard(page: Page, slug: string): Promise<void> {
  await page.click('main .row a:has-text("Loot system")');
  await page.click('button:has-text("Save")');
  await page.click('main .row a:has-text("Raid nights")');
  await page.selectOption("#timeZone", "Europe/Madrid");
  await page.click('button:has-text("Save")');
  await page.click('button:has-text("Add example raid")');
  await page.click('button:has-text("Remove example raid")');
  // The next step is history, which another test brings along.
  await page.click('main .row button:has-text("Skip step")');
  await page.click('main .row a:has-text("Roster")');
  await page.fill("#text", ROSTER);
  await page.click('button:has-text("Preview")');
  expect(await page.textContent("main")).toContain("This class does not exist.");
  await page.click('button:has-text("Import 3 characters")');
  await page.goto(`${origin}/g/${slug}/onboarding`);
  await page.click('main .row a:has-text("Invitations")');
  await page.click('button:has-text("Create invite link")');
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

/** Uploads a log, watches it being read, and opens a spell's details. Returns the pages on the way. */
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
  const views = ["healing", "taken", "deaths", "utility"].map((view) => `${fight}?view=${view}`);
  const lists = [`${report}/participants`, `${report}/wipes`, `${fight}?from=0:02&to=0:09`];
  const boss = `/g/${slug}/bosses/2900/16`;
  return [
    report,
    ...lists,
    fight,
    ...views,
    player,
    compared,
    boss,
    `/g/${slug}/bosses`,
    `/g/${slug}/logs`,
  ];
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
    "/account/connections",
    "/api-reference",
    guild,
    `${guild}/standings`,
    person,
    person.replace("standings", "roster"),
    `${guild}/ledger`,
    `${guild}/ledger/award`,
    `${guild}/ledger/spend`,
    `${guild}/imports`,
    `${guild}/roster`,
    `${guild}/roster/import`,
    `${guild}/members`,
    `${guild}/audit`,
    `${guild}/settings`,
    `${guild}/onboarding`,
    `${guild}/onboarding/loot`,
    `${guild}/onboarding/schedule`,
    `${guild}/settings/keys`,
    `${guild}/settings/connections`,
    `${guild}/raids`,
    `${guild}/raids/new`,
    `${guild}/raids/attendance`,
    `${guild}/auctions`,
    `${guild}/auctions/new`,
    `${guild}/loot`,
    `${guild}/loot/new`,
    `${guild}/loot/wishes`,
    `${guild}/loot/councils`,
    `${guild}/dkp/pools`,
    "/g/no-such-guild",
    ...more,
  ];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const path of paths) {
      await page.goto(`${origin}${path}`);
      expect([path, await faults(page)]).toEqual([path, []]);
    }
  }
}
