import { afterAll, beforeAll, expect, test } from "vitest";
import { LOCALES, type Locale, translator } from "../../src/web/i18n/index.ts";
import { PAGES } from "../security/pages.ts";
import { type TestApp, testApp } from "../support/app.ts";

let t: TestApp;

beforeAll(async () => {
  t = await testApp();
});

afterAll(() => t.close());

/** Forms of a guild without a parameter in their address. They exclude its end. */
const GUILD_FORMS = Object.keys(PAGES)
  .filter((row) => row.startsWith("POST ") && !row.includes("/:"))
  .map((row) => row.slice("POST ".length))
  .filter((path) => !/deletion|leave|export|backups|dismissal|example/.test(path));

const OWN_FORMS = ["/account", "/account/password", "/account/secrets/blizzard", "/guilds/new"];
const STRANGERS_FORMS = ["/sign-up", "/sign-in", "/password/forgotten"];

/** A message of the validator itself, or a number without a unit. */
const RAW = /Invalid (input|option|string|value)|Too (small|big)|Unrecognized|expected |received /;
const ENGLISH = /\b(the|enter|choose|use|fill|check|this|not|field|least)\b/i;

test.each(LOCALES)("every form sent empty answers in plain %s", async (locale) => {
  const guild = await t.guild(`empty-${locale}`);
  const headers = { "accept-language": locale };
  const said: [path: string, text: string][] = [];
  const answered = new Set<string>();
  const post = async (as: typeof guild.owner, path: string) => {
    const answer = await as.submit(path, {}, headers);
    if (answer.status < 400 || answer.status === 404) return;
    answered.add(path);
    for (const text of sentencesOf(answer.text)) said.push([path, text]);
  };
  for (const path of GUILD_FORMS) await post(guild.owner, `/g/empty-${locale}${path}`);
  for (const path of OWN_FORMS) await post(guild.owner, path);
  for (const path of STRANGERS_FORMS) await post(t.anonymous, path);
  expect(answered.size).toBeGreaterThan(12);
  expect(said.filter(([, text]) => isWrong(locale, text))).toEqual([]);
  const { fields } = translator(locale);
  for (const [path, sentence] of [
    ["/raids/new", fields.named["name"]],
    ["/auctions/new", fields.named["itemName"]],
    ["/loot/new", fields.named["itemName"]],
    ["/settings/keys", fields.named["scopes"]],
  ]) {
    expect(said).toContainEqual([`/g/empty-${locale}${path}`, sentence]);
  }
});

function isWrong(locale: Locale, text: string): boolean {
  return RAW.test(text) || (locale !== "en" && ENGLISH.test(text));
}

/** The messages of a page about its fields and about the form as a whole. */
function sentencesOf(page: string): readonly string[] {
  const fields = [...page.matchAll(/class="error"[^>]*>([^<]+)</g)].map(([, text]) => text!);
  const [, summary = ""] = /class="error-summary"[^>]*>(.*?)<\/div>/s.exec(page) ?? [];
  return [...fields, ...summary.split(/<[^>]*>/)].map((text) => text.trim()).filter(Boolean);
}
