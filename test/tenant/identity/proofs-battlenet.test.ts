import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { limits } from "../../../src/limits.ts";
import { Browser, rexxar } from "../../platform/accounts/providers/support.ts";
import type { TestClient, TestGuild } from "../../support/app.ts";
import { startOAuth } from "../../support/oauth.ts";
import { identityApp, run, SETTINGS } from "./support.ts";

const oauth = await startOAuth();
oauth.battlenet.redirectUris.add("http://localhost/sign-in/battlenet/callback");
const app = await identityApp(oauth.env);
const { t, blizzard } = app;
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await oauth.close();
});
beforeEach(() => {
  blizzard.faults.length = 0;
  for (const name of Object.keys(oauth.battlenet.faults)) {
    delete oauth.battlenet.faults[name as keyof typeof oauth.battlenet.faults];
  }
});

const realm = "area-52";
const character = (id: number, name: string) => ({ id, name, realm, rank: 3 });
const annara = character(1, "Annara");
const annalt = character(2, "Annalt");
const borin = character(3, "Borin");

/** A guild whose roster Blizzard has, and a member in a browser. */
async function guildWith(slug: string) {
  const guild = await t.guild(slug);
  blizzard.setRoster({ realm, name: slug }, [annara, annalt, borin]);
  const set = { region: "us", realmSlug: realm, guildSlug: slug, edition: "retail" };
  expect((await guild.owner.put(SETTINGS, { blizzard: set })).status).toBe(200);
  await run(t, guild.owner, "blizzard");
  const anna = await t.as("raider", guild);
  return {
    guild,
    anna,
    browser: Browser.of(t, anna),
    path: `/g/${slug}/identity/proofs/battlenet`,
  };
}

/** Goes to Battle.net, agrees and comes back. */
async function agree(browser: Browser, path: string, person = rexxar) {
  const asked = await browser.begin(`${path}/start`);
  const back = oauth.battlenet.agree(asked, person);
  blizzard.acceptTokens(oauth.battlenet.issued);
  return await browser.comeBack(back);
}

const sourcesOf = async ({ owner }: TestGuild) =>
  (await owner.get("/identity/persons")).body.items.flatMap(
    (one: { characters: readonly { name: string; link: { source: string } }[] }) =>
      one.characters.map(({ name, link }) => `${name} ${link.source}`),
  );
const proofsOf = async (client: TestClient) => (await client.get("/identity/proofs")).body.items;

