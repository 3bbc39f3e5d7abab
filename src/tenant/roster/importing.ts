import type { Writable } from "../../database/write.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { foldName } from "./classes.ts";
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
  readonly class: string;
  readonly spec: string;
  readonly role: string | null;
}

/** What each line of a pasted roster would change. Changes nothing. */
export async function previewRoster(
  ctx: GuildContext,
  text: string,
): Promise<readonly PreviewLine[]> {
  allow(ctx, "roster.manage");
  const known = await knownCharacters(ctx);
  return parseRoster(text).map((line) => {
    if (!line.character) return { ...line, effect: "problem" };
    const there = known.get(foldName(line.character.name));
    return { ...line, effect: effectOf(line.character, there) };
  });
}

/**
 * Takes over every good line, all of them or none. The same text again changes nothing. A character
 * that is in the guild already is changed, never taken from its person.
 */
export async function importRoster(ctx: GuildContext, text: string): Promise<ImportReport> {
  const lines = await previewRoster(ctx, text);
  const report = {
    new: countOf(lines, "new"),
    changed: countOf(lines, "changed"),
    unchanged: countOf(lines, "unchanged"),
    problems: countOf(lines, "problem"),
  };
  const statements = await statementsFor(ctx, lines);
  if (statements.length === 0) return report;
  await writeUnique(ctx, [
    ...statements,
    record(ctx, "roster.import", "roster", { after: report }),
  ]);
  return report;
}

async function statementsFor(
  ctx: GuildContext,
  lines: readonly PreviewLine[],
): Promise<readonly Writable[]> {
  const statements: Writable[] = [];
  const owners = new Map<string, PersonId>();
  for (const known of (await knownCharacters(ctx)).values())
    owners.set(known.name_key, known.person_id);
  const people = await ctx.db.all<{ id: PersonId; name_key: string; mains: number }>(
    `SELECT p.id, p.name_key, (SELECT count(*) FROM characters c
       WHERE c.person_id = p.id AND c.is_main = 1) AS mains FROM persons p`,
  );
  const byName = new Map(people.map((one) => [one.name_key, one]));
  const wanted = lines.flatMap(({ effect, character }) =>
    character && effect !== "problem" && effect !== "unchanged" ? [{ effect, character }] : [],
  );
  // Mains first, so that every alt finds the person it belongs to.
  for (const { effect, character } of wanted.sort(mainsFirst)) {
    const key = foldName(character.name);
    if (effect === "changed") {
      statements.push({
        sql: "UPDATE characters SET class = ?, spec = ?, role = ? WHERE name_key = ?",
        args: [character.class, character.spec, character.role, key],
      });
    } else if (character.mainName !== undefined) {
      const owner = owners.get(foldName(character.mainName))!;
      statements.push(insertCharacter(ctx, owner, character, false));
    } else {
      const there = byName.get(key);
      const owner = there?.id ?? newId<PersonId>();
      if (!there) statements.push(insertPerson(ctx, owner, character.name));
      statements.push(insertCharacter(ctx, owner, character, (there?.mains ?? 0) === 0));
      owners.set(key, owner);
    }
  }
  return statements;
}

function mainsFirst(a: { character: PastedCharacter }, b: { character: PastedCharacter }): number {
  return Number(a.character.mainName !== undefined) - Number(b.character.mainName !== undefined);
}

async function knownCharacters(ctx: GuildContext): Promise<ReadonlyMap<string, Known>> {
  const rows = await ctx.db.all<Known>(
    "SELECT id, person_id, name_key, class, spec, role FROM characters WHERE realm_key = ''",
  );
  return new Map(rows.map((row) => [row.name_key, row]));
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
