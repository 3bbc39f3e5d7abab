import type { Writable } from "../../database/write.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { foldName } from "./names.ts";
import { type LineProblem, type PastedCharacter, parseRoster } from "./paste.ts";
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
  readonly id: string;
  readonly person_id: PersonId;
  readonly name_key: string;
  readonly realm_key: string;
  readonly class: string;
  readonly spec: string;
  readonly role: string | null;
}

/** The characters of the guild, by name with realm and by name alone. */
interface Roster {
  readonly exact: ReadonlyMap<string, Known>;
  readonly byName: ReadonlyMap<string, Known>;
}

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

function previewAgainst(roster: Roster, text: string): readonly PreviewLine[] {
  return parseRoster(text, (key) => roster.byName.has(key)).map((line) => {
    if (!line.character) return { ...line, effect: "problem" };
    return { ...line, effect: effectOf(line.character, find(roster, line.character)) };
  });
}

async function statementsFor(
  ctx: GuildContext,
  roster: Roster,
  lines: readonly PreviewLine[],
): Promise<readonly Writable[]> {
  const statements: Writable[] = [];
  const owners = new Map([...roster.byName].map(([name, known]) => [name, known.person_id]));
  const people = await ctx.db.all<{ id: PersonId; name_key: string }>(
    "SELECT id, name_key FROM persons",
  );
  const byName = new Map(people.map((one) => [one.name_key, one.id]));
  // Mains first, so that every alt finds the person it belongs to.
  const ordered = lines.flatMap((one) => (one.character ? [{ ...one, ...one.character }] : []));
  for (const line of ordered.sort(mainsFirst)) {
    const { effect, name, mainName } = line;
    if (effect === "changed") {
      statements.push({
        sql: "UPDATE characters SET class = ?, spec = ?, role = ? WHERE id = ?",
        args: [line.class, line.spec, line.role, find(roster, line)!.id],
      });
    }
    if (effect !== "new") continue;
    const personName = line.person ?? name;
    let owner = mainName === undefined ? byName.get(foldName(personName)) : undefined;
    if (mainName !== undefined) owner = owners.get(foldName(mainName));
    if (owner === undefined) {
      owner = newId<PersonId>();
      statements.push(insertPerson(ctx, owner, personName));
      byName.set(foldName(personName), owner);
    }
    statements.push(insertCharacter(ctx, owner, line));
    if (!owners.has(foldName(name))) owners.set(foldName(name), owner);
  }
  return statements;
}

function mainsFirst(a: PastedCharacter, b: PastedCharacter): number {
  return Number(a.mainName !== undefined) - Number(b.mainName !== undefined);
}

async function rosterOf(ctx: GuildContext): Promise<Roster> {
  const rows = await ctx.db.all<Known>(
    `SELECT id, person_id, name_key, realm_key, class, spec, role FROM characters
     ORDER BY is_main, created_at DESC`,
  );
  return {
    exact: new Map(rows.map((row) => [`${row.name_key}\n${row.realm_key}`, row])),
    // Where two realms have the same name, the main that was there first is meant.
    byName: new Map(rows.map((row) => [row.name_key, row])),
  };
}

/** Who left the realm out, here or there, means the character of this name. */
function find(roster: Roster, { name, realm }: PastedCharacter): Known | undefined {
  const key = foldName(name);
  const found = roster.exact.get(`${key}\n${foldName(realm)}`) ?? roster.exact.get(`${key}\n`);
  return found ?? (realm === "" ? roster.byName.get(key) : undefined);
}

function effectOf(character: PastedCharacter, there: Known | undefined): LineEffect {
  if (!there) return "new";
  const isSame =
    there.class === character.class &&
    there.spec === character.spec &&
    there.role === character.role;
  return isSame ? "unchanged" : "changed";
}

function countOf(lines: readonly PreviewLine[], effect: LineEffect): number {
  return lines.filter((line) => line.effect === effect).length;
}
