import { strToU8, type Zippable, zipSync } from "fflate";
import { addonFiles } from "./bundle.ts";

/** The same files always give the same bytes, whatever the time is. */
const MTIME = "2026-01-01T00:00:00";

/** Plain files, and programs that Unix may run. */
const MODES = { plain: 0o100644, program: 0o100755 };
const UNIX = 3;

/** An archive of text files by their path. `programs` are those that may be run. */
function archive(
  files: Readonly<Record<string, string>>,
  programs: ReadonlySet<string> = new Set(),
): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [path, text] of Object.entries(files)) {
    const mode = programs.has(path) ? MODES.program : MODES.plain;
    entries[path] = [strToU8(text), { mtime: MTIME, os: UNIX, attrs: (mode << 16) >>> 0 }];
  }
  return zipSync(entries, { level: 9 });
}

/** The addon as a zip of the folder `GuildhallSync`, to unpack into the game's `Interface/AddOns`. */
export function addonArchive(): Uint8Array<ArrayBuffer> {
  return archive(addonFiles);
}
