import { describe, expect, test } from "vitest";
import { limits } from "../../../src/limits.ts";
import { findIssues, fingerprintOf } from "../../../src/tenant/identity/integrity/check.ts";
import {
  compareIssues,
  reportDelta,
  type StoredIssue,
} from "../../../src/tenant/identity/integrity/delta.ts";
import { lengthOf, plainText } from "../../../src/tenant/identity/integrity/discord-text.ts";
import { ISSUE_KINDS, ISSUE_TYPES } from "../../../src/tenant/identity/integrity/kinds.ts";
import { buildReport, type DiscordMessage } from "../../../src/tenant/identity/integrity/report.ts";
import type {
  IdentityState,
  IntegritySettings,
  KnownCharacter,
} from "../../../src/tenant/identity/integrity/state.ts";
import { translator } from "../../../src/web/i18n/index.ts";
import { character, link, member } from "./made-world.ts";

const NOW = 1_790_000_000_000;
const days = (count: number) => count * 86_400_000;

const known = (id: string, name: string, more: Partial<KnownCharacter> = {}): KnownCharacter => ({
  ...character(id, name, more),
  lastLoginAt: null,
  lastLoginSeenAt: null,
  ...more,
});
const state = (more: Partial<IdentityState>): IdentityState => ({
  characters: [],
  members: [],
  roles: [
    { id: "gm", name: "GM" },
    { id: "officer", name: "Officer" },
    { id: "member", name: "Member" },
  ],
  links: [],
  rejected: new Set(),
  matched: { suggestions: [], cycles: [] },
  sources: [],
  ...more,
});
const settings: IntegritySettings = {
  rankToRole: { "0": "GM", "1": "officer", "3": "member" },
  rankNames: {},
  exceptions: {},
  staleDays: 30,
  sourceStaleDays: 7,
};
const issues = (one: Partial<IdentityState>, more: Partial<IntegritySettings> = {}) =>
  findIssues(state(one), { ...settings, ...more }, NOW);
const lines = (one: Partial<IdentityState>, more: Partial<IntegritySettings> = {}) =>
  issues(one, more).map(({ type, subject }) => `${type} ${subject}`);

/** Anna plays Brill at a rank and has roles. A second officer holds that role. */
const anna = (rank: number, roleIds: string[]): Partial<IdentityState> => ({
  characters: [known("1", "Brill", { rank }), known("2", "Cora", { rank: 1 })],
  members: [member("100", "anna", { roleIds }), member("101", "bert", { roleIds: ["officer"] })],
  links: [
    link("character", "1", "a"),
    link("discord", "100", "a"),
    link("character", "2", "b"),
    link("discord", "101", "b"),
  ],
});

/** The same with a third person, so that the lowest role has a holder. */
const withDora = (one: Partial<IdentityState>): Partial<IdentityState> => ({
  ...one,
  characters: [...one.characters!, known("3", "Dora", { rank: 3 })],
  members: [...one.members!, member("102", "dora", { roleIds: ["member"] })],
  links: [...one.links!, link("character", "3", "c"), link("discord", "102", "c")],
});
const GM_UNHELD = "mapped_role_unheld gm";

describe("roles", () => {
  test("that differ from the best rank are one mismatch, with expected and actual role", () => {
    const found = issues(withDora(anna(1, ["member"])));
    expect(found.map(({ type }) => type)).toEqual(["role_mismatch", "mapped_role_unheld"]);
    expect(found[0]).toMatchObject({
      subject: "100",
      details: { ingame: "Officer", has: "Member", rank: 1 },
    });
    expect(lines(withDora(anna(1, ["officer", "member"])))).toEqual([GM_UNHELD]);
    expect(lines(withDora(anna(3, ["officer"])))).toEqual(["role_mismatch 100", GM_UNHELD]);
    expect(lines(withDora(anna(1, ["movies"])))).toEqual(["no_guild_role 100", GM_UNHELD]);
  });

  test("that differ in another way are another issue, and the first one resolves itself", () => {
    const mismatch = (one: Partial<IdentityState>) =>
      issues(withDora(one)).filter(({ type }) => type === "role_mismatch");
    const before = mismatch(anna(1, ["member"])).map((one) => ({ ...one, id: one.fingerprint }));
    const delta = compareIssues(before, mismatch(anna(3, ["officer"])));
    expect([delta.created.length, delta.resolved.length, delta.stillOpen.length]).toEqual([
      1, 1, 0,
    ]);
  });

  test("without any holder are one note, not a mismatch for each member", () => {
    expect(lines(anna(0, ["member"]))).toEqual([GM_UNHELD]);
    expect(lines(anna(0, []))).toEqual([GM_UNHELD, "mapped_role_unheld member"]);
  });

  test("are found by name, id or named exception, and a missing or doubled one is named", () => {
    const map = { rankToRole: {}, rankNames: { "1": "officer", "3": "Crew", "7": "Guild Leader" } };
    const exceptions = { "guild leader": "GM" };
    const one = anna(7, ["officer"]);
    expect(lines(one, { ...map, exceptions })).toEqual([GM_UNHELD]);
    expect(lines(anna(1, ["officer"]), { rankToRole: { "5": "Nobles" } })).toContain(
      "mapped_role_missing 5",
    );
    const roles = [...state({}).roles, { id: "member2", name: "Member" }];
    const doubled = issues({ ...anna(1, ["officer"]), roles }, { rankToRole: { "3": "Member" } });
    expect(doubled[0]).toMatchObject({
      type: "mapped_role_ambiguous",
      subject: "3",
      details: { roleIds: ["member", "member2"] },
    });
  });
});

