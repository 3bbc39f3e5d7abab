import { eq } from "drizzle-orm";
import { build, insertAll } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { foldName } from "./names.ts";
import type { LineProblem, PastedCharacter } from "./paste.ts";
import {
  type KnownCharacter,
  type KnownRoster,
  type Owner,
  type PlannedLine,
  planRoster,
  valid,
} from "./plan.ts";
import { allCharacters, allPeople } from "./queries.ts";
import { characters, persons } from "./schema.ts";
import { characterRow, personRow, writeUnique } from "./service.ts";

type LineEffect = "new" | "changed" | "unchanged" | "problem";

/** The effect of an import on one line. */
export interface PreviewLine {
  readonly line: number;
  readonly text: string;
  readonly effect: LineEffect;
  readonly problems: readonly LineProblem[];
  readonly character?: PastedCharacter;
  /** On a line without a character: the name of its person. */
  readonly person?: string;
}

export interface ImportReport {
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly problems: number;
}

/** Returns the effect of each line of a pasted roster. Writes nothing. */
export async function previewRoster(
  ctx: GuildContext,
  text: string,
): Promise<readonly PreviewLine[]> {
  allow(ctx, "roster.manage");
  return importOf(await rosterOf(ctx), text).preview;
}

/**
 * Imports all valid lines in one transaction. Importing the same text again changes nothing. A character
 * moves to the person whom its line names, by a main or by a name.
 * @throws {Conflict} `roster/name-taken` if one of the names was added at the same time.
 */
export async function importRoster(ctx: GuildContext, text: string): Promise<ImportReport> {
  allow(ctx, "roster.manage");
  const plan = importOf(await rosterOf(ctx), text);
  const count = (effect: LineEffect) =>
    plan.preview.filter((line) => line.effect === effect).length;
  const report = {
    new: count("new"),
    changed: count("changed"),
    unchanged: count("unchanged"),
    problems: count("problem"),
  };
  const statements = statementsFor(ctx, plan);
  if (statements.length === 0) return report;
  await writeUnique(ctx, [
    ...statements,
    record(ctx, "roster.import", "roster", { after: report }),
  ]);
  return report;
}

async function rosterOf(ctx: GuildContext): Promise<KnownRoster> {
  const [people, all] = await Promise.all([allPeople.all(ctx.db), allCharacters.all(ctx.db)]);
  // The two reads are no snapshot: a person may be added or removed between them.
  const ids = new Set(people.map(({ id }) => id));
  return { people, characters: all.filter(({ personId }) => ids.has(personId)) };
}

/** A character of the guild, before and after the import. */
interface Change {
  readonly there: KnownCharacter;
  readonly owner: Owner;
  readonly isMain: boolean;
  readonly character?: PastedCharacter;
}

interface ImportPlan {
  readonly preview: readonly PreviewLine[];
  readonly changes: readonly Change[];
  /** Lines with a character or a person that the import adds, with mains first. */
  readonly added: readonly PlannedLine[];
  /** The lines with a character that becomes the main of its person. */
  readonly addedMains: ReadonlySet<PlannedLine>;
}

function importOf(roster: KnownRoster, text: string): ImportPlan {
  const lines = planRoster(text, roster);
  const mains = mainsAfter(roster, lines);
  const byThere = new Map(
    lines.flatMap((line) => (line.there && valid(line) ? [[line.there, line] as const] : [])),
  );
  const ids = new Map(
    roster.people.map((known): [PersonId, Owner] => [known.id, { known, name: known.name }]),
  );
  const changes = new Map<KnownCharacter, Change>();
  for (const there of roster.characters) {
    const line = byThere.get(there);
    const owner = line?.owner ?? ids.get(there.personId)!;
    const main = mains.get(keyOf(owner));
    const isMain = main === undefined ? there.isMain : main === there;
    const character = line && withKnown(line.pasted.character!, there);
    const change = { there, owner, isMain, ...(character && { character }) };
    if (isChanged(change)) changes.set(there, change);
  }
  const added = lines.filter((line) => effectOf(line, changes) === "new");
  const addedMains = new Set(added.filter((line) => line === mains.get(keyOf(line.owner!))));
  return {
    preview: lines.map((line) => previewOf(line, effectOf(line, changes))),
    changes: [...changes.values()],
    added: added.toSorted((a, b) => Number(addedMains.has(b)) - Number(addedMains.has(a))),
    addedMains,
  };
}

function effectOf(line: PlannedLine, changes: ReadonlyMap<KnownCharacter, Change>): LineEffect {
  if (line.problems.length > 0) return "problem";
  if (line.there) return changes.has(line.there) ? "changed" : "unchanged";
  return line.pasted.character || !line.owner?.known ? "new" : "unchanged";
}

function previewOf({ pasted, problems, there }: PlannedLine, effect: LineEffect): PreviewLine {
  const { character, ...rest } = pasted;
  if (effect === "problem" || !character) return { ...rest, problems, effect };
  return { ...rest, effect, character: there ? withKnown(character, there) : character };
}

