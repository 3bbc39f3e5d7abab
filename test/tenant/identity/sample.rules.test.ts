import { beforeAll, describe, expect, test } from "vitest";
import { splitName } from "../../../src/kernel/game/characters.ts";
import { realmKey } from "../../../src/kernel/game/realms.ts";
import { foldName } from "../../../src/kernel/names.ts";
import { readAddonExport } from "../../../src/tenant/identity/formats/addon-export.ts";
import { readGrm } from "../../../src/tenant/identity/formats/grm.ts";
import { readSheets } from "../../../src/tenant/identity/formats/sheet.ts";
import { findIssues } from "../../../src/tenant/identity/integrity/check.ts";
import { compareIssues } from "../../../src/tenant/identity/integrity/delta.ts";
import { guildRoleIds, rankRoles } from "../../../src/tenant/identity/integrity/rank-roles.ts";
import { match } from "../../../src/tenant/identity/matching/match.ts";
import type { GameCharacter, World } from "../../../src/tenant/identity/matching/world.ts";
import { samplesFolder, sampleText } from "../../support/samples.ts";
import { applied, character, link, member, personsOf, world } from "./made-world.ts";

const folder = samplesFolder("identity");
const NOW = 1_790_000_000_000;
const DAY_MS_IN_TEST = 86_400_000;

interface Roster {
  readonly members: readonly {
    readonly character: {
      readonly id: number;
      readonly name: string;
      readonly realm: { readonly slug: string };
    };
    readonly rank: number;
  }[];
}

describe.skipIf(folder === undefined)("the sample of two syncs", () => {
  const text = (name: string) => sampleText(folder!, name);
  const json = (name: string) => JSON.parse(text(name));
  let expected: ReturnType<typeof json>;
  let first: World;
  let second: World;

  const settings = () => ({
    rankToRole: expected.rankToRole,
    rankNames: {},
    exceptions: {},
    staleDays: expected.staleDays,
    sourceStaleDays: 7,
  });

  /** Characters after a sync: known ones by their id, notes from the export, unseen notes as before. */
  function synced(before: readonly GameCharacter[], count: 1 | 2): readonly GameCharacter[] {
    const roster: Roster = json(`roster-${count}.json`);
    const exported = readAddonExport(text(`GuildSync-${count}.lua`));
    const now = roster.members.map(({ character: one, rank }) => {
      const known = before.find(({ id }) => id === String(one.id));
      const key = realmKey(one.realm.slug);
      const row = exported.characters.find(
        (it) => foldName(it.name) === foldName(one.name) && realmKey(it.realm ?? "") === key,
      );
      return character(String(one.id), one.name, {
        realm: one.realm.slug,
        rank,
        note: row?.note ?? known?.note ?? null,
        officerNote: row?.officerNote ?? known?.officerNote ?? null,
      });
    });
    const left = before.filter((one) => !now.some(({ id }) => id === one.id));
    return [...now, ...left.map((one) => ({ ...one, isPresent: false }))];
  }

  const issuesOf = (now: World) => {
    const away = expected.profiles;
    return findIssues(
      {
        ...now,
        characters: now.characters.map((one) => ({
          ...one,
          lastLoginAt: away[one.id]
            ? NOW - away[one.id].last_login_timestamp_days_ago * DAY_MS_IN_TEST
            : null,
          lastLoginSeenAt: null,
        })),
        roles: json("discord-roles.json"),
        matched: match(now),
        sources: [],
      },
      settings(),
      NOW,
    );
  };

  beforeAll(() => {
    expected = json("expected.json");
    const roles = json("discord-roles.json");
    const members = json("discord-members.json").map((one: Record<string, never>) => {
      const {
        user,
        nick,
        roles: roleIds,
      } = one as never as {
        user: { id: string; username: string; global_name: string | null; bot: boolean };
        nick: string | null;
        roles: string[];
      };
      return member(user.id, user.username, {
        displayName: user.global_name,
        nick,
        isBot: user.bot,
        roleIds,
      });
    });
    const characters = synced([], 1);
    const sheet = readSheets(
      { characters: text("legacy-characters.csv"), discordIds: text("legacy-discord-ids.csv") },
      characters,
    );
    expect(sheet.problems).toEqual([]);
    const links = sheet.links.flatMap(({ characterId, discordId }) => {
      const more = { source: "migrated_sheet", isConfirmed: true } as const;
      const id = `p${discordId}`;
      return [link("character", characterId, id, more), link("discord", discordId, id, more)];
    });
    const ids = guildRoleIds(rankRoles(settings(), roles));
    const before = world({ characters, members, links, guildRoleIds: ids });
    first = applied(before, match(before));
    const later = { ...first, characters: synced(first.characters, 2) };
    second = applied(later, match(later));
  });

  test("has the expected persons after the first one", () => {
    const wanted = expected.afterSync1.persons.map(
      (one: {
        discord: number;
        characters: number[];
        source?: string;
        sources?: Record<string, string>;
      }) => {
        const characters = one.characters.map((id) => `${id} ${one.source ?? one.sources?.[id]}`);
        return `${one.discord}: ${characters.sort().join(", ")}`;
      },
    );
    expect(personsOf(first)).toEqual(wanted.sort());
    const fuzzy = first.links.filter((one) => one.source === "fuzzy");
    expect(new Set(fuzzy.map((one) => `${one.confidence} ${one.isConfirmed}`))).toEqual(
      new Set(["medium false"]),
    );
  });

  test("has the expected issues after the first one, and none for bots and visitors", () => {
    const found: Record<string, unknown[]> = {};
    for (const { type, subject, details } of issuesOf(first)) {
      const ids = subject.split(" ").map(Number);
      const one =
        type === "role_mismatch"
          ? { discord: ids[0], ingame: details.ingame, has: details.has }
          : ids.length > 1
            ? ids
            : ids[0];
      found[type] = [...(found[type] ?? []), one];
    }
    found["orphan_discord"] = (found["orphan_discord"] as number[]).sort((a, b) => a - b);
    expect(found).toEqual(expected.afterSync1.issues);
  });

  test("moves, keeps and resolves as expected in the second one", () => {
    expect(personsOf(second)).toEqual([
      "1: 101 migrated_sheet",
      "2: 102 exact_name",
      "3: 103 migrated_sheet",
      "4: 104 migrated_sheet, 105 alt_of_note",
      "5: 106 guild_note, 107 exact_name",
      "7: 114 fuzzy",
      "8: 115 exact_name",
    ]);
    const oldtimer = second.characters.find((one) => one.id === "115");
    expect([oldtimer?.name, oldtimer?.officerNote]).toEqual(["Oldtimerx", "on LOA"]);
    const open = issuesOf(first).map((one) => ({ ...one, id: one.fingerprint }));
    const delta = compareIssues(open, issuesOf(second));
    expect(delta.created).toEqual([]);
    expect(delta.resolved.map((one) => `${one.type} ${one.subject}`)).toEqual(["role_mismatch 4"]);
  });

  test("changes nothing when it runs once more", () => {
    expect([match(first).decisions, match(second).decisions]).toEqual([[], []]);
  });
});

