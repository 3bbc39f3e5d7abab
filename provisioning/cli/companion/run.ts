import { readFile } from "node:fs/promises";
import { processBackground } from "../../../src/kernel/background.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { pause } from "../../../src/kernel/concurrency.ts";
import { Invalid } from "../../../src/kernel/errors.ts";
import { Companion, type News, SETTLE_MS, type Status } from "./companion.ts";
import { deliver } from "./delivery.ts";
import { FolderWatch } from "./folder-watch.ts";
import { installationAt } from "./game-files.ts";
import { defaultStateFile, StateFile } from "./state.ts";

/** The options of both commands. */
export interface CompanionOptions {
  /** Undefined: where the game's installer puts it. */
  readonly folder?: string | undefined;
  readonly server: string;
  readonly guild?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly state?: string | undefined;
}

/** Where a run tells what happens. */
export interface Listener {
  readonly onNews: (news: News) => void;
  /** Called when the status has changed. */
  readonly onStatus: (status: Status) => void;
}

const INSTALLED: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  win32: [
    "C:\\Program Files (x86)\\World of Warcraft",
    "C:\\Program Files\\World of Warcraft",
    "C:\\World of Warcraft",
  ],
  darwin: ["/Applications/World of Warcraft"],
};
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** A file that changes for longer than this is not waited for by `once`. */
const SETTLE_PASSES_MAX = 15;

/**
 * Looks at the files once and delivers what is complete. A file that changed a moment ago is waited for.
 * @throws {Invalid} `cli/…` for wrong options @throws {Stopped}
 */
export async function runOnce(options: CompanionOptions, listener: Listener): Promise<Status> {
  const companion = await companionFor(options, listener.onNews);
  await companion.pass({ isUrgent: true });
  for (let passes = 1; companion.isUnsettled && passes < SETTLE_PASSES_MAX; passes++) {
    await pause(SETTLE_MS).over;
    await companion.pass({ isUrgent: true });
  }
  return companion.status();
}

/**
 * Delivers exports until `signal` is aborted.
 * @throws {Invalid} `cli/…` for wrong options @throws {Stopped}
 */
export async function runWatch(
  options: CompanionOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<Status> {
  const companion = await companionFor(options, listener.onNews);
  const folders = new FolderWatch();
  const stop = processBackground.once(signal, "abort", () => folders.wake());
  let told = "";
  try {
    while (!signal.aborted) {
      const waitMs = await companion.pass();
      folders.follow(companion.watched);
      const status = companion.status();
      const text = JSON.stringify(status);
      if (text !== told) listener.onStatus(status);
      told = text;
      if (!signal.aborted) await folders.changed(waitMs);
    }
  } finally {
    stop();
    folders.close();
  }
  return companion.status();
}

async function companionFor(
  options: CompanionOptions,
  onNews: (news: News) => void,
): Promise<Companion> {
  const folder = options.folder ?? (await installedFolder());
  const server = serverOf(options.server);
  const target = { server, guild: options.guild };
  const readKey = () => keyOf(options.keyFile);
  await readKey();
  const nowMs = () => systemClock().getTime();
  const path = options.state ?? defaultStateFile(process.env, process.platform);
  return new Companion({
    folder,
    store: new StateFile(path, `${server.origin} ${options.guild ?? ""}`),
    send: (one) => deliver(one, target, readKey, nowMs),
    nowMs,
    onNews,
  });
}

async function installedFolder(): Promise<string> {
  for (const folder of INSTALLED[process.platform] ?? []) {
    if ((await installationAt(folder)).accounts.length > 0) return folder;
  }
  throw new Invalid(
    "cli/no-game",
    "The game was not found. Name its folder: the one that holds _retail_ or _classic_era_.",
  );
}

/** The key would be readable on the way to a server without https. */
function serverOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Invalid(
      "cli/bad-server",
      "Name the server by its address, such as https://guilds.example.",
    );
  }
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) {
    throw new Invalid(
      "cli/bad-server",
      "The server's address has to begin with https://. Otherwise others could read the key.",
    );
  }
  return url;
}

/**
 * The key of the file, else of GUILDHALL_KEY. It is read before each upload, so that a rotated key needs
 * no restart. It is no argument, because shells store those and other users can see them.
 */
async function keyOf(keyFile: string | undefined): Promise<string> {
  const text = keyFile === undefined ? process.env["GUILDHALL_KEY"] : await keyFrom(keyFile);
  // Editors on Windows write a mark at the beginning.
  const key = (text ?? "").replace(/^\ufeff/, "").trim();
  if (/^\S+$/.test(key)) return key;
  throw new Invalid(
    "cli/no-key",
    keyFile === undefined
      ? "Name the file that holds the guild's key with --key-file, or set GUILDHALL_KEY."
      : `Put the guild's key into ${keyFile}, and nothing else. Make it under Settings, API keys.`,
  );
}

async function keyFrom(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
