import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BrowserApp,
  browserApp,
  CHROMIUM,
  faults,
  fillSignUp,
  foundGuild,
} from "./support/browser.ts";

/** The folder for screenshots. Without the variable none are taken. */
const SHOTS = process.env["GUILDHALL_SHOTS"];
const BIDDERS = 5;

let app: BrowserApp;
let origin: string;

describe.runIf(CHROMIUM)("a raid night in browsers", () => {
  beforeAll(async () => {
    app = await browserApp({ clock: () => new Date() });
    app.t.services.jobRunner.start();
    origin = app.origin;
    if (SHOTS) await mkdir(SHOTS, { recursive: true });
  });

  afterAll(() => app.close());

  for (const width of [360, 1280] as const) {
    test(`from sign-up to loot, an outbid and an undone mistake, ${width} px wide`, async () => {
      const officer = await app.newPage(width);
      const slug = await foundGuild(officer, origin, `Raid Vow ${width}`);
      const guild = `${origin}/g/${slug}`;
      const look = async (page: Page, name: string) => {
        expect([name, await faults(page)]).toEqual([name, []]);
        if (SHOTS) {
          const path = join(SHOTS, `${name}-${width}.png`);
          await page.screenshot({ path, fullPage: true });
        }
      };
      const raiders = await invite(officer, guild, width);
      const raid = await planRaid(officer, guild);
      for (const raider of raiders) {
        await raider.goto(raid);
        await raider.check('input[name="status"][value="yes"]');
        await raider.click('form[action$="/signup"] button');
        await raider.waitForSelector("[data-toast]");
      }
      await officer.goto(raid);
      await look(officer, "raid-planned");
      await officer.click('button:has-text("Start raid")');
      await officer.click('button:has-text("On time · 15")');
      await officer.click('button:has-text("Boss kill · 5")');
      await look(officer, "raid-running");

      const [signet, helm] = [
        await startAuction(officer, guild, "Regent's Signet", "open", 40),
        await startAuction(officer, guild, "Cinderplate Helm", "sealed", 44),
      ];
      // Five people in five browsers bid for both, and the last bid comes late.
      await Promise.all(raiders.map((raider) => raider.goto(`${guild}/auctions`)));
      await raiders[0]!.waitForSelector('[data-connection="live"]');
      await look(raiders[0]!, "auctions");
      for (const [i, raider] of raiders.entries()) {
        await bid(raider, "Cinderplate Helm", String(5 + i));
        await bid(raider, "Regent's Signet", String(3 + i * 2));
      }
      const [leader, rival] = [raiders[BIDDERS - 1]!, raiders[0]!];
      await leader.waitForSelector('[data-item="Regent\'s Signet"][data-leading="yes"]');
      await leader.waitForFunction(() => {
        const clock = document.querySelector('[data-item="Regent\'s Signet"] [data-closes]');
        return clock?.classList.contains("last") && /^0:0[0-6]$/.test(clock.textContent ?? "");
      });
      await bid(rival, "Regent's Signet", "14");
      await leader.waitForSelector('[data-item="Regent\'s Signet"].outbid');
      const said = await leader.textContent('[data-say="assertive"]');
      expect(said).toContain("You were outbid on Regent's Signet: 14.00");
      await look(leader, "outbid");

      for (const [path, price] of [
        [signet, "14.00"],
        [helm, "9.00"],
      ] as const) {
        await officer.goto(path);
        await officer.waitForFunction(
          () => document.querySelector("[data-auction]")?.getAttribute("data-status") === "settled",
        );
        await officer.waitForSelector("ul.plain");
        expect(await officer.textContent("[data-auction]")).toContain(price);
        await look(officer, path === signet ? "auction-open" : "auction-sealed");
      }
      await officer.goto(`${guild}/loot`);
      await look(officer, "loot");
      await officer.click('tr:has-text("Cinderplate Helm") a:has-text("Revert award")');
      await officer.fill("#reason", "Given to the wrong one");
      await officer.click('main form button:has-text("Revert award")');
      await officer.waitForSelector("[data-toast]");
      expect(await officer.textContent('tr:has-text("Cinderplate Helm")')).toContain("reverted");
      await officer.goto(`${guild}/ledger/verification`);
      await look(officer, "verification");
      await Promise.all([officer, ...raiders].map((page) => page.context().close()));
    }, 300_000);
  }

  test("a bid without scripts is a bid", async () => {
    const officer = await app.newPage(1280);
    const slug = await foundGuild(officer, origin, "Plain Vow");
    const guild = `${origin}/g/${slug}`;
    await officer.goto(`${guild}/auctions/new`);
    await officer.fill("#itemName", "Tidewrap");
    await officer.click('main button:has-text("Start auction")');
    await officer.waitForURL(/auctions\/[0-9a-f-]{36}$/);
    const plain = await app.newPage(360, { javaScriptEnabled: false });
    await plain.context().addCookies(await officer.context().cookies());
    await plain.goto(officer.url());
    await plain.fill('input[name="points"]', "0");
    await plain.click("form.bid button[type=submit]");
    expect(await plain.textContent("main")).toContain("Bid placed.");
    await plain.fill('input[name="points"]', "5");
    await plain.click("form.bid button[type=submit]");
    expect(await plain.textContent("[role=alert]")).toContain("You can bid at most 0");
  }, 60_000);
});

/** New people join by the link that the officer sends them. */
async function invite(officer: Page, guild: string, width: number): Promise<readonly Page[]> {
  await officer.goto(`${guild}/members`);
  await officer.goto(`${guild}/onboarding/invitations`);
  await officer.click('button:has-text("Create invite link")');
  const link = await officer.inputValue("#link");
  const pages: Page[] = [];
  for (let i = 0; i < BIDDERS; i++) {
    const page = await app.newPage(width);
    await page.goto(`${origin}${new URL(link).pathname}`);
    await page.click('main a:has-text("Create account")');
    await fillSignUp(page, `Raider ${i + 1}`);
    await page.waitForLoadState();
    if (page.url().includes("/invitations/")) await page.click("main form button[type=submit]");
    await page.goto(guild);
    pages.push(page);
  }
  return pages;
}

async function planRaid(officer: Page, guild: string): Promise<string> {
  await officer.goto(`${guild}/raids/new`);
  await officer.fill("#name", "Wednesday raid");
  await officer.fill("#date", new Date().toISOString().slice(0, 10));
  await officer.fill("#startsAt", new Date().toISOString().slice(11, 16));
  await officer.click('main button:has-text("Plan raid")');
  await officer.waitForURL(/raids\/[0-9a-f-]{36}/);
  return officer.url().split("?")[0]!;
}

async function startAuction(
  officer: Page,
  guild: string,
  item: string,
  mode: string,
  seconds: number,
): Promise<string> {
  await officer.goto(`${guild}/auctions/new`);
  await officer.fill("#itemName", item);
  await officer.check(`input[name="mode"][value="${mode}"]`);
  await officer.fill("#minutes", String(seconds / 60));
  await officer.click("main details summary");
  await officer.fill("#snipeSeconds", "3");
  await officer.click('main button:has-text("Start auction")');
  await officer.waitForURL(/auctions\/[0-9a-f-]{36}$/);
  return officer.url();
}

async function bid(raider: Page, item: string, points: string): Promise<void> {
  const card = raider.locator(`[data-item="${item}"]`);
  await card.locator('input[name="points"]').fill(points);
  await card.locator("button[type=submit]").click();
  await card.locator(".bid-result.good").waitFor();
}
