import { describe, expect, test } from "vitest";
import { codesIn, newNoteCode } from "../../../src/tenant/identity/matching/codes.ts";
import {
  decideProofs,
  type OpenProof,
  type ProofDecision,
  type ProofInput,
} from "../../../src/tenant/identity/matching/proofs.ts";
import type { World } from "../../../src/tenant/identity/matching/world.ts";
import { character, link, member, world } from "./made-world.ts";

const NOW = 1_000;
const CODE = "GH-7K2QX9";
const OTHER = "GH-ABCDEF";

const proof = (id: string, characterId: string, more: Partial<OpenProof> = {}): OpenProof => ({
  id,
  source: "note_code",
  userId: "anna",
  userName: "Anna",
  characterId,
  codeHash: `#${CODE}`,
  expiresAt: NOW + 1,
  seenAt: null,
  ...more,
});

const owned = (id: string, characterId: string, more: Partial<OpenProof> = {}) =>
  proof(id, characterId, { source: "battlenet", codeHash: null, seenAt: NOW, ...more });

const decide = (
  state: World,
  proofs: readonly OpenProof[],
  more: Partial<ProofInput> = {},
): readonly ProofDecision[] =>
  decideProofs(state, {
    proofs,
    accounts: new Map(),
    decided: new Set(),
    hash: (code) => `#${code}`,
    nowMs: NOW,
    ...more,
  });

const lines = (decisions: readonly ProofDecision[]) =>
  decisions.map((one) => {
    if (one.kind !== "proved") return `${one.proof.id} ${one.kind} ${one.fault}`;
    const { person, isFirst, isNew, ends } = one;
    const who = "id" in person ? person.id : `new ${person.newFor}`;
    const more = [isFirst && "account", !isNew && "known", ends && `ends ${ends.id}`];
    return [`${one.proof.id} proved ${who}`, ...more.filter(Boolean)].join(", ");
  });

