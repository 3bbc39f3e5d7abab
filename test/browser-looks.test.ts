import { mkdirSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anOperator } from "./platform/console/support.ts";
import {
  type BrowserApp,
  browserApp,
  CHROMIUM,
  faults,
  foundGuild,
  openFounded,
  tooWide,
} from "./support/browser.ts";
import { untranslated } from "./support/languages.ts";

/** Pages that people do not read in a browser, and what they are. */
const NOT_LOOKED_AT: Readonly<Record<string, string>> = {
  "/g/:guild/audit/export.csv": "a file",
  "/g/:guild/audit/export.json": "a file",
  "/account/identities/:provider": "leads to another site",
  "/account/proof/:provider": "leads to another site",
};

/** The folder for screenshots. Without the variable none are taken. */
const PICTURES = process.env["PICTURES_DIR"];

let app: BrowserApp;
/** A founder who signed up today, and an operator of the platform. */
let founder: Page;
let operator: Page;
/** The value of each path parameter. */
let named: Readonly<Record<string, string>>;

beforeAll(async () => {
  if (!CHROMIUM) return;
  app = await browserApp();
  founder = await app.newPage(360);
  const slug = await foundGuild(founder, app.origin, "Iron Vow");
  await live(slug);
  const { t, origin } = app;
  const { guild } = (await t.services.platform.guildForUser(slug, null))!;
  const someone = await anOperator(t, undefined, "olga");
  operator = await app.newPage(360);
  const cookie = { name: "guildhall", value: someone.identity.token, url: origin };
  await operator.context().addCookies([cookie]);
  await run(guild.id, guild.ownerId);
  const backup = await t.services.platform.db.first<{ id: string }>("SELECT id FROM backups");
  named = {
    "/g/:guild": `/g/${slug}`,
    "/backups/:id": `/backups/${backup!.id}`,
    "/accounts/:id": `/accounts/${guild.ownerId}`,
    "/guilds/:id": `/guilds/${guild.id}`,
    "/plans/:name": "/plans/free",
    "/:area/:name": "/rate/too-many",
  };
}, 120_000);
afterAll(() => app?.close());

/** A founder's first evening, through the forms of the pages. */
async function live(slug: string): Promise<void> {
  const settings = `${app.origin}/g/${slug}/settings`;
  await founder.goto(`${settings}/keys`);
  await founder.fill("#name", "Log uploader");
  await founder.check('input[name="scopes"][value="query"]');
  await founder.click('main form:has(#name) button[type="submit"]');
  const key = await founder.inputValue("#made");
  await founder.goto(`${settings}/connections`);
  await founder.fill("#webhook-value", "https://hooks.example.org/raid-night-news");
  await send(founder, 'form[action$="/webhook"] button');
  await founder.goto(`${settings}/backups`);
  await send(founder, 'main form[action$="/backups"] button');
  const { t } = app;
  for (let at = 0; at < 3; at++) {
    await t.request("/api/standings", { headers: { authorization: `Bearer ${key}` } });
  }
  await t.services.keyUsage.flush();
}

/** Makes the data that operators see. */
async function run(guildId: string, ownerId: string): Promise<void> {
  const { t, origin } = app;
  const closed = await t.guild("quiet-vow");
  await operator.goto(`${origin}/operator/guilds/${closed.id}`);
  await operator.fill("#reason", "Under review");
  await send(operator, 'form[action$="/suspension"] button');
  await operator.goto(`${origin}/operator/guilds/${guildId}/plan`);
  await operator.fill("#reason", "They test for us");
  await operator.selectOption("#plan", "premium");
  await send(operator, 'form[action$="/plan/grant"] button');
  await operator.goto(`${origin}/operator/accounts/${ownerId}`);
  await send(operator, 'form[action$="/verification"] button');
}

/** Sends a form and waits until the page confirms it. */
async function send(page: Page, button: string): Promise<void> {
  await page.click(button);
  await page.waitForSelector(".toast");
}

/** Every page below some addresses, from the table of routes, so that no new page is missed. */
function pagesBelow(...beginnings: readonly string[]): readonly string[] {
  const found = app.t.app.routes
    .filter(({ method }) => method === "GET")
    .map(({ path }) => path)
    .filter((path) => beginnings.some((one) => path === one || path.startsWith(`${one}/`)))
    .filter((path) => !(path in NOT_LOOKED_AT));
  return [...new Set(found)].map((path) => {
    const names = Object.keys(named).filter((one) => path.includes(one));
    const address = names.reduce((text, one) => text.replace(one, named[one]!), path);
    expect(address, "say in `named` what stands here").not.toContain(":");
    return address;
  });
}

