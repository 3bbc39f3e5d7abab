import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A separate small disk that can be filled, and emptied again. */
export interface SmallDisk extends Disposable {
  readonly dir: string;
  /** Writes until the last byte is taken. */
  fill(): Promise<void>;
  /** Frees the space that `fill` took. */
  free(): Promise<void>;
}

async function fillWith(file: FileHandle, block: Buffer): Promise<void> {
  for (;;) {
    try {
      const { bytesWritten } = await file.write(block);
      if (bytesWritten < block.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") return;
      throw error;
    }
  }
}

/** Undefined where no disk can be mounted, which needs root on Linux. Prints so. */
export function smallDisk(sizeBytes: number): SmallDisk | undefined {
  const dir = mkdtempSync(join(tmpdir(), "guildhall-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", dir], {
      stdio: "ignore",
    });
  } catch {
    rmSync(dir, { recursive: true });
    console.log("Skipped: a small disk needs the right to mount one (root on Linux).");
    return undefined;
  }
  const filler = join(dir, "filler");
  return {
    dir,
    fill: async () => {
      const file = await open(filler, "a");
      for (const size of [1024 * 1024, 4096]) await fillWith(file, Buffer.alloc(size));
      await file.close();
    },
    free: () => rm(filler),
    [Symbol.dispose]: () => {
      // A process that still has a file open there keeps the mount until it ends.
      execFileSync("umount", ["-l", dir]);
      rmSync(dir, { recursive: true });
    },
  };
}
