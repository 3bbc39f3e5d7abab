import type { Writable } from "../../database/write.ts";
import { type CharacterId, newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { foldName } from "./names.ts";
import { type LineProblem, type PastedCharacter, type PastedLine, parseRoster } from "./paste.ts";
import type { RaidRole } from "./schema.ts";
import { insertCharacter, insertPerson, writeUnique } from "./service.ts";

export type LineEffect = "new" | "changed" | "unchanged" | "problem";

/** What importing would do with one line. */
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

interface Known {
  readonly id: CharacterId;
  readonly person_id: PersonId;
  readonly name_key: string;
  readonly realm_key: string;
  readonly class: string;
  readonly spec: string;
  readonly role: RaidRole | null;
}

/** The characters of the guild by folded name. Of two with one name, the one meant first. */
type Roster = ReadonlyMap<string, readonly Known[]>;

/** A line that is good, the character it means, and what that character will be. */
type Matched = PreviewLine & { readonly character: PastedCharacter; readonly there?: Known };

/** What each line of a pasted roster would change. Changes nothing. */
export async function previewRoster(
  ctx: GuildContext,
  text: string,
): Promise<readonly PreviewLine[]> {
  allow(ctx, "roster.manage");
  return previewAgainst(await rosterOf(ctx), text);
}

/**
 * Takes over every good line, all of them or none. The same text again changes nothing. A character
 * that is in the guild already is changed, never taken from its person.
 * @throws {Conflict} `roster/name-taken` when somebody added one of the names at this moment.
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
 * Which character each line means: the one of its name and realm; else, where the realm was left
 * out here or there, one of its name that no other line means. So no two lines pull at one character.
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
    return [{ line, name_key: foldName(name), realm_key: foldName(realm) }];
  });
  for (const one of named) claim(one.line, exact.get(placeOf(one)));
  // How many of each name are known to be taken: each is looked at once, not once for each line.
  const passed = new Map<string, number>();
  for (const { line, name_key, realm_key } of named) {
    if (found.has(line)) continue;
    if (realm_key !== "") {
      claim(line, exact.get(placeOf({ name_key, realm_key: "" })));
      continue;
    }
    const known = roster.get(name_key) ?? [];
    let next = passed.get(name_key) ?? 0;
    while (next < known.length && taken.has(known[next]!)) next++;
    passed.set(name_key, next);
    claim(line, known[next]);
  }
  return found;
}

function placeOf({ name_key, realm_key }: Pick<Known, "name_key" | "realm_key">): string {
  return `${name_key}\n${realm_key}`;
}

async function statementsFor(
  ctx: GuildContext,
  roster: Roster,
  lines: readonly (PreviewLine | Matched)[],
): Promise<readonly Writable[]> {
  const statements: Writable[] = [];
  const owners = new Map([...roster].map(([name, [known]]) => [name, known!.person_id]));
  const people = await ctx.db.all<{ id: PersonId; name_key: string }>(
    "SELECT id, name_key FROM persons",
  );
  const byName = new Map(people.map((one) => [one.name_key, one.id]));
  for (const line of mainsFirst(lines)) {
    const { name, mainName, person, ...character } = line.character;
    if (line.effect === "changed") {
      statements.push({
        sql: "UPDATE characters SET class = ?, spec = ?, role = ? WHERE id = ?",
        args: [character.class, character.spec, character.role, line.there!.id],
      });
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

/** Every character after the one it is an alt of, so that it finds the person it belongs to. */
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
    // Alts of each other cannot wait; whichever stands first is the main then.
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
  // Where two realms have the same name, the main that was there first is meant.
  const rows = await ctx.db.all<Known>(
    `SELECT id, person_id, name_key, realm_key, class, spec, role FROM characters
     ORDER BY is_main DESC, created_at, id`,
  );
  return Map.groupBy(rows, (row) => row.name_key);
}

/** What a line leaves out stays as it is known, unless it belonged to another class. */
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
