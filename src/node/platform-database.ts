import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { copyBeforeUpgrade } from "../../provisioning/backups/platform-upgrades.ts";
import type { BackupStore } from "../../provisioning/backups/store.ts";
import { isGuildDatabaseName } from "../../provisioning/hosts/host.ts";
import {
  ensureRemotePlatform,
  isRemotePlatformThere,
  migratePlatform,
  openRemotePlatform,
  type PlatformState,
  platformStateOf,
} from "../../provisioning/platform.ts";
import {
  platformBehind,
  platformLost,
  platformNotFound,
  platformThere,
} from "../../provisioning/platform-errors.ts";
import type { Remotes } from "../../provisioning/remotes.ts";
import type { Config } from "../config.ts";
import { type Client, PlatformDatabase } from "../database/client.ts";
import { openEmbedded } from "../database/embedded.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { platformFile, sizeOf, traceOfPlatform } from "./data-folder.ts";
import { type PlatformLoss, PlatformWitness } from "./platform-witness.ts";

/**
 * What may be done to the platform's database when it is opened. Commands `use` it: they neither create
 * nor migrate it. `accept` uses it even if it lacks writes that were acknowledged. `migrate` brings an
 * existing one to this release. `init` creates a new one. `start` does both.
 */
export type PlatformAccess = "use" | "accept" | "migrate" | "init" | "start";

interface Options {
  readonly config: Config;
  readonly dataDir: string;
  readonly remotes: Remotes;
  readonly store: BackupStore;
  readonly now: Clock;
  readonly log: Log;
  readonly access: PlatformAccess;
}

/** What was done to an existing platform before it was opened. */
export interface PlatformUpgrade {
  readonly applied: readonly string[];
  /** Guilds whose registered locations were absolute paths until now. */
  readonly convertedPlaces: number;
  /** The key of the backup that was made first. */
  readonly copy: string;
}

/** An open platform. `loss` and `witness` exist for a file of this machine. */
export interface OpenedPlatform {
  readonly database: PlatformDatabase;
  readonly upgrade?: PlatformUpgrade;
  readonly loss?: PlatformLoss;
  readonly witness?: PlatformWitness;
}

/**
 * Opens the platform's database where the configuration says: a local file, a database on the libSQL
 * server, or another libSQL address with its own token.
 * @throws {NotFound} `platform/not-found` @throws {Conflict} `platform/lost`, `platform/behind`,
 * `platform/there`, `platform/older-than-known`
 */
export async function openPlatform(options: Options): Promise<OpenedPlatform> {
  const { access } = options;
  const place = placeOfPlatform(options);
  const witness =
    place.path === undefined ? undefined : new PlatformWitness(place.path, options.log);
  const client =
    (await openIfThere(options, place, witness)) ?? (await make(options, place, witness));
  try {
    // The platform may be remote. Logs and running backups use the local folder in any case.
    if (place.path === undefined) await makeDataDir(options.dataDir);
    let state = await platformStateOf(client);
    if (state.isEmpty) {
      await refuseToMake(options, place, "without its log");
      // Another process may have created it while we looked for traces of an older one.
      state = await platformStateOf(client);
    }
    if (!state.isEmpty && access === "init") throw platformThere(place.name);
    const loss = state.isEmpty ? undefined : await witness?.compare(client, access === "accept");
    const upgrade = await upgraded(client, state, options, place);
    // If writes are missing, the witness must not count a new write in their place.
    if (loss === undefined || loss.missing === 0) witness?.begin();
    return {
      database: new PlatformDatabase(client),
      ...(upgrade && { upgrade }),
      ...(loss && { loss }),
      ...(witness && { witness }),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Creates or migrates the platform if that is due. An existing one is copied first. */
async function upgraded(
  client: Client,
  state: PlatformState,
  options: Options,
  place: Place,
): Promise<PlatformUpgrade | undefined> {
  const { access } = options;
  if (!state.isEmpty && state.pending.length === 0 && state.oldPlaces === 0) return undefined;
  if (access === "use" || access === "accept") throw platformBehind(place.name, state);
  const nowMs = options.now().getTime();
  if (state.isEmpty) {
    await migratePlatform(client, nowMs);
    return undefined;
  }
  const scratch = join(options.dataDir, "scratch");
  const copy = await copyBeforeUpgrade(client, { ...options, scratch });
  options.log.warn("platform.copied", { copy, pending: state.pending });
  const { applied } = await migratePlatform(client, nowMs);
  const upgrade = { applied, convertedPlaces: state.oldPlaces, copy };
  options.log.warn("platform.migrated", upgrade);
  return upgrade;
}

/** `name` is shown to people: the local folder or the address. */
interface Place {
  readonly url: string;
  readonly name: string;
  readonly path: string | undefined;
}

function placeOfPlatform({ config, dataDir }: Options): Place {
  const url = config.platformDatabaseUrl ?? pathToFileURL(platformFile(dataDir)).href;
  if (!url.startsWith("file:")) return { url, name: new URL(url).origin, path: undefined };
  return { url, name: dataDir, path: fileURLToPath(url) };
}

/** Opens an existing database, whatever it contains. Undefined if there is none. */
async function openIfThere(
  options: Options,
  { url, path }: Place,
  counter?: PlatformWitness,
): Promise<Client | undefined> {
  const { config, remotes } = options;
  if (path !== undefined) {
    if ((await sizeOf(path)) === 0) return undefined;
    return await openEmbedded({ url }, { ...(counter && { counter }) });
  }
  if (!(await isRemotePlatformThere(url, remotes))) return undefined;
  return await openRemotePlatform(config, url, remotes);
}

/** Creates an empty database, after checking everything that forbids it. */
async function make(options: Options, place: Place, counter?: PlatformWitness): Promise<Client> {
  const { config, dataDir, remotes } = options;
  await refuseToMake(options, place, "with its log");
  if (place.path !== undefined) {
    await makeDataDir(dataDir);
    return await openEmbedded({ url: place.url }, { create: true, ...(counter && { counter }) });
  }
  await ensureRemotePlatform(place.url, remotes);
  return await openRemotePlatform(config, place.url, remotes);
}

async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
}

/** @throws {NotFound} `platform/not-found` @throws {Conflict} `platform/lost` */
async function refuseToMake(
  options: Options,
  { url, name, path }: Place,
  log: Parameters<typeof traceOfPlatform>[1],
): Promise<void> {
  const { access, dataDir, remotes, store } = options;
  const isMaking = access === "start" || access === "init";
  const trace =
    (await traceOfPlatform(dataDir, log)) ?? (isMaking && (await remoteTrace(remotes, store)));
  // If several processes start at once, the guilds may belong to the other process's new platform.
  if (trace && (await isStillEmpty(options, url, path))) throw platformLost(path ?? name, trace);
  if (!isMaking) throw platformNotFound(name);
}

async function isStillEmpty(options: Options, url: string, path?: string): Promise<boolean> {
  const client = await openIfThere(options, { url, path, name: "" });
  if (client === undefined) return true;
  try {
    return (await platformStateOf(client)).isEmpty;
  } finally {
    await client.close();
  }
}

/** Traces of a platform on servers or in the backup store. */
async function remoteTrace(remotes: Remotes, store: BackupStore): Promise<string | undefined> {
  for (const { host } of remotes.servers) {
    for await (const name of host.list()) {
      if (isGuildDatabaseName(name)) return `the database ${name} on ${host.kind}`;
    }
  }
  for await (const key of store.list("platform/")) return `the copy ${key} in the backup store`;
  return undefined;
}
