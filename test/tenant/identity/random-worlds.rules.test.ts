import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { match, matchSteps } from "../../../src/tenant/identity/matching/match.ts";
import { similarity } from "../../../src/tenant/identity/matching/similarity.ts";
import {
  type DiscordMember,
  type GameCharacter,
  LINK_SOURCES,
  type Link,
  type World,
} from "../../../src/tenant/identity/matching/world.ts";
import { applied, character, link, member, world } from "./made-world.ts";
import { modelOf } from "./slow-model.ts";

const NAMES = ["Brill", "Cora", "Twin", "Zoë", "Zoe", "Shodoon", "Shodoona", "Ann Bee", "Møøse"];
const name = fc.constantFrom(...NAMES);
const maybe = <T>(one: fc.Arbitrary<T>, nil: T) =>
  fc.oneof(fc.constant(nil), fc.constant(nil), one);
const note = fc.oneof(
  fc.constantFrom("", "", null, "herbs", "DC: nobody"),
  name.map((one) => `DC: ${one}`),
  name.map((one) => `alt of ${one}`),
  name.map((one) => `${one}'s alt`),
  name,
);

const characters = fc
  .array(
    fc.record({
      name,
      realm: fc.constantFrom("Stormhold", "Area 52"),
      note,
      officerNote: maybe(note, ""),
      altGroup: maybe<string | null>(fc.constantFrom("g1", "g2", ""), null),
      isMain: fc.boolean(),
      isPresent: fc.integer({ min: 0, max: 7 }).map((one) => one > 0),
      rosterPersonId: maybe<string | null>(fc.constantFrom("p1", "p2"), null),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((all) => all.map((one, index) => character(`c${index}`, one.name, one)));

const members = fc
  .array(
    fc.record({
      username: fc.constantFrom("brill", "cora", "twin", "zoe", "shodoom", "annbee", "moose", "x"),
      nick: maybe<string | null>(
        fc.tuple(name, name).map(([a, b]) => `${a} | ${b}`),
        null,
      ),
      isBot: fc.integer({ min: 0, max: 7 }).map((one) => one === 0),
      isPresent: fc.integer({ min: 0, max: 7 }).map((one) => one > 0),
      roleIds: fc.constantFrom(["member"], ["member"], ["movies"]),
    }),
    { maxLength: 7 },
  )
  .map((all) => all.map((one, index) => member(`d${index}`, one.username, one)));

const links = fc
  .array(
    fc.record({
      isCharacter: fc.boolean(),
      at: fc.nat({ max: 8 }),
      personId: fc.constantFrom("p1", "p2", "p3"),
      source: fc.constantFrom(...LINK_SOURCES),
    }),
    { maxLength: 5 },
  )
  .map((all) => {
    const found = new Map<string, Link>();
    for (const { isCharacter, at, personId, source } of all) {
      const [kind, subject] = isCharacter
        ? (["character", `c${at}`] as const)
        : (["discord", `d${at}`] as const);
      found.set(kind + subject, link(kind, subject, personId, { source, isConfirmed: true }));
    }
    return [...found.values()];
  });

const rejected = fc
  .array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 6 })), { maxLength: 3 })
  .map((pairs) => new Set(pairs.map(([a, b]) => `c${a} d${b}`)));

const worlds: fc.Arbitrary<World> = fc
  .record({
    characters,
    members,
    links,
    rejected,
    guildRoleIds: fc.constantFrom(new Set<string>(), new Set(["member"])),
  })
  .map(world);

/** Changes a world between two runs: notes, names, groups and presence change, people join and leave. */
const changes = fc.record({
  characters,
  members,
  rejected,
  keep: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
});
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function changed(before: World, { keep, ...next }: Change): World {
  const mixed = <T extends { id: string }>(old: readonly T[], fresh: readonly T[]) => [
    ...old.map((one, index) =>
      keep[index] ? one : (fresh.find(({ id }) => id === one.id) ?? one),
    ),
    ...fresh.filter(({ id }) => !old.some((one) => one.id === id)),
  ];
  return {
    ...before,
    characters: mixed<GameCharacter>(before.characters, next.characters),
    members: mixed<DiscordMember>(before.members, next.members),
    rejected: new Set([...before.rejected, ...next.rejected]),
  };
}

const shuffled = (one: World): World => ({
  ...one,
  characters: one.characters.toReversed(),
  members: [...one.members.slice(1), ...one.members.slice(0, 1)],
  links: one.links.toReversed(),
});

function isDecided(one: Link): boolean {
  const isHuman = LINK_SOURCES.indexOf(one.source) <= LINK_SOURCES.indexOf("migrated_sheet");
  return (one.isConfirmed || isHuman) && one.evidence.rule !== "roster";
}

