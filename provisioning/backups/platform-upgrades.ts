import type { Client } from "../../src/database/client.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { limits } from "../../src/limits.ts";
import { storePlatformCopy } from "./platform.ts";
import type { BackupStore } from "./store.ts";

const FOLDER = "platform-upgrades";

/**
 * Copies the platform's database before a release changes it, reads the copy back and opens it. Keeps the
 * latest of these copies. Returns the key for `backups restore-platform`.
 *
 * @throws {DatabaseError} `corrupt`
 */
export async function copyBeforeUpgrade(
  platform: Client,
  to: { readonly store: BackupStore; readonly scratch: string; readonly now: Clock },
): Promise<string> {
  const key = await storePlatformCopy(platform, { ...to, folder: FOLDER });
  const keys: string[] = [];
  for await (const one of to.store.list(`${FOLDER}/`)) keys.push(one);
  const old = keys.sort().slice(0, -limits.backups.upgradesKept);
  for (const one of old) if (one !== key) await to.store.remove(one);
  return key;
}
