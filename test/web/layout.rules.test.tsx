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

  test("are at most five at the bottom of the screen; the others are behind More", async () => {
    const owner = await guildPage("owner", "settings");
    const [bar, more] = owner.split('<details class="menu more current">') as [string, string];
    expect(bar.split("<nav")[2]!.match(/<a class="" /g)).toHaveLength(4);
    expect(more.split("</details>")[0]!.match(/<a /g)).toHaveLength(8);
  });
});