/** Checks everything that holds for a run on any world. Returns the world after it. */
function checkRun(before: World): World {
  const result = match(before);
  expect(match(shuffled(before))).toEqual(result);
  const after = applied(before, result);
  const again = match(after);
  expect(again.decisions).toEqual([]);
  expect(again.suggestions).toEqual(result.suggestions);
  expect(again.cycles).toEqual(result.cycles);
  expect(after.links).toEqual(expect.arrayContaining(before.links.filter(isDecided)));
  for (const one of result.decisions) {
    if (one.kind === "end") continue;
    const { subject, subjectKind } = one;
    if (subjectKind === "character") {
      expect(before.characters.find(({ id }) => id === subject)?.isPresent).toBe(true);
    } else {
      const found = before.members.find(({ id }) => id === subject);
      expect([found?.isPresent, found?.isBot]).toEqual([true, false]);
    }
    if (one.source === "manual") continue;
    const own = after.links.find((it) => it.kind === subjectKind && it.subject === subject)!;
    const partners = after.links.filter((it) => it.personId === own.personId);
    const ids = (kind: string) => partners.filter((it) => it.kind === kind).map((it) => it.subject);
    if (subjectKind !== "character") continue;
    for (const discordId of ids("discord")) {
      expect(before.rejected.has(`${subject} ${discordId}`)).toBe(false);
    }
  }
  for (const { characterId, discordId } of result.suggestions) {
    expect(before.rejected.has(`${characterId} ${discordId}`)).toBe(false);
  }
  return after;
}

describe("on any world", () => {
  test("a run keeps I1 to I3 and I8: one person each, decided links stay, a second run and another order change nothing", () => {
    fc.assert(
      fc.property(worlds, (first) => {
        checkRun(first);
      }),
      { numRuns: 300 },
    );
  });

  test("and so do runs after people came, left, renamed themselves and rewrote their notes", () => {
    fc.assert(
      fc.property(worlds, fc.array(changes, { minLength: 2, maxLength: 3 }), (first, steps) => {
        let now = checkRun(first);
        for (const step of steps) now = checkRun(changed(now, step));
      }),
      { numRuns: 100 },
    );
  });

  test("a run gives every character the person that a slow and simple model gives it", () => {
    const simple = worlds.map((one) => ({
      ...one,
      characters: one.characters.map((it) => ({ ...it, altGroup: null, rosterPersonId: null })),
      links: one.links.filter(({ kind }) => kind === "discord"),
    }));
    fc.assert(
      fc.property(simple, (first) => {
        const after = applied(first, match(first));
        const account = (personId: string) =>
          after.links.filter((it) => it.kind === "discord" && it.personId === personId);
        const found = after.links
          .filter(({ kind }) => kind === "character")
          .map((it) => [it.subject, `${account(it.personId)[0]?.subject} ${it.source}`] as const);
        expect(Object.fromEntries(found)).toEqual(modelOf(first));
      }),
      { numRuns: 300 },
    );
  });
});

describe("the cost of a run", () => {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const made = (seed: number) => {
    let state = seed * 7919 + 13;
    const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
    return Array.from({ length: 5 + (next() % 8) }, () => letters[next() % 26]).join("");
  };

  test("a thousand characters and fifteen hundred members are matched in short steps", () => {
    const large = world({
      characters: Array.from({ length: 1_000 }, (_, index) => character(`c${index}`, made(index))),
      members: Array.from({ length: 1_500 }, (_, index) =>
        member(`d${index}`, made(index + 5_000), {
          nick: `${made(index + 9_000)} | ${made(index)}`,
        }),
      ),
    });
    const before = process.cpuUsage();
    const steps = matchSteps(large);
    let count = 0;
    while (!steps.next().done) count++;
    const { user, system } = process.cpuUsage(before);
    expect(count).toBeGreaterThan(1_000);
    // Comparing all pairs in full takes several times as long.
    expect((user + system) / 1_000).toBeLessThan(2_500);
  });

  test("the quick search for similar names finds what comparing all pairs finds", () => {
    const word = fc.string({
      unit: fc.constantFrom("a", "b", "c", "ж"),
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(word, word, (one, other) => {
        const found = similarity(one, other);
        expect(found).toBe(similarity(other, one));
        expect(found === 1).toBe(one === other);
      }),
    );
    expect(similarity("shodoon", "shodoom")).toBeCloseTo(0.857, 3);
    expect(similarity("brill", "birll")).toBeCloseTo(0.8, 3);
    expect(similarity("trogmoon", "trog")).toBe(0.5);
  });
});
