import { strToU8, type Zippable, zipSync } from "fflate";
import { addonFiles, companionFiles } from "./bundle.ts";

/** The same files always give the same bytes, whatever the time is. */
const MTIME = "2026-01-01T00:00:00";

/** Plain files, and programs that Unix may run. */
const MODES = { plain: 0o100644, program: 0o100755 };
const UNIX = 3;
const PROGRAM = /\.(command|sh)$/;

/** Where a downloaded companion sends exports. */
export interface CompanionTarget {
  readonly server: string;
  readonly guild: string;
}

/** The addon as a zip of the folder `GuildhallSync`, to unpack into the game's `Interface/AddOns`. */
export function addonArchive(): Uint8Array<ArrayBuffer> {
  return archive("GuildhallSync", addonFiles);
}

/** The companion as a zip, with the server and the guild in its settings. It holds no key. */
export function companionArchive({ server, guild }: CompanionTarget): Uint8Array<ArrayBuffer> {
  const settings = `${JSON.stringify({ server, guild, folder: "" }, null, 2)}\n`;
  return archive("guildhall-companion", { ...companionFiles, "settings.json": settings });
}

function archive(folder: string, files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [name, text] of Object.entries(files)) {
    const mode = PROGRAM.test(name) ? MODES.program : MODES.plain;
    entries[`${folder}/${name}`] = [
      strToU8(text),
      { mtime: MTIME, os: UNIX, attrs: (mode << 16) >>> 0 },
    ];
  }
  return zipSync(entries, { level: 9 });
}
