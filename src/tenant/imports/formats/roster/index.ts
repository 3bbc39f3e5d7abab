import { limits } from "../../../../limits.ts";
import { classFrom, roleFrom, specFrom } from "../../../roster/classes.ts";
import { isRosterHeader, parseRoster } from "../../../roster/paste.ts";
import { DocumentBuilder } from "../builder.ts";
import type { ImportFormat } from "../format.ts";
import { HEADER_CHARS, hasColumns, headerOf, tableRows } from "../table.ts";
import { lineFrom } from "../text.ts";

/** A roster as the game or a sheet lists it: name, class and, if known, spec, role, main and realm. */
export const roster: ImportFormat = {
  detect: (text) => isRosterHeader(headerOf(text.slice(0, HEADER_CHARS)).names),
  read: (text, context) => {
    const builder = new DocumentBuilder(context);
    for (const { line, text: source, problems, character, person } of parseRoster(
      withOneSeparator(text),
    )) {
      if (character === undefined || problems.length > 0) {
        if (person !== undefined && problems.length === 0) builder.person(person);
        else if (problems.length > 0) {
          builder.add("person", `line ${line}`, source, { name: "" }, problems[0]);
        }
        continue;
      }
      const { name, realm, class: classId, spec, role, mainName } = character;
      builder.player(name, {
        realm,
        class: classId,
        spec,
        role,
        owner: character.person ?? (mainName || undefined),
        isMain: mainName === undefined,
      });
    }
    return builder.document({ format: "roster", source: "roster" });
  },
};

/** A guild's own sheet: a character for each line, and the Discord name of its player. */
export const sheet: ImportFormat = {
  detect: (text) => hasColumns(text, "discord", "character"),
  read: (text, context) => {
    const builder = new DocumentBuilder(context);
    for (const { cells } of tableRows(text)) {
      const classId = classFrom(lineFrom(cells["class"], 40));
      const spec = classId && specFrom(classId, lineFrom(cells["spec"], 40));
      builder.player(cells["character"], {
        owner: lineFrom(cells["discord"], limits.roster.nameCharsMax) || undefined,
        class: classId,
        spec: spec?.name,
        role: roleFrom(cells["role"] ?? "") ?? spec?.role,
        isMain: !/^alt/i.test(cells["mainalt"] ?? ""),
      });
    }
    return builder.document({ format: "sheet", source: "sheet" });
  },
};

/** Some tools write a header with commas above lines with semicolons. */
function withOneSeparator(text: string): string {
  const [header = "", second = ""] = text.split(/\r?\n/, 2);
  const isMixed = !header.includes(";") && second.includes(";") && !second.includes(",");
  return isMixed ? header.replaceAll(",", ";") + text.slice(header.length) : text;
}
