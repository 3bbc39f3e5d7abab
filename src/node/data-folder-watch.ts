import { fileAt } from "../database/embedded-handles.ts";
import type { Background } from "../kernel/background.ts";
import type { Log } from "../kernel/log.ts";
import { limits } from "../limits.ts";

/**
 * Reports once when one of `paths` has changed since the start: renamed, unmounted or replaced. Reports
 * once more when all of them are back. Until then the databases refuse writes by themselves, and accept
 * them again afterwards.
 */
export function watchDataFolder(
  paths: readonly string[],
  { background, log }: { readonly background: Background; readonly log: Log },
): void {
  const files = new Map(paths.map((path) => [path, fileAt(path)]));
  const isMoved = (path: string) => {
    const now = fileAt(path);
    // A folder that appears after the start, such as that of the first guild.
    if (files.get(path) === undefined) files.set(path, now);
    return files.get(path) !== now;
  };
  let isGone = false;
  background.every("data-folder.look", limits.database.folderCheckEveryMs, () => {
    const moved = paths.find(isMoved);
    if (moved !== undefined && !isGone) log.error("data-folder.gone", { path: moved });
    if (moved === undefined && isGone) log.warn("data-folder.back", { path: paths[0] });
    isGone = moved !== undefined;
  });
}
