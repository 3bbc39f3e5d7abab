import { Invalid } from "../../../src/kernel/errors.ts";
import type { DeclaredFile } from "../../../src/platform/declared/guild-file.ts";
import { EXIT, type Output, plural } from "../output.ts";
import { type FileError, type Folder, readFolder } from "./reader.ts";

/** Prints what is wrong with the files of a folder. */
export async function validate(out: Output, dir: string): Promise<number> {
  const { count, errors } = await folderOf(dir);
  out.result({ files: count, errors }, () =>
    errors.length === 0
      ? `${plural(count, "file")} checked, and nothing is wrong.`
      : errors.map(lineOf).join("\n"),
  );
  return errors.length === 0 ? EXIT.done : EXIT.failed;
}

/**
 * The files of a folder, for commands that compare or change guilds. One broken file stops them before the
 * first change.
 * @throws {Invalid} `declared/invalid-files`
 */
export async function validFiles(dir: string): Promise<readonly DeclaredFile[]> {
  const { files, errors } = await folderOf(dir);
  if (errors.length === 0) return files;
  const more = errors.length > 1 ? ` There are ${errors.length} faults in all.` : "";
  throw new Invalid("declared/invalid-files", `${lineOf(errors[0]!)}${more} Nothing was changed.`, {
    errors,
    next: [`guildhall declared validate ${dir}`],
  });
}

/** @throws {Invalid} `declared/no-folder` */
async function folderOf(dir: string): Promise<Folder> {
  try {
    return await readFolder(dir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Invalid("declared/no-folder", `The folder ${dir} cannot be read: ${reason}`);
  }
}

function lineOf({ file, line, column, code, message }: FileError): string {
  return `${file}:${line}:${column}: ${code}: ${message}`;
}
