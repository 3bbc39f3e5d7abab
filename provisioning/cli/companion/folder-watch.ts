import { type FSWatcher, watch } from "node:fs";
import { basename } from "node:path";
import { processBackground } from "../../../src/kernel/background.ts";
import { type Pause, pause } from "../../../src/kernel/concurrency.ts";
import { EXPORT_FILE } from "./game-files.ts";

/**
 * Waits for changes below some folders. A folder that the system cannot watch is left to the caller's
 * time limit.
 */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #pause: Pause | undefined;
  #hasChanged = false;

  /** Watches these folders and no others from now on. */
  follow(folders: readonly string[]): void {
    for (const [path, watcher] of this.#watchers) {
      if (folders.includes(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
    for (const path of folders) if (!this.#watchers.has(path)) this.#start(path);
  }

  /** Resolves at the next change, or after `ms`. A change since the last wait counts. */
  async changed(ms: number): Promise<void> {
    if (!this.#hasChanged) {
      this.#pause = pause(ms);
      await this.#pause.over;
      this.#pause = undefined;
    }
    this.#hasChanged = false;
  }

  /** Ends the wait. */
  wake(): void {
    this.#hasChanged = true;
    this.#pause?.end();
  }

  close(): void {
    this.follow([]);
  }

  #start(path: string): void {
    // Beside the addon's file, the game writes many others at every logout.
    const isOfFiles = basename(path) === "SavedVariables";
    try {
      const watcher = watch(path, { persistent: false });
      this.#watchers.set(path, watcher);
      processBackground.listen(watcher, "change", (_kind: string, name: string | Buffer | null) => {
        if (!isOfFiles || name === null || String(name).startsWith(EXPORT_FILE)) this.wake();
      });
      processBackground.listen(watcher, "error", () => {
        watcher.close();
        this.#watchers.delete(path);
      });
    } catch {
      // It has gone, or the system has no more watches. The next pass lists it again.
    }
  }
}