describe("accounts and characters", () => {
  test("without each other are orphans, unless they are bots, visitors or left", () => {
    const one: Partial<IdentityState> = {
      characters: [known("1", "Brill"), known("2", "Gone", { isPresent: false })],
      members: [
        member("100", "anna"),
        member("101", "bot", { isBot: true }),
        member("102", "visitor", { roleIds: [] }),
        member("103", "left", { isPresent: false }),
      ],
    };
    expect(lines(one, { rankToRole: { "3": "Member" } })).toEqual([
      "orphan_wow 1",
      "orphan_discord 100",
    ]);
  });

  test("of a person who left one side are named on the other side only", () => {
    const both = anna(1, ["officer"]);
    const left = both.characters!.map((one) => ({ ...one, isPresent: one.id !== "1" }));
    const map = { rankToRole: { "1": "officer" } };
    expect(lines({ ...both, characters: left }, map)).toEqual([
      "member_without_active_character 100",
    ]);
    const members = both.members!.map((one) => ({ ...one, isPresent: one.id !== "100" }));
    expect(lines({ ...both, members }, map)).toEqual(["stale_discord_link 100"]);
  });

  test("are named when one person has several", () => {
    const one = anna(1, ["officer"]);
    const links = [...one.links!, link("discord", "102", "a")];
    const members = [...one.members!, member("102", "anna2", { roleIds: ["officer"] })];
    expect(lines({ ...one, links, members }, { rankToRole: { "1": "officer" } })).toEqual([
      "duplicate_discord_link a",
    ]);
  });

  test("that were away too long are stale, judged at the time their profile was read", () => {
    const one = (lastLoginAt: number, lastLoginSeenAt: number | null) =>
      issues({ characters: [known("1", "Brill", { lastLoginAt, lastLoginSeenAt })] }).filter(
        ({ type }) => type === "stale_character",
      ).length;
    expect(one(NOW - days(31), null)).toBe(1);
    expect(one(NOW - days(29), null)).toBe(0);
    expect(one(NOW - days(31), NOW - days(10))).toBe(0);
  });

  test("are named when their note contradicts their link, with the source of the link", () => {
    const one = anna(1, ["officer"]);
    const noted = (links: IdentityState["links"]) =>
      lines(
        {
          ...one,
          links,
          characters: [
            known("1", "Brill", { rank: 1, note: "DC: bert" }),
            known("2", "Cora", { rank: 1 }),
          ],
        },
        { rankToRole: { "1": "officer" } },
      );
    expect(noted(one.links!)).toEqual(["link_contradicts_note 1"]);
    const weak = one.links!.map((it) =>
      it.subject === "1" ? { ...it, source: "guild_note" as const } : it,
    );
    expect(noted(weak)).toEqual(["note_mismatch 1"]);
  });
});

