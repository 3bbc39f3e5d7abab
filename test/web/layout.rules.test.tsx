import { describe, expect, test } from "vitest";
import { LandingPage } from "../../src/web/landing.tsx";
import { GuildLayout, PlatformLayout } from "../../src/web/layout.tsx";
import { aView, html } from "./support.tsx";

const guildPage = (role: "owner" | "raider", section: "home" | "settings" = "home") =>
  html(<GuildLayout view={aView({ role })} title="Home" section={section} />);

describe("every page", () => {
  test("says its language and theme, and lets the keyboard skip to its content", async () => {
    const view = aView({ locale: "es", theme: "light" });
    const page = await html(<PlatformLayout view={view} title="Cuenta" />);
    expect(page).toMatch(/^<!doctype html><html lang="es" class="theme-light">/);
    expect(page).toContain("<title>Cuenta · Guildhall</title>");
    expect(page.indexOf('href="#main"')).toBeLessThan(page.indexOf("<header"));
    expect(page).toContain('<main id="main"');
  });

  test("holds no inline code and style, so that the policy can forbid them", async () => {
    for (const page of [
      await guildPage("owner"),
      await html(<LandingPage view={aView()} plans={[]} demoHref="/g/x" />),
    ]) {
      expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
      expect(page.match(/<script(?! src="\/assets\/)/g)).toBeNull();
    }
  });

  test("changes language and theme without scripts and comes back to the same list", async () => {
    const view = aView({ path: "/g/iron-vow/standings?class=mage&done=saved" });
    const page = await html(<PlatformLayout view={view} title="x" />);
    expect(page).toContain('name="next" value="/g/iron-vow/standings?class=mage"');
    expect(page).toContain(
      '<button type="submit" name="theme" value="light" aria-pressed="false">',
    );
  });

  test("says what the last action did, in our words only", async () => {
    const said = async (done: string) =>
      html(<PlatformLayout view={aView({ path: `/?done=${done}` })} title="x" />);
    expect(await said("saved")).toContain("Changes saved.");
    expect(await said("__proto__")).not.toContain("data-toast");
    expect(await said("You%20won")).not.toContain("You won");
  });
});

describe("a guild's sections", () => {
  test("are those the reader may open, with the open one marked", async () => {
    const [owner, raider] = [await guildPage("owner", "settings"), await guildPage("raider")];
    expect(owner).toMatch(/href="\/g\/iron-vow\/settings" aria-current="page"/);
    expect(raider).not.toContain("/g/iron-vow/settings");
    expect(raider).not.toContain("/g/iron-vow/audit");
  });

  test("stand in groups, and the places of a raid night in the bar of a phone", async () => {
    const [rail, bar] = (await guildPage("owner", "settings")).split('<nav class="bar"');
    const names = (text: string) =>
      [...text.matchAll(/<h2[^>]*>([^<]+)|<span>([^<]+)/g)].map(([, group, name]) => group ?? name);
    expect(names(rail!.split('class="rail"')[1]!)).toEqual(
      [
        ["Home", "Raid night", "Raids", "Auctions", "Attendance"],
        ["Points", "Standings", "Ledger", "Loot", "Rules", "Logs", "Reports", "Progress"],
        ["Roster", "People", "Who is who", "New members"],
        ["Guild", "Members", "Settings", "Audit log"],
      ].flat(),
    );
    expect(names(bar!.split("</nav>")[0]!)).toEqual(["Raids", "Auctions", "Standings", "People"]);
  });

  test("count what waits, and lead members to their own person", async () => {
    const figures = async () => ({ auctions: 3, identity: 0, inbox: 1, personId: "person-1" });
    const view = { ...aView({ role: "officer" }), figures };
    const page = await html(<GuildLayout view={view} title="Home" section="home" />);
    expect(page).toContain('3<span class="hidden"> open</span>');
    expect(page).toContain('1<span class="hidden"> waiting</span>');
    expect(page.match(/class="count"/g)).toHaveLength(3);
    expect(page).toMatch(/href="\/g\/iron-vow\/roster\/person-1"><svg.*?<span>Me<\/span>/);
  });

  test("mark attendance, not raids, on the page of attendance", async () => {
    const view = aView({ role: "raider", path: "/g/iron-vow/raids/attendance/grid" });
    const page = await html(<GuildLayout view={view} title="x" section="raids" />);
    expect(page.match(/href="[^"]+" aria-current="page"/g)).toEqual([
      'href="/g/iron-vow/raids/attendance" aria-current="page"',
    ]);
  });
});