/** A person of the guild by id, a new one by itself. */
function keyOf({ known, name }: Owner): string {
  return known ? known.id : `new ${foldName(name)}`;
}

/**
 * The main of each person whose characters the lines name. A line that says "main" decides. Otherwise the
 * main stays, unless its own line calls it the alt of another character.
 */
function mainsAfter(
  roster: KnownRoster,
  lines: readonly PlannedLine[],
): ReadonlyMap<string, KnownCharacter | PlannedLine> {
  const named = lines.filter((line) => valid(line));
  const lineOf = new Map(
    named.flatMap((line) => (line.there ? [[line.there, line] as const] : [])),
  );
  const touched = new Set(named.flatMap(({ owner, there }) => [keyOf(owner!), there?.personId]));
  const stayed = roster.characters.filter((one) => touched.has(one.personId));
  const members = Map.groupBy<string, KnownCharacter | PlannedLine>(
    [...stayed.filter((one) => ownerKey(one) === one.personId), ...named.filter(isNewHere)],
    (one) => ("pasted" in one ? keyOf(one.owner!) : one.personId),
  );
  return new Map([...members].map(([key, all]) => [key, known(mainAmong(all))]));

  function ownerKey(one: KnownCharacter): string {
    const line = lineOf.get(one);
    return line ? keyOf(line.owner!) : one.personId;
  }
  function isNewHere({ owner, there }: PlannedLine): boolean {
    return there === undefined || keyOf(owner!) !== there.personId;
  }
  function line(one: KnownCharacter | PlannedLine): PlannedLine | undefined {
    if (!("pasted" in one)) return lineOf.get(one);
    return one.problems.length === 0 ? one : undefined;
  }
  function known(one: KnownCharacter | PlannedLine): KnownCharacter | PlannedLine {
    return "pasted" in one ? (one.there ?? one) : one;
  }
  function mainAmong(all: readonly (KnownCharacter | PlannedLine)[]) {
    const said = all.find((one) => line(one)?.pasted.character?.isMain);
    if (said) return said;
    const current = all.find((one) => !("pasted" in one) && one.isMain);
    let main = current ?? all.find((one) => line(one)?.main === undefined) ?? all[0]!;
    for (let next = line(main)?.main; next !== undefined; next = line(main)?.main) main = next;
    return main;
  }
}

function isChanged({ there, owner, isMain, character }: Change): boolean {
  if (owner.known?.id !== there.personId || isMain !== there.isMain) return true;
  if (!character) return false;
  return (
    there.class !== character.class ||
    there.spec !== character.spec ||
    there.role !== character.role ||
    realmKey(there.realm) !== realmKey(character.realm)
  );
}

function statementsFor(ctx: GuildContext, plan: ImportPlan): readonly Writable[] {
  const added = new Map<string, PersonId>();
  const people: ReturnType<typeof personRow>[] = [];
  const idOf = (owner: Owner): PersonId => {
    if (owner.known) return owner.known.id;
    const key = keyOf(owner);
    const id = added.get(key) ?? newId<PersonId>();
    if (!added.has(key)) people.push(personRow(ctx, id, owner.name));
    added.set(key, id);
    return id;
  };
  const { changes } = plan;
  const demoted = changes.filter(({ there }) => there.isMain);
  const update = ({ there }: Change, values: Partial<typeof characters.$inferInsert>) =>
    build.update(characters).set(values).where(eq(characters.id, there.id));
  // A person has one main at any time, so mains step down before others step up.
  const changed = [
    ...demoted.map((one) => update(one, { isMain: false })),
    ...changes.map((one) => update(one, { ...valuesOf(one), personId: idOf(one.owner) })),
    ...changes.filter(({ isMain }) => isMain).map((one) => update(one, { isMain: true })),
    ...changes.flatMap(({ there, owner }) => {
      const personId = idOf(owner);
      if (personId === there.personId) return [];
      const before = { personId: there.personId };
      return [record(ctx, "character.move", there.id, { before, after: { personId } })];
    }),
  ];
  const inserted = plan.added.flatMap((line) => {
    const personId = idOf(line.owner!);
    const { character } = line.pasted;
    const isMain = plan.addedMains.has(line);
    return character ? [{ ...characterRow(ctx, personId, character), isMain }] : [];
  });
  // One statement for all rows: a thousand of them would hold up the requests of other guilds.
  return [
    ...(people.length > 0 ? [insertAll(persons, people)] : []),
    ...changed,
    ...(inserted.length > 0 ? [insertAll(characters, inserted)] : []),
  ];
}

function valuesOf({ character }: Change) {
  if (!character) return {};
  const { class: classId, spec, role, realm } = character;
  return { class: classId, spec, role, realm, realmKey: realmKey(realm) };
}

/** Fills in what the line leaves out: the realm as the guild writes it and, for the same class, the rest. */
function withKnown(character: PastedCharacter, there: KnownCharacter): PastedCharacter {
  const isSame = character.class === there.class;
  return {
    ...character,
    realm: there.realm || character.realm,
    spec: character.spec || (isSame ? there.spec : ""),
    role: character.role ?? (isSame ? there.role : null),
  };
}