describe("sources", () => {
  const source = { quarantinedSince: null, lastGoodAt: NOW, lastChangeAt: NOW };

  test("that do not answer, repeat an old answer, or send a shrunken roster are named", () => {
    const blizzard = { ...source, source: "blizzard" } as const;
    const addon = { ...source, source: "addon" } as const;
    expect(lines({ sources: [blizzard, addon] }, { rankToRole: {} })).toEqual([]);
    expect(
      lines({ sources: [{ ...blizzard, lastGoodAt: NOW - days(7) }] }, { rankToRole: {} }),
    ).toEqual(["source_stale blizzard"]);
    const old = { ...blizzard, lastChangeAt: NOW - days(20) };
    expect(lines({ sources: [old] }, { rankToRole: {} })).toEqual([]);
    expect(lines({ sources: [old, addon] }, { rankToRole: {} })).toEqual(["source_stale blizzard"]);
    expect(
      lines({ sources: [{ ...blizzard, quarantinedSince: NOW }] }, { rankToRole: {} }),
    ).toEqual(["roster_quarantined blizzard"]);
  });

  test("that are stale or set aside mark no character as departed", () => {
    const one = anna(1, ["officer"]);
    const sources = [
      { source: "blizzard", lastGoodAt: NOW - days(60), lastChangeAt: null, quarantinedSince: NOW },
    ] as const;
    const found = lines({ ...one, sources }, { rankToRole: { "1": "officer" } });
    expect(found).toEqual(["source_stale blizzard", "roster_quarantined blizzard"]);
  });
});

describe("an issue", () => {
  const found = (subject: string) => {
    const draft = { type: "orphan_discord", subject } as const;
    const details = { discordId: subject, name: subject };
    return { ...draft, severity: "task", details, fingerprint: fingerprintOf(draft) } as const;
  };
  const stored = (subject: string, more: Partial<StoredIssue> = {}): StoredIssue => ({
    id: `row-${subject}`,
    fingerprint: found(subject).fingerprint,
    notifiedAt: NOW,
    acknowledgedAt: null,
    snoozedUntil: null,
    resolvedAt: null,
    resolutionNotifiedAt: null,
    isReopened: false,
    ...more,
  });

  test("is found by its type, subject, expected and actual state, each of them", () => {
    const base = { type: "role_mismatch", subject: "1", expected: "a", actual: "b" } as const;
    const all = [
      base,
      { ...base, type: "no_guild_role" } as const,
      { ...base, subject: "2" },
      { ...base, expected: "b" },
      { ...base, actual: "a" },
      { ...base, expected: "", actual: "ab" },
    ].map(fingerprintOf);
    expect(new Set(all).size).toBe(all.length);
    expect(fingerprintOf({ ...base })).toBe(all[0]);
  });

  test("is created once, stays while it holds, resolves itself, and comes back as a new row", () => {
    expect(compareIssues([], [found("1"), found("1")]).created).toHaveLength(1);
    const open = [
      stored("1"),
      stored("2", { acknowledgedAt: NOW }),
      stored("3", { snoozedUntil: NOW }),
    ];
    const delta = compareIssues(open, [found("1"), found("4")], new Set([found("4").fingerprint]));
    expect(delta.stillOpen.map(({ issue }) => issue.id)).toEqual(["row-1"]);
    expect(delta.resolved.map(({ id }) => id)).toEqual(["row-2", "row-3"]);
    expect(delta.created.map((one) => [one.subject, one.isReopened])).toEqual([["4", true]]);
    const again = compareIssues([stored("1")], [found("1")]);
    expect([again.created, again.resolved]).toEqual([[], []]);
  });

  test("is reported once, not while acknowledged or snoozed, and once more after the snooze", () => {
    const rows = [
      stored("new", { notifiedAt: null }),
      stored("back", { notifiedAt: null, isReopened: true }),
      stored("old"),
      stored("known", { notifiedAt: null, acknowledgedAt: NOW }),
      stored("asleep", { notifiedAt: null, snoozedUntil: NOW + 1 }),
      stored("awake", { notifiedAt: NOW - 2, snoozedUntil: NOW - 1 }),
      stored("told", { notifiedAt: NOW, snoozedUntil: NOW - 1 }),
      stored("done", { resolvedAt: NOW }),
      stored("unheard", { resolvedAt: NOW, notifiedAt: null }),
      stored("doneTold", { resolvedAt: NOW, resolutionNotifiedAt: NOW }),
    ];
    const delta = reportDelta(rows, NOW);
    const ids = (list: readonly StoredIssue[]) => list.map(({ id }) => id.replace("row-", ""));
    expect([ids(delta.created), ids(delta.reopened), ids(delta.resolved)]).toEqual([
      ["new", "awake"],
      ["back"],
      ["done"],
    ]);
  });
});