describe("a code in a note", () => {
  test("is found alone, in small letters, without its hyphen and beside other words", () => {
    for (const note of [CODE, "gh-7k2qx9", "GH7K2QX9", "alt of Ann gh 7K2QX9!", "(GH-7K2QX9)"]) {
      expect([note, codesIn(note)]).toEqual([note, [CODE]]);
    }
    for (const note of [
      null,
      "",
      "XGH-7K2QX9",
      "GH-7K2QX99",
      "GH-7K2QX",
      "GH-0K2QX9",
      "GH--7K2QX9",
    ]) {
      expect([note, codesIn(note)]).toEqual([note, []]);
    }
    expect(codesIn(`${CODE} ${OTHER} ${CODE}`)).toEqual([CODE, OTHER]);
  });

  test("is random, readable, and fits into a note", () => {
    const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    const codes = Array.from({ length: 500 }, () => newNoteCode(random));
    expect(new Set(codes).size).toBe(500);
    for (const code of codes) {
      expect(code).toMatch(/^GH-[2-9A-HJKMNP-Z]{6}$/);
      expect(codesIn(code)).toEqual([code]);
    }
    // The largest bytes are thrown away, since they would favour the first letters.
    let calls = 0;
    const biased = (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(calls++ === 0 ? 255 : 0);
    expect(newNoteCode(biased)).toBe("GH-222222");
  });

  test("gives a character without a person to a new one, with the member's account", () => {
    const state = world({ characters: [character("1", "Annara", { note: CODE })] });
    expect(lines(decide(state, [proof("a", "1")]))).toEqual(["a proved new anna, account"]);
    const accounts = new Map([["anna", "p1"]]);
    expect(lines(decide(state, [proof("a", "1")], { accounts }))).toEqual(["a proved p1"]);
  });

  test("proves nothing in an officers' note, in two notes, in another note, too late, or not there", () => {
    const cases: readonly [Parameters<typeof character>[2], string, string[]][] = [
      [{ officerNote: CODE }, "", ["a refused officer-note"]],
      [{ note: CODE }, CODE, ["a refused several-characters"]],
      [{ note: "" }, CODE, ["a refused other-character"]],
      [{ note: `${CODE} ${OTHER}` }, "", ["a refused several-codes", "b refused several-codes"]],
      [{ note: CODE, isPresent: false }, "", []],
      [{ note: "old note" }, "", []],
    ];
    for (const [more, secondNote, expected] of cases) {
      const characters = [
        character("1", "Annara", more),
        character("2", "Borin", { note: secondNote }),
      ];
      const rival = proof("b", "1", { userId: "bert", codeHash: `#${OTHER}` });
      expect(lines(decide(world({ characters }), [proof("a", "1"), rival]))).toEqual(expected);
    }
    const characters = [character("1", "Annara", { note: CODE })];
    const late = proof("a", "1", { expiresAt: NOW });
    expect(lines(decide(world({ characters }), [late]))).toEqual(["a refused expired"]);
  });

  test("comes before a link of automation, and an officer's link of the same person", () => {
    const characters = [character("1", "Annara", { note: CODE })];
    const members = [member("100", "annara")];
    const automatic = world({
      characters,
      members,
      links: [
        link("character", "1", "p9", { source: "exact_name" }),
        link("discord", "100", "p9", { source: "exact_name" }),
      ],
    });
    const accounts = new Map([["anna", "p1"]]);
    expect(lines(decide(automatic, [proof("a", "1")], { accounts }))).toEqual([
      "a proved p1, ends character-1",
    ]);
    const manual = world({ characters, links: [link("character", "1", "p1")] });
    expect(lines(decide(manual, [proof("a", "1")], { accounts }))).toEqual([
      "a proved p1, ends character-1",
    ]);
  });
});

describe("a proof that contradicts a decision", () => {
  const characters = [character("1", "Annara", { note: CODE })];
  const accounts = new Map([
    ["anna", "p1"],
    ["bert", "p2"],
  ]);

  test("waits for officers, whether an officer, a sheet, the roster or another proof decided", () => {
    for (const source of ["manual", "migrated_sheet"] as const) {
      const state = world({ characters, links: [link("character", "1", "p3", { source })] });
      expect(lines(decide(state, [proof("a", "1")], { accounts }))).toEqual([
        "a contested decided-otherwise",
      ]);
    }
    const confirmed = link("character", "1", "p3", { source: "exact_name", isConfirmed: true });
    const placed = [{ ...characters[0]!, rosterPersonId: "p3" }];
    for (const state of [
      world({ characters, links: [confirmed] }),
      world({ characters: placed, links: [] }),
    ]) {
      expect(lines(decide(state, [owned("a", "1")], { accounts }))).toEqual([
        "a contested decided-otherwise",
      ]);
    }
    for (const source of ["battlenet", "note_code"] as const) {
      const state = world({ characters, links: [link("character", "1", "p3", { source })] });
      expect(lines(decide(state, [owned("a", "1")]))).toEqual(["a contested taken"]);
    }
  });

  test("never takes a character from another member, not even one that automation linked", () => {
    const links = [link("character", "1", "p2", { source: "exact_name" })];
    const state = world({ characters, links });
    expect(lines(decide(state, [owned("a", "1")], { accounts }))).toEqual(["a contested taken"]);
    expect(
      lines(decide(state, [owned("a", "1")], { accounts: new Map([["bert", "p2"]]) })),
    ).toEqual(["a contested taken"]);
  });

  test("is decided again when the officers' link has ended, and is over after its time", () => {
    const waiting = owned("a", "1");
    expect(lines(decide(world({ characters }), [waiting], { accounts }))).toEqual(["a proved p1"]);
    const late = { ...waiting, expiresAt: NOW };
    expect(lines(decide(world({ characters }), [late], { accounts }))).toEqual([
      "a refused expired",
    ]);
  });
});

describe("a member without a person", () => {
  test("gets the person to whom an officer gave the character", () => {
    const characters = [character("1", "Annara", { note: CODE, rosterPersonId: "p3" })];
    expect(lines(decide(world({ characters }), [proof("a", "1")]))).toEqual([
      "a proved p3, account",
    ]);
  });

  test("gets a person of automation only with everything that is linked to it", () => {
    const characters = [
      character("1", "Annara", { note: CODE }),
      character("2", "Annalt", { note: "alt of Annara" }),
    ];
    const links = [
      link("character", "1", "p9", { source: "exact_name" }),
      link("character", "2", "p9", { source: "alt_of_note" }),
    ];
    const state = world({ characters, links });
    expect(lines(decide(state, [proof("a", "1")]))).toEqual([
      "a proved new anna, account, ends character-1",
    ]);
    const both = [owned("a", "1"), owned("b", "2")];
    expect(lines(decide(state, both))).toEqual([
      "a proved p9, account, ends character-1",
      "b proved p9, ends character-2",
    ]);
    // An impostor may be called as the account of a person with points.
    expect(lines(decide(state, both, { decided: new Set(["p9"]) }))).toEqual([
      "a proved new anna, account, ends character-1",
      "b proved new anna, ends character-2",
    ]);
  });

  test("proves all characters of an account for one person, in any order of the proofs", () => {
    const characters = ["1", "2", "3"].map((id) => character(id, `Alt${id}`));
    const proofs = [owned("c", "3"), owned("a", "1"), owned("b", "2")];
    const expected = ["a proved new anna, account", "b proved new anna", "c proved new anna"];
    expect(lines(decide(world({ characters }), proofs))).toEqual(expected);
    expect(lines(decide(world({ characters }), proofs.toReversed()))).toEqual(expected);
  });

  test("of two members who both prove a character, the second one waits for officers", () => {
    const characters = [character("1", "Annara")];
    const rival = owned("b", "1", { userId: "bert" });
    expect(lines(decide(world({ characters }), [owned("a", "1"), rival]))).toEqual([
      "a proved new anna, account",
      "b contested taken",
    ]);
  });

  test("uses up a second proof of what is proved already", () => {
    const characters = [character("1", "Annara", { note: CODE })];
    const links = [link("character", "1", "p1", { source: "battlenet" })];
    const accounts = new Map([["anna", "p1"]]);
    expect(lines(decide(world({ characters, links }), [proof("a", "1")], { accounts }))).toEqual([
      "a proved p1, known",
    ]);
  });
});