const grmFolder = samplesFolder("identity/grm");

describe.skipIf(grmFolder === undefined)("the sample of Guild Roster Manager", () => {
  test("is read as expected", () => {
    const expected = JSON.parse(sampleText(grmFolder!, "expected.json"));
    const guilds = readGrm(sampleText(grmFolder!, "Guild_Roster_Manager.lua"));
    const [guild] = guilds;
    const members = guild!.members;
    const groups = Map.groupBy(
      members.filter((one) => one.altGroup !== null),
      (one) => one.altGroup!,
    );
    expect({
      guilds: guilds.map((one) => one.name),
      members: members.length,
      former: guild!.former.length,
      banned_former: guild!.former.filter((one) => one.isBanned).length,
      mains: members
        .filter((one) => one.isMain)
        .map((one) => one.fullName)
        .sort(),
      ranks: Object.fromEntries(guild!.ranks),
      join_dates_known: members.filter((one) => one.joinedOn !== null).length,
    }).toEqual({
      guilds: expected.guilds,
      members: expected.members,
      former: expected.former,
      banned_former: expected.banned_former,
      mains: expected.mains,
      ranks: expected.ranks,
      join_dates_known: expected.join_dates_known,
    });
    for (const [name, names] of Object.entries<string[]>(expected.alt_groups)) {
      expect(
        groups
          .get(name)
          ?.map((one) => one.fullName)
          .sort(),
      ).toEqual([...names].sort());
    }
  });

  test("gives one person for each alt group, and the notes that name a main as suggestions", () => {
    const expected = JSON.parse(sampleText(grmFolder!, "expected.json"));
    const [guild] = readGrm(sampleText(grmFolder!, "Guild_Roster_Manager.lua"));
    const known = [
      ...guild!.members.map((one) => ({ ...one, isPresent: true })),
      ...guild!.former.map((one) => ({ ...one, isPresent: false, altGroup: null, isMain: false })),
    ].map(({ guid, fullName, note, altGroup, isMain, isPresent }) => {
      const { name, realm } = splitName("retail", fullName)!;
      return character(guid, name, { realm: realm!, note, altGroup, isMain, isPresent });
    });
    const before = world({ characters: known });
    const found = match(before);
    const after = applied(before, found);
    const linked = new Set(after.links.map((one) => one.subject));
    const alone = known.filter((one) => one.isPresent && !linked.has(one.id)).length;
    const persons = new Set(after.links.map((one) => one.personId)).size;
    expect(persons + alone).toBe(expected.persons_by_altgroup_only);
    const full = (id: string) =>
      [...guild!.members, ...guild!.former].find((one) => one.guid === id)!.fullName;
    const suggested = found.altSuggestions.map((one) => [full(one.characterId), full(one.mainId)]);
    const wanted = Object.entries<string>(expected.note_suggests_person);
    expect(suggested.sort()).toEqual(wanted.map(([alt, main]) => [alt, main.split(" ")[0]]).sort());
  });
});