describe("a report", () => {
  const input = {
    guildName: "Iron *Ore*",
    isFirst: false,
    isPartial: false,
    url: "https://guilds.example/g/x",
  };
  const orphan = (index: number, name: string) =>
    ({
      type: "orphan_discord",
      subject: String(index),
      details: { discordId: String(index), name },
    }) as const;
  const none = { created: [], reopened: [], resolved: [] };

  function checkLimits(messages: readonly DiscordMessage[]) {
    for (const { embeds, allowed_mentions } of messages) {
      expect(allowed_mentions.parse).toEqual([]);
      expect(embeds.length).toBeLessThanOrEqual(10);
      let sum = 0;
      for (const { title, description = "", fields = [], footer } of embeds) {
        expect(lengthOf(title)).toBeLessThanOrEqual(256);
        expect(lengthOf(description)).toBeLessThanOrEqual(4_096);
        expect(fields.length).toBeLessThanOrEqual(25);
        sum += lengthOf(title) + lengthOf(description) + lengthOf(footer?.text ?? "");
        for (const { name, value } of fields) {
          expect(lengthOf(name)).toBeLessThanOrEqual(256);
          expect(lengthOf(value)).toBeLessThanOrEqual(1_024);
          sum += lengthOf(name) + lengthOf(value);
        }
      }
      expect(sum).toBeLessThanOrEqual(6_000);
    }
  }

  for (const locale of ["en", "es"] as const) {
    const texts = translator(locale).identityReport;

    test(`keeps Discord's limits however much changed and however long names are (${locale})`, () => {
      for (const count of [0, 1, 60, 400, 3_000]) {
        const created = Array.from({ length: count }, (_, index) => orphan(index, "𝔛".repeat(200)));
        const resolved = Array.from({ length: count }, (_, index) =>
          orphan(index, "_*[a](b)".repeat(20)),
        );
        const messages = buildReport(
          { ...input, isPartial: true, delta: { ...none, created, resolved } },
          texts,
        );
        checkLimits(messages);
        expect(messages.length).toBeLessThanOrEqual(
          limits.identity.discord.message.perReportMax + 1,
        );
        if (count === 0) expect(messages).toEqual([]);
      }
    });

    test(`names every issue once and groups them by type (${locale})`, () => {
      const created = Array.from({ length: 150 }, (_, index) => orphan(index, `name${index}x`));
      const all = JSON.stringify(buildReport({ ...input, delta: { ...none, created } }, texts));
      for (let index = 0; index < 150; index++) expect(all.split(`name${index}x`)).toHaveLength(2);
      expect(all).toContain(texts.types.orphan_discord);
    });

    test(`has a line and a heading for each type, also for details of an older version (${locale})`, () => {
      for (const type of ISSUE_TYPES) {
        const created = [{ type, subject: "subject7", details: {} } as const];
        const [message] = buildReport({ ...input, delta: { ...none, created } }, texts);
        expect(message?.embeds[0]?.title).toContain(texts.types[type]);
        expect(message?.embeds[0]?.description).toContain("subject7");
      }
      expect(Object.keys(texts.types).sort()).toEqual(Object.keys(ISSUE_KINDS).sort());
    });
  }

  test("is one summary the first time, with a count for each type", () => {
    const created = Array.from({ length: 5_000 }, (_, index) => orphan(index, "x"));
    const texts = translator("en").identityReport;
    const messages = buildReport({ ...input, isFirst: true, delta: { ...none, created } }, texts);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.embeds[0]?.fields).toEqual([
      { name: texts.types.orphan_discord, value: "5000", inline: true },
    ]);
    checkLimits(messages);
    const clean = buildReport({ ...input, isFirst: true, delta: none }, texts);
    expect(clean[0]?.embeds[0]?.description).toBe(texts.clean);
  });

  test("shows names as they are: no mention, link, emoji, style, line end or hidden character", () => {
    const hostile = [
      "@everyone",
      "<@123>",
      "<@&9>",
      "<#7>",
      "<t:1:R>",
      "https://evil.example",
      "<:a:1>",
    ];
    for (const text of hostile) {
      const shown = plainText(text);
      expect(shown).not.toMatch(/@(everyone|here)|(^|[^\\])<|:\/\//);
    }
    expect(plainText("**a** _b_ `c` ~~d~~ ||e|| [f](g)")).toBe(
      "\\*\\*a\\*\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~ \\|\\|e\\|\\| \\[f\\]\\(g\\)",
    );
    expect(plainText("a\nb\u202ec")).not.toMatch(/[\n\u202e]/);
    expect(plainText("# a")).toBe("\\# a");
  });
});
