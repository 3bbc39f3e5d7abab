import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, readConfig } from "../../../src/config.ts";
import { Invalid } from "../../../src/kernel/errors.ts";
import { storeOf } from "../../../src/node/backup-services.ts";
import { platformFile } from "../../../src/node/data-folder.ts";
import type { NodeServices } from "../../../src/node/services.ts";
import {
  inspectPlatformCopy,
  type PlatformContents,
  type PlatformCopy,
  platformCopiesIn,
  refusePlatformThere,
  restorePlatform,
} from "../../backups/platform.ts";
import { EXIT, Output, plural, table } from "../output.ts";
import { environment } from "../run.ts";
import type { WholeOptions } from "./commands.ts";
import { when } from "./guilds.ts";

/** Copies the platform's own database, or lists its copies. */
export async function copyPlatform(
  services: NodeServices,
  out: Output,
  isListOnly: boolean,
): Promise<number> {
  if (!isListOnly) await services.platformBackups.create();
  const copies = await services.platformBackups.list();
  out.result(copies, () => tableOf(copies));
  return EXIT.done;
}

function tableOf(copies: readonly PlatformCopy[]): string {
  return table(
    ["taken", "key"],
    copies.map(({ key, takenAt }) => [when(takenAt), key]),
  );
}

/**
 * Runs without the platform's services, which would create a new, empty platform. Without a key it
 * lists the copies, because no other command can while there is no platform.
 */
export async function restoreWhole(key: string | undefined, options: WholeOptions): Promise<void> {
  const out = new Output(options);
  try {
    const config = readConfig(environment());
    const store = storeOf(config);
    if (key === undefined) {
      const copies = await platformCopiesIn(store);
      return out.result(copies, () => copiesToChoose(copies));
    }
    const path = placeOf(config);
    if (options.dryRun) {
      await refusePlatformThere(path);
      const scratch = await mkdtemp(join(tmpdir(), "guildhall-look-"));
      try {
        await inspectPlatformCopy(store, key, scratch);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
      const would = `put ${key} where the server looks for its platform`;
      return out.result({ dryRun: true, would }, () => `It would ${would}.`);
    }
    // The folder does not exist on a new machine.
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const restored = await restorePlatform(store, key, path);
    out.result({ path, ...restored }, () => sentencesOf(restored).join("\n"));
    process.exitCode = EXIT.done;
  } catch (error) {
    process.exitCode = out.failure(error);
  }
}

function copiesToChoose(copies: readonly PlatformCopy[]): string {
  const [newest] = copies;
  if (newest === undefined) return "The backup store has no copy of a platform.";
  return `${tableOf(copies)}\n\nTry:   guildhall backups restore-platform ${newest.key}`;
}

/** Where the server looks. @throws {Invalid} `backup/platform-not-a-file` */
function placeOf({ platformDatabaseUrl: url, dataDir }: Config): string {
  if (url === undefined) return platformFile(resolve(dataDir));
  if (url.startsWith("file:")) return fileURLToPath(url);
  throw new Invalid(
    "backup/platform-not-a-file",
    "PLATFORM_DATABASE_URL says that the platform is on a server, and this command makes a file. " +
      "Unset it to restore into DATA_DIR.",
  );
}

function sentencesOf({ rows, pending, oldPlaces }: PlatformContents): readonly string[] {
  const [guilds, accounts] = [
    plural(rows["guilds"] ?? 0, "guild"),
    plural(rows["users"] ?? 0, "account"),
  ];
  const isOlder = pending.length > 0 || oldPlaces > 0;
  const next = ["backups find --all", "migrate verify", "sweep"];
  const [first, ...others] = isOlder ? ["migrate platform", ...next] : next;
  return [
    `Restored: ${guilds}, ${accounts}.`,
    ...(isOlder
      ? [
          "An older release made this copy. Start that release, or bring the copy to this one first.",
        ]
      : []),
    `Try:   guildhall ${first}`,
    ...others.map((command) => `       guildhall ${command}`),
  ];
}
