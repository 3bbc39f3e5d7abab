import type { DocumentBuilder } from "./builder.ts";
import { type ReadContext, SourceRefused } from "./format.ts";

/**
 * The databases to read of a file with several: the one that the caller named, else all, with a question
 * which one it is. They are never merged.
 * @throws {SourceRefused} `imports/unknown-database`
 */
export function askDatabase<T>(
  builder: DocumentBuilder,
  found: readonly (readonly [name: string, data: T])[],
  context: ReadContext,
): readonly (readonly [name: string, data: T])[] {
  const { database } = context;
  if (database !== undefined) {
    const chosen = found.filter(([name]) => name === database);
    if (chosen.length > 0) return chosen;
    throw new SourceRefused(
      "imports/unknown-database",
      `The file has no database "${database}". It has: ${found.map(([name]) => `"${name}"`).join(", ")}.`,
    );
  }
  if (found.length > 1) {
    builder.questions.push({
      id: "database",
      kind: "database",
      subject: "",
      options: found.map(([name]) => ({ value: name, label: "" })),
    });
  }
  return found;
}
