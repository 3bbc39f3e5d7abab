import { eq } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { foldName } from "./names.ts";
import { type LineProblem, type PastedCharacter, type PastedLine, parseRoster } from "./paste.ts";
import { allCharacters, personNames } from "./queries.ts";
import { characters } from "./schema.ts";
import { insertCharacter, insertPerson, writeUnique } from "./service.ts";

export type LineEffect = "new" | "changed" | "unchanged" | "problem";

/** The effect of an import on one line. */
export interface PreviewLine {
  readonly line: number;
  readonly text: string;
  readonly effect: LineEffect;
  readonly problems: readonly LineProblem[];
  readonly character?: PastedCharacter;
}

export interface ImportReport {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: number;
}

type Known = Awaited<ReturnType<typeof allCharacters.all>>[number];

/** The characters of the guild by folded name. If several have one name, the first is preferred. */
type Roster = ReadonlyMap<string, readonly Known[]>;

/** A valid line, its character after the import, and the character that it changes. */
type Matched = PreviewLine & { readonly character: PastedCharacter; readonly there?: Known };

/** Returns the effect of each line of a pasted roster. Writes nothing. */
export async function previewRoster(
  ctx: GuildContext,
  text: string,
): Promise<readonly PreviewLine[]> {
  allow(ctx, "roster.manage");
  return previewAgainst(await rosterOf(ctx), text);
}

/**
 * Imports all valid lines in one transaction. Importing the same text again changes nothing. An existing
 * character is changed and stays with its person.
 * @throws {Conflict} `roster/name-taken` if one of the names was added at the same time.
 */
export async function importRoster(ctx: GuildContext, text: string): Promise<ImportReport> {
  allow(ctx, "roster.manage");
  const roster = await rosterOf(ctx);
  const lines = previewAgainst(roster, text);
  const report = {
    new: countOf(lines, "new"),
    changed: countOf(lines, "changed"),
    unchanged: countOf(lines, "unchanged"),
    problems: countOf(lines, "problem"),
  };
  const statements = await statementsFor(ctx, roster, lines);
  if (statements.length === 0) return report;
  await writeUnique(ctx, [
    ...statements,
    record(ctx, "roster.import", "roster", { after: report }),
  ]);
  return report;
}

function previewAgainst(roster: Roster, text: string): readonly (PreviewLine | Matched)[] {
  const read = parseRoster(text, (key) => roster.has(key));
  const claimed = claims(roster, read);
  return read.map((line): PreviewLine | Matched => {
    if (!line.character) return { ...line, effect: "problem" };
    const there = claimed.get(line);
    if (there) {
      const character = withKnown(line.character, there);
      return {
        ...line,
        character,
        there,
        effect: isSame(character, there) ? "unchanged" : "changed",
      };
    }
    const { character, ...rest } = line;
    const isTaken = character.realm === "" && roster.has(foldName(character.name));
    return isTaken
      ? { ...rest, effect: "problem", problems: ["twice"] }
      : { ...line, effect: "new" };
  });
}

/**
 * Matches each line to a character of the guild, and no two lines to the same one. A character with the
 * line's name and realm comes first. If the line or the character has no realm, the name alone decides.
 */
function claims(roster: Roster, lines: readonly PastedLine[]): ReadonlyMap<PastedLine, Known> {
  const found = new Map<PastedLine, Known>();
  const taken = new Set<Known>();
  const claim = (line: PastedLine, known: Known | undefined) => {
    if (known === undefined || taken.has(known)) return;
    found.set(line, known);
    taken.add(known);
  };
  const exact = new Map([...roster.values()].flat().map((one) => [placeOf(one), one]));
  const named = lines.flatMap((line) => {
    if (!line.character) return [];
    const { name, realm } = line.character;
    return [{ line, nameKey: foldName(name), realmKey: foldName(realm) }];
  });
  for (const one of named) claim(one.line, exact.get(placeOf(one)));
  // How many characters of each name are matched already. This keeps the work linear in the lines.
  const passed = new Map<string, number>();
  for (const { line, nameKey, realmKey } of named) {
    if (found.has(line)) continue;
    if (realmKey !== "") {
      claim(line, exact.get(placeOf({ nameKey, realmKey: "" })));
      continue;
    }
    const known = roster.get(nameKey) ?? [];
    let next = passed.get(nameKey) ?? 0;
    while (next < known.length && taken.has(known[next]!)) next++;
    passed.set(nameKey, next);
    claim(line, known[next]);
  }
  return found;
}

