import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBlizzard } from "../../support/blizzard.ts";
import { type BrowserApp, browserApp, CHROMIUM, faults } from "../../support/browser.ts";
import { startDiscord } from "../../support/discord.ts";
import { untranslated } from "../../support/languages.ts";
import { member, ROLES, run, SETTINGS, settingsOf } from "./support.ts";

const SERVER = "5000000000000";
const PATHS = ["", "/settings", "/discord-channels", "/downloads"].map((one) => `/identity${one}`);
const PICTURES = process.env["PICTURES_DIR"];

let app: BrowserApp;
let blizzard: Awaited<ReturnType<typeof startBlizzard>>;
let discord: Awaited<ReturnType<typeof startDiscord>>;

beforeAll(async () => {
  if (!CHROMIUM) return;
  blizzard = await startBlizzard();
  discord = await startDiscord();
  const aheadMs = Date.UTC(2026, 0, 14, 20) - performance.now();
  app = await browserApp({
    envAt: () => ({ ...blizzard.env, ...discord.env }),
    clock: () => new Date(performance.now() + aheadMs),
  });
}, 60_000);
afterAll(async () => {
  await app?.close();
  await blizzard?.stop();
  await discord?.stop();
});

describe.skipIf(!CHROMIUM)("the page of who is who", () => {
  test.each([360, 1280])(
    "is read and used without faults at %i px, in both languages",
    async (width) => {
      const { t, origin } = app;
      const slug = `seen-at-${width}`;
      const { owner } = await t.guild(slug);
      const names = ["Annara", "Borin", "Cathal", "Borinn", "Twin"];
      const characters = names.map((name, at) => ({ id: at + 1, name, realm: "area-52", rank: 3 }));
      blizzard.setRoster({ realm: "area-52", name: slug }, [
        ...characters,
        { id: 9, name: "Twin", realm: "illidan", rank: 1 },
      ]);
      const serverId = `${SERVER}${width}`;
      const members = [member("1", "annara"), member("2", "borin", ["9002"]), member("3", "twin")];
      discord.setServer(serverId, members, ROLES);
      expect((await owner.put(SETTINGS, settingsOf(slug, serverId))).status).toBe(200);
      await run(t, owner, "blizzard");
      await run(t, owner, "discord");
      const page = await app.newPage(width);
      const cookie = { name: "guildhall", value: owner.identity.token, url: origin };
      await page.context().addCookies([cookie]);
      for (const language of ["en", "es"] as const) {
        await page.context().addCookies([{ name: "lang", value: language, url: origin }]);
        for (const path of PATHS) {
          await page.goto(`${origin}/g/${slug}${path}`);
          if (PICTURES) {
            const name = `identity${path.replaceAll("/", "-")}-${language}-${width}.png`;
            await page.screenshot({ path: `${PICTURES}/${name}`, fullPage: true });
          }
          expect(await faults(page)).toEqual([]);
          if (language === "es") expect(await untranslated(page, "es")).toEqual([]);
        }
      }
      await page.context().addCookies([{ name: "lang", value: "en", url: origin }]);
      await page.goto(`${origin}/g/${slug}/identity`);
      await page.click('form[action$="/identity/links"] button:has-text("Confirm")');
      await page.waitForSelector("text=Changes saved.");
      const { body } = await owner.get("/identity/persons");
      expect(
        body.items.flatMap((one: { characters: { link: { source: string } }[] }) =>
          one.characters.map(({ link }) => link.source),
        ),
      ).toContain("manual");
    },
    120_000,
  );
});