/** Checks one page in two languages, two themes and two widths. Returns the faults by place. */
async function look(page: Page, address: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const locale of ["en", "es"] as const) {
    await speak(page.context(), locale);
    const answer = await page.goto(`${app.origin}${address}`);
    if (answer?.status() !== 200) wrong.push(`${address} answered ${answer?.status()}`);
    wrong.push(
      ...(await untranslated(page, locale)).map((text) => `${address} ${locale}: ${text}`),
    );
    // The second language has the same elements and colours. Only its words can be too long.
    const check = locale === "en" ? faults : tooWide;
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const found = [...(await check(page)), ...(await cutOff(page))];
        const where = `${address} ${locale} ${colorScheme} ${width}`;
        wrong.push(...found.map((fault) => `${where}: ${fault}`));
        if (PICTURES) await picture(page, where);
      }
    }
  }
  return wrong;
}

async function picture(page: Page, where: string): Promise<void> {
  mkdirSync(PICTURES!, { recursive: true });
  const name = where
    .slice(1)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "one")
    .replaceAll(/[^a-z0-9]+/g, "-");
  await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true });
}

async function speak(context: BrowserContext, locale: string): Promise<void> {
  await context.addCookies([{ name: "lang", value: locale, url: app.origin }]);
}

/** Texts that are cut off at an edge, and tables that reach beyond the screen. */
async function cutOff(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      const { overflowX, textOverflow } = getComputedStyle(element);
      const hides = overflowX === "hidden" || overflowX === "clip" || textOverflow === "ellipsis";
      const scrolls = (overflowX === "auto" || overflowX === "scroll") && element.tagName !== "PRE";
      const isShown = element.clientWidth > 1 && element.checkVisibility();
      if (!isShown || !(hides || scrolls)) continue;
      if (element.scrollWidth <= element.clientWidth + 1) continue;
      found.push(
        `cut off: ${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`,
      );
    }
    return found;
  });
}

async function lookAtAll(page: Page, addresses: readonly string[]): Promise<void> {
  const wrong: string[] = [];
  for (const address of addresses) wrong.push(...(await look(page, address)));
  expect(wrong).toEqual([]);
}

const AREAS = [
  ["a guild's keys, log, plan, copies, connections and end", "/settings"],
  ["a guild's members", "/members"],
  ["a guild's log", "/audit"],
] as const;

describe.runIf(CHROMIUM)("in both languages, both themes, on a phone and on a desk", () => {
  test.each(AREAS)(
    "%s can be read and used by a new member",
    async (_name, path) => {
      await lookAtAll(founder, pagesBelow(`/g/:guild${path}`));
    },
    240_000,
  );

  test("the account, its sessions and its secrets can be read and used", async () => {
    await lookAtAll(founder, ["/guilds", "/guilds/new", ...pagesBelow("/account")]);
  }, 240_000);

  test("the start page and every problem's explanation can be read", async () => {
    await lookAtAll(founder, ["/", ...pagesBelow("/problems")]);
  }, 240_000);

  test("every page of the operators' console can be read and used", async () => {
    await lookAtAll(operator, pagesBelow("/operator"));
  }, 240_000);

  test("the banner of an operator who acts as a user can be read and ended", async () => {
    await speak(operator.context(), "en");
    const account = Object.entries(named).find(([name]) => name === "/accounts/:id")![1];
    await operator.goto(`${app.origin}/operator${account}`);
    await operator.click('main a:has-text("Impersonation")');
    await operator.fill("#reason", "Cannot see the raid");
    await operator.click('main button:has-text("Start impersonation")');
    await operator.waitForURL("**/guilds");
    await lookAtAll(operator, [`${named["/g/:guild"]}/settings`]);
    await operator.click(".banner button");
    await operator.waitForURL("**/operator/impersonations*");
  }, 120_000);

  test("a guild's address follows its name while it is typed, until one is written", async () => {
    await speak(founder.context(), "en");
    await founder.goto(`${app.origin}/guilds/new`);
    await founder.fill("#name", "Iron Vow");
    await founder.waitForFunction(() => {
      const slug = document.querySelector<HTMLInputElement>("#slug");
      return slug?.value === "iron-vow-2";
    });
    await founder.fill("#slug", "mine");
    await founder.fill("#name", "Ember Watch");
    await founder.fill("#realm", "Area 52");
    await founder.click("main button[type=submit]");
    await openFounded(founder);
    expect(founder.url()).toContain("/g/mine/");
  }, 60_000);
});