describe("a sign-in at Battle.net", () => {
  test("proves every character of the account that is on the guild's roster, over all licences", async () => {
    const { guild, anna, browser, path } = await guildWith("owned");
    blizzard.setAccount(
      { sub: rexxar.sub },
      [annara, character(900, "Elsewhere")],
      [annalt, character(901, "Bank")],
    );
    const asked = await browser.begin(`${path}/start`);
    expect(asked.searchParams.get("scope")).toBe("wow.profile");
    expect(asked.searchParams.get("code_challenge_method")).toBe("S256");
    const came = await agree(browser, path);
    expect([came.status, came.location]).toEqual([303, path]);
    const shown = await browser.get(path);
    expect(shown.text).toContain("Annara");
    expect(shown.text).toContain("Annalt");
    expect(shown.text).not.toContain("Borin");
    expect(shown.text).not.toContain("Elsewhere");
    // Nothing is stored before the member confirms it.
    expect(await proofsOf(anna)).toEqual([]);
    const confirmed = await browser.submit(path, {});
    expect([confirmed.status, confirmed.location]).toEqual([
      303,
      "/g/owned/identity/proofs?done=saved",
    ]);
    await t.services.identityRunner.drain();
    expect((await sourcesOf(guild)).toSorted()).toEqual(["Annalt battlenet", "Annara battlenet"]);
    expect(await proofsOf(anna)).toMatchObject([{ state: "proved" }, { state: "proved" }]);
    // A second time changes nothing.
    await agree(browser, path);
    await browser.submit(path, {});
    expect(await proofsOf(anna)).toHaveLength(2);
  });

  test("leaves no token anywhere, and asks for the characters once", async () => {
    const { browser, path } = await guildWith("tokenless");
    blizzard.setAccount({ sub: rexxar.sub }, [annara]);
    const before = blizzard.asked.filter((one) => one.includes("/profile/user/wow")).length;
    await agree(browser, path);
    await browser.submit(path, {});
    const after = blizzard.asked.filter((one) => one.includes("/profile/user/wow")).length;
    expect(after - before).toBe(1);
    const stored = await t.storedBytes();
    for (const { token } of oauth.battlenet.issued) expect(stored).not.toContain(token);
  });

  test("is refused with the state of another session, in another browser, and after its time", async () => {
    const { guild, anna, browser, path } = await guildWith("foreign-state");
    blizzard.setAccount({ sub: rexxar.sub }, [annara]);
    const bert = Browser.of(t, await t.as("raider", guild));
    const back = oauth.battlenet.agree(await browser.begin(`${path}/start`), rexxar);
    // The other member has no flow of their own, then one with another state.
    expect((await bert.comeBack(back)).status).toBe(400);
    await bert.begin(`${path}/start`);
    expect((await bert.comeBack(back)).status).toBe(400);
    // The sealed state itself, in a browser that is signed in as another member.
    const thief = Browser.of(t, await t.as("raider", guild));
    thief.cookies.set("guildhall-round", browser.cookies.get("guildhall-round")!);
    expect((await thief.comeBack(back)).status).toBe(400);
    const late = oauth.battlenet.agree(await browser.begin(`${path}/start`), rexxar);
    app.pass(limits.auth.providerRoundMs + 1);
    expect((await browser.comeBack(late)).status).toBe(400);
    // A list of characters works in no other session either.
    await agree(browser, path);
    thief.cookies.set("guildhall-characters", browser.cookies.get("guildhall-characters")!);
    expect((await thief.submit(path, {})).location).toBe(path);
    expect(await proofsOf(anna)).toEqual([]);
    expect(await sourcesOf(guild)).toEqual([]);
  });

  test("that the member cancels changes nothing and says so", async () => {
    const { anna, browser, path } = await guildWith("canceled");
    const back = oauth.battlenet.refuse(await browser.begin(`${path}/start`));
    const came = await browser.comeBack(back);
    expect([came.status, came.location]).toEqual([303, `${path}?refused=yes`]);
    expect((await browser.get(came.location!)).text).toContain("did not share your characters");
    expect((await browser.submit(path, {})).location).toBe(path);
    expect(await proofsOf(anna)).toEqual([]);
  });

  test("changes nothing when Battle.net refuses, fails or is slow", async () => {
    const { anna, browser, path } = await guildWith("failing");
    blizzard.setAccount({ sub: rexxar.sub }, [annara]);
    for (const [status, expected] of [
      [401, 403],
      [403, 403],
      [429, 503],
      [500, 503],
      [502, 503],
    ] as const) {
      blizzard.faults.push({ status });
      expect([status, (await agree(browser, path)).status]).toEqual([status, expected]);
    }
    blizzard.faults.push({ status: 200, body: "<html>maintenance</html>" });
    expect((await agree(browser, path)).status).toBe(503);
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    const patience = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => timeout(100));
    blizzard.faults.push({ status: 200, delayMs: 500 });
    expect((await agree(browser, path)).status).toBe(503);
    oauth.battlenet.faults.delayMs = 500;
    expect((await agree(browser, path)).status).toBe(503);
    delete oauth.battlenet.faults.delayMs;
    patience.mockRestore();
    oauth.battlenet.faults.tokenStatus = 500;
    expect((await agree(browser, path)).status).toBe(503);
    oauth.battlenet.faults.tokenStatus = 400;
    expect((await agree(browser, path)).status).toBe(400);
    delete oauth.battlenet.faults.tokenStatus;
    expect(browser.cookies.has("guildhall-characters")).toBe(false);
    expect(await proofsOf(anna)).toEqual([]);
  });

  test("of an account without the game, or with characters elsewhere only, finds none", async () => {
    const { browser, path } = await guildWith("elsewhere");
    await agree(browser, path, { ...rexxar, sub: "99", id: 99 });
    expect((await browser.get(path)).text).toContain("None of your characters");
    blizzard.setAccount({ sub: rexxar.sub }, [character(77, "Foreign")]);
    await agree(browser, path);
    expect((await browser.get(path)).text).toContain("None of your characters");
  });

  test("never moves a character of another member: officers have an issue", async () => {
    const { guild, anna, browser, path } = await guildWith("conflict");
    blizzard.setAccount({ sub: rexxar.sub }, [annara]);
    await agree(browser, path);
    await browser.submit(path, {});
    const bert = await t.as("raider", guild);
    const other = Browser.of(t, bert);
    await agree(other, path);
    await other.submit(path, {});
    await t.services.identityRunner.drain();
    expect(await sourcesOf(guild)).toEqual(["Annara battlenet"]);
    expect(await proofsOf(anna)).toMatchObject([{ state: "proved" }]);
    expect(await proofsOf(bert)).toMatchObject([{ state: "contested", fault: "taken" }]);
    const { body } = await guild.owner.get("/identity/issues");
    expect(body.items.map(({ type }: { type: string }) => type)).toContain("proof_contested");
  });
});
