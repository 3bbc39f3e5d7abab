import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readConfig } from "../../src/config.ts";
import { storeOf } from "../../src/node/backup-services.ts";
import type { NodeServices } from "../../src/node/services.ts";
import { refusePlatformThere, restorePlatform } from "../backups/platform.ts";
import type { WholeOptions } from "./backups.ts";
import { when } from "./backups-guilds.ts";
import { EXIT, Output, table } from "./output.ts";
import { environment } from "./run.ts";

/** Copies the platform's own database, or lists its copies. */
export async function copyPlatform(
  services: NodeServices,
  out: Output,
  isListOnly: boolean,
): Promise<number> {
  if (!isListOnly) await services.platformBackups.create();
  const copies = await services.platformBackups.list();
  out.result(copies, () =>
    table(
      ["taken", "key"],
      copies.map(({ key, takenAt }) => [when(takenAt), key]),
    ),
  );
  return EXIT.done;
}

/** Runs without the platform's services, which would create a new, empty platform. */
export async function restoreWhole(key: string, options: WholeOptions): Promise<void> {
  const out = new Output(options);
  try {
    const config = readConfig(environment());
    const path = join(resolve(config.dataDir), "platform.db");
    if (options.dryRun) {
      await refusePlatformThere(path);
      const would = `put ${key} where the server looks for its platform`;
      return out.result({ dryRun: true, would }, () => `It would ${would}.`);
    }
    // The folder does not exist on a new machine.
    await mkdir(resolve(config.dataDir), { recursive: true, mode: 0o700 });
    const rows = await restorePlatform(storeOf(config), key, path);
    out.result({ path, rows }, () =>
      [
        `${rows["guilds"] ?? 0} guilds and ${rows["users"] ?? 0} accounts are back.`,
        "Try:   guildhall backups find --all",
        "       guildhall migrate verify",
        "       guildhall sweep",
      ].join("\n"),
    );
    process.exitCode = EXIT.done;
  } catch (error) {
    process.exitCode = out.failure(error);
  }
}
