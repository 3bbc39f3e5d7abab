import { fileAt } from "../database/embedded-handles.ts";
import type { Background } from "../kernel/background.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";

/**
 * Tells once when one of `paths` is not what it was when this began: renamed, unmounted or replaced
 * while the server runs; and once when all of them are back. Writes are refused meanwhile by the
 * databases themselves, and go on by themselves.
 */
export function watchDataFolder(
  paths: readonly string[],
  { background, log }: { readonly background: Background; readonly log: Log },
): void {
  const files = paths.map((path) => [path, fileAt(path)] as const);
  let isGone = false;
  background.every("data-folder.look", limits.database.folderCheckEveryMs, () => {
    const moved = files.find(([path, file]) => fileAt(path) !== file)?.[0];
    if (moved !== undefined && !isGone) log.error("data-folder.gone", { path: moved });
    if (moved === undefined && isGone) log.warn("data-folder.back", { path: paths[0] });
    isGone = moved !== undefined;
  });
}
