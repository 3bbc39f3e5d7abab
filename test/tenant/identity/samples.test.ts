import { existsSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { TestClient } from "../../support/app.ts";
import type { ApiMember, ApiRole } from "../../support/discord.ts";
import { identityApp, run, SETTINGS } from "./support.ts";

const SAMPLES = new URL("../../../../shared/samples/identity/", import.meta.url);
const isHere = existsSync(SAMPLES);
if (!isHere) console.log("The samples of identity are not beside the checkout: not run.");

const text = (name: string) => readFileSync(new URL(name, SAMPLES), "utf8");
const json = <T>(name: string) => JSON.parse(text(name)) as T;

interface Expected {
  readonly rankToRole: Record<string, string>;
  readonly staleDays: number;
  readonly afterSync1: {
    readonly persons: readonly {
      readonly discord: number;
      readonly characters: readonly number[];
      readonly source?: string;
      readonly sources?: Readonly<Record<number, string>>;
    }[];
    readonly issues: Readonly<Record<string, unknown>>;
  };
}

interface Issue {
  readonly type: string;
  readonly details: Readonly<Record<string, string>> & {
    readonly characterIds?: readonly string[];
  };
}

/** The open issues in the form of the expectation: Blizzard ids of characters, ids of members. */
async function issueSubjects(owner: TestClient): Promise<Record<string, unknown>> {
  const known = new Map<string, number>();
  for (const { characters } of (await owner.get("/identity/persons")).body.items) {
    for (const { id, blizzardId } of characters) known.set(id, blizzardId);
  }
  for (const { id, blizzardId } of (await owner.get("/identity/orphans/wow")).body.items) {
    known.set(id, blizzardId);
  }
  const found: Record<string, unknown[]> = {};
  for (const { type, details } of (await owner.get("/identity/issues")).body.items as Issue[]) {
    const character = known.get(details["characterId"] ?? "");
    const member = Number(details["discordId"]);
    const subjects: Readonly<Record<string, () => unknown>> = {
      role_mismatch: () => ({ discord: member, ingame: details["ingame"], has: details["has"] }),
      link_suggestion: () => [character, member],
      note_cycle: () => details.characterIds!.map((id) => known.get(id)).sort(),
    };
    const subject = subjects[type]?.() ?? character ?? member;
    found[type] = [...(found[type] ?? []), subject].sort((a, b) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    );
  }
  // Numbers are compared as numbers.
  for (const list of Object.values(found)) {
    if (typeof list[0] === "number") list.sort((a, b) => Number(a) - Number(b));
  }
  return found;
}

interface Person {
  readonly characters: readonly { blizzardId: number; link: { source: string } }[];
  readonly discord: { readonly id: string } | null;
}

describe.skipIf(!isHere)("two syncs of a guild", async () => {
  const app = await identityApp();
  const { t, blizzard, discord } = app;
  afterAll(async () => await app[Symbol.asyncDispose]());

  test("give exactly the expected persons, issues and changes", async () => {
    const expected = json<Expected>("expected.json");
    const roster = (name: string) =>
      blizzard.setRawRoster("profile-us us senjin night-watch", json(name));
    roster("roster-1.json");
    const serverId = "700000000000000001";
    discord.setServer(
      serverId,
      json<ApiMember[]>("discord-members.json"),
      json<ApiRole[]>("discord-roles.json"),
    );
    const { owner } = await t.guild("night-watch");
    const settings = {
      blizzard: { region: "us", realmSlug: "senjin", guildSlug: "night-watch", edition: "retail" },
      discord: { serverId, auditChannelId: null },
      rankToRole: expected.rankToRole,
      staleDays: expected.staleDays,
    };
    expect((await owner.put(SETTINGS, settings)).status).toBe(200);
    const stale = json<{
      members: { character: { id: number; name: string; realm: { slug: string } } }[];
    }>("roster-1.json").members.find(({ character }) => character.id === 115)!.character;
    blizzard.setProfile(stale.realm.slug, stale.name, {
      id: 115,
      name: stale.name,
      last_login_timestamp: t.now().getTime() - 45 * 86_400_000,
    });
    await run(t, owner, "blizzard");
    const persons = async () => {
      const { body } = await owner.get("/identity/persons");
      return Object.fromEntries(
        body.items
          .filter(({ discord: one }: Person) => one !== null)
          .map(({ characters, discord: one }: Person) => [
            one!.id,
            Object.fromEntries(characters.map(({ blizzardId, link }) => [blizzardId, link.source])),
          ]),
      );
    };
    const upload = async (name: string) =>
      await t.request("/api/g/night-watch/guild-sync/addon-upload", {
        method: "POST",
        headers: { Authorization: `Bearer ${owner.identity.token}`, "Content-Type": "text/plain" },
        body: text(name),
      });
    const sheet = await owner.post("/identity/imports/sheet", {
      characters: text("legacy-characters.csv"),
      discordIds: text("legacy-discord-ids.csv"),
    });
    expect([sheet.status, sheet.body.problems]).toEqual([202, []]);
    const first = await upload("GuildSync-1.lua");
    expect([first.status, await first.text()]).toEqual([202, expect.any(String)]);
    await t.services.identityRunner.drain();
    await run(t, owner, "discord");
    const shape = (list: typeof expected.afterSync1.persons) =>
      Object.fromEntries(
        list.map(({ discord: id, characters, source, sources }) => [
          String(id),
          Object.fromEntries(characters.map((one) => [one, sources?.[one] ?? source])),
        ]),
      );
    expect(await persons()).toEqual(shape(expected.afterSync1.persons));
    expect(await issueSubjects(owner)).toEqual(expected.afterSync1.issues);
    const before = await persons();
    expect(await run(t, owner, "match")).toMatchObject({
      counts: { linked: 0, ended: 0, opened: 0, resolved: 0 },
    });
    roster("roster-2.json");
    await run(t, owner, "blizzard");
    expect((await upload("GuildSync-2.lua")).status).toBe(202);
    await t.services.identityRunner.drain();
    // 106's note names another member now, and all other links stay.
    expect(await persons()).toEqual({
      ...before,
      3: { 103: "migrated_sheet" },
      5: { 106: "guild_note", 107: "exact_name" },
    });
    expect((await owner.get("/identity/mismatches")).body.items).toEqual([]);
    const resolved = (await owner.get("/identity/issues?state=resolved")).body.items;
    expect(resolved.map(({ type }: { type: string }) => type)).toContain("role_mismatch");
  });
});