function placeOf({ nameKey, realmKey }: Pick<Known, "nameKey" | "realmKey">): string {
  return `${nameKey}\n${realmKey}`;
}

async function statementsFor(
  ctx: GuildContext,
  roster: Roster,
  lines: readonly (PreviewLine | Matched)[],
): Promise<readonly Writable[]> {
  const statements: Writable[] = [];
  const owners = new Map([...roster].map(([name, [known]]) => [name, known!.personId]));
  const people = await personNames.all(ctx.db);
  const byName = new Map(people.map((one) => [one.nameKey, one.id]));
  for (const line of mainsFirst(lines)) {
    const { name, mainName, person, ...character } = line.character;
    if (line.effect === "changed") {
      const { class: classId, spec, role } = character;
      statements.push(
        build
          .update(characters)
          .set({ class: classId, spec, role })
          .where(eq(characters.id, line.there!.id)),
      );
    }
    if (line.effect !== "new") continue;
    const personName = person ?? name;
    let owner = mainName === undefined ? undefined : owners.get(foldName(mainName));
    owner ??= byName.get(foldName(personName));
    if (owner === undefined) {
      owner = newId<PersonId>();
      statements.push(insertPerson(ctx, owner, personName));
      byName.set(foldName(personName), owner);
    }
    statements.push(insertCharacter(ctx, owner, line.character));
    if (!owners.has(foldName(name))) owners.set(foldName(name), owner);
  }
  return statements;
}

/** Sorts alts after their mains, so that the person of the main exists when the alt is added. */
function mainsFirst(lines: readonly (PreviewLine | Matched)[]): readonly Matched[] {
  const all = lines
    .filter((line): line is Matched => line.character !== undefined)
    .map((line, index) => ({
      line,
      index,
      name: foldName(line.character.name),
      main: line.character.mainName === undefined ? undefined : foldName(line.character.mainName),
      isSorted: false,
    }));
  const left = new Map<string, number>();
  for (const { name } of all) left.set(name, (left.get(name) ?? 0) + 1);
  const waiting = Map.groupBy(all, ({ main }) => main);
  const sorted: Matched[] = [];
  let ready = all.filter(({ main }) => main === undefined || !left.has(main));
  for (let first = 0; ; ) {
    // Of characters that name each other as their main, the first one becomes the main.
    while (first < all.length && all[first]!.isSorted) first++;
    if (ready.length === 0 && first === all.length) return sorted;
    const next: typeof all = [];
    for (const one of ready.length > 0 ? ready : [all[first]!]) {
      if (one.isSorted) continue;
      one.isSorted = true;
      sorted.push(one.line);
      left.set(one.name, left.get(one.name)! - 1);
      if (left.get(one.name) === 0) next.push(...(waiting.get(one.name) ?? []));
    }
    ready = next.filter(({ isSorted }) => !isSorted).sort((a, b) => a.index - b.index);
  }
}

async function rosterOf(ctx: GuildContext): Promise<Roster> {
  return Map.groupBy(await allCharacters.all(ctx.db), (row) => row.nameKey);
}

/** Fills in spec and role from the existing character, unless the class changes. */
function withKnown(character: PastedCharacter, there: Known): PastedCharacter {
  if (character.class !== there.class) return character;
  return {
    ...character,
    spec: character.spec || there.spec,
    role: character.role ?? there.role,
  };
}

function isSame(character: PastedCharacter, there: Known): boolean {
  return (
    there.class === character.class &&
    there.spec === character.spec &&
    there.role === character.role
  );
}

function countOf(lines: readonly PreviewLine[], effect: LineEffect): number {
  return lines.filter((line) => line.effect === effect).length;
}
