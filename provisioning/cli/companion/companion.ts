import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { backoffMs } from "../../../src/kernel/concurrency.ts";
import type { Answer } from "./delivery.ts";
import { contentOf, type GameExport } from "./game-export.ts";
import { type AccountFolder, EXPORT_FILE, installationAt } from "./game-files.ts";
import type { Group, State } from "./state.ts";

/** A file has to keep its size and time for this long. The game writes it within a second. */
export const SETTLE_MS = 2_000;
/** A file that did not change for this long is not being written, when it is seen for the first time. */
const OLD_MS = 10_000;
/** How often folders are listed. Changes of known files are told by the system. */
const POLL_MS = 60_000;
const RETRY_BASE_MS = 30_000;
const RETRY_MS_MAX = 15 * 60_000;

/** What happened, for people. */
export interface News {
  readonly kind: "found" | "delivered" | "failed" | "refused" | "unreadable" | "unsaved";
  readonly text: string;
}

/** A file of the addon and what became of its export. */
export interface FileStatus {
  readonly path: string;
  readonly edition: string;
  readonly account: string;
  readonly state: FileState;
  readonly guild: string | null;
  readonly rows: number | null;
  /** Why it was refused. */
  readonly message: string | null;
}

/**
 * `unfinished`: the game is still writing it, or it was cut. `nothing`: no export yet. `older`: another
 * file has a newer export of the guild.
 */
type FileState =
  | "unfinished"
  | "nothing"
  | "unreadable"
  | "waiting"
  | "delivered"
  | "refused"
  | "older";

/** The whole state, as `--json` prints it. Times are Unix milliseconds. */
export interface Status {
  readonly files: readonly FileStatus[];
  readonly waiting: number;
  readonly lastDeliveredAt: number | null;
  readonly nextTryAt: number | null;
}

/** The server or the key is wrong, so that no try can succeed. */
export class Stopped extends Error {}

interface Options {
  readonly folder: string;
  readonly store: { load(): Promise<State>; save(state: State): Promise<void> };
  readonly send: (one: GameExport) => Promise<Answer>;
  readonly nowMs: () => number;
  readonly onNews: (news: News) => void;
}

/** A file as it was seen last. */
interface Seen {
  readonly file: AccountFolder;
  /** Size, time and inode: they change with the content. */
  readonly version: string;
  readonly sinceMs: number;
  /** Undefined until it was read in this version. */
  readonly content?: "unfinished" | "nothing" | "unreadable" | GameExport;
}

/**
 * Finds exports of the addon and delivers each once. It only reads the game's files. An export is copied
 * into the state before it is sent, so that it is delivered even if the file disappears or the process
 * dies. Of several exports of one guild, only the newest is sent.
 */
export class Companion {
  readonly #options: Options;
  readonly #seen = new Map<string, Seen>();
  #watched: readonly string[] = [];
  #state: State | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The folders of the last pass whose changes call for another one. */
  get watched(): readonly string[] {
    return this.#watched;
  }

  /** Files that changed a moment ago, so that they are read by a later pass. */
  get isUnsettled(): boolean {
    return [...this.#seen.values()].some(({ content }) => content === undefined);
  }

  /**
   * Looks at every file once and delivers what is due. Returns the milliseconds after which the next pass
   * is needed if no file changes before. An urgent pass sends even after a failed try, but never before
   * the time that the server asked for.
   * @throws {Stopped}
   */
  async pass({ isUrgent = false }: { readonly isUrgent?: boolean } = {}): Promise<number> {
    this.#state ??= await this.#options.store.load();
    const { accounts, watched } = await installationAt(this.#options.folder);
    this.#watched = watched;
    const paths = new Set<string>();
    for (const account of accounts) {
      const path = join(account.path, EXPORT_FILE);
      if (await this.#look(path, account)) paths.add(path);
    }
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path);
    await this.#deliver(isUrgent);
    return this.#nextMs();
  }

  status(): Status {
    const groups = Object.values(this.#groups());
    const times = groups.flatMap(({ delivered }) => (delivered ? [delivered.at] : []));
    const waiting = groups.filter((group) => group.waiting).length;
    return {
      files: [...this.#seen].map(([path, seen]) => this.#statusOf(path, seen)),
      waiting,
      lastDeliveredAt: times.length > 0 ? Math.max(...times) : null,
      nextTryAt: waiting > 0 ? (this.#state?.notBefore ?? null) : null,
    };
  }

  /** False for a file that is not there. */
  async #look(path: string, file: AccountFolder): Promise<boolean> {
    const version = await versionOf(path);
    if (version === undefined) return false;
    const nowMs = this.#options.nowMs();
    const before = this.#seen.get(path);
    if (before?.version !== version.text) {
      this.#seen.set(path, { file, version: version.text, sinceMs: nowMs });
      if (before !== undefined || nowMs - version.changedMs < OLD_MS) return true;
    } else if (before.content !== undefined || nowMs - before.sinceMs < SETTLE_MS) return true;
    const text = await textOf(path);
    if (text === undefined) return false;
    // Written while it was read: the next pass sees the new version.
    if ((await versionOf(path))?.text !== version.text) return true;
    const content = contentOf(text);
    const told = content.kind === "export" ? content.found : content.kind;
    this.#seen.set(path, { file, version: version.text, sinceMs: nowMs, content: told });
    if (content.kind === "export") await this.#accept(content.found);
    if (content.kind === "unreadable") {
      this.#options.onNews({ kind: "unreadable", text: `${path} is no file of the game.` });
    }
    return true;
  }

  /** Puts an export among those that wait, unless it is known or older than a known one. */
  async #accept(found: GameExport): Promise<void> {
    const group = this.#groups()[found.group] ?? {};
    if (stateOf(found, group) !== undefined) return;
    await this.#change(found.group, { ...group, waiting: found });
    this.#options.onNews({ kind: "found", text: `${nameOf(found)}: ${found.rows} characters.` });
  }

  async #deliver(isUrgent: boolean): Promise<void> {
    const waiting = Object.values(this.#groups()).flatMap((group) =>
      group.waiting ? [group.waiting] : [],
    );
    for (const one of waiting.toSorted((a, b) => a.exportedAt - b.exportedAt)) {
      const nowMs = this.#options.nowMs();
      const { notBefore, pausedUntil } = this.#state!;
      if (nowMs < (isUrgent ? pausedUntil : notBefore)) return;
      const answer = await this.#options.send(one);
      if (answer.kind === "stop") throw new Stopped(answer.message);
      if (answer.kind === "retry") return await this.#putOff(one, answer);
      await this.#settle(one, answer);
    }
  }

  async #settle(
    one: GameExport,
    answer: Extract<Answer, { kind: "delivered" | "refused" }>,
  ): Promise<void> {
    const at = this.#options.nowMs();
    const { waiting, refused, ...group } = this.#groups()[one.group] ?? {};
    const { hash, contentHash, exportedAt } = one;
    if (answer.kind === "delivered") {
      const delivered = { hash, contentHash, exportedAt, at, rows: answer.rows };
      await this.#change(
        one.group,
        { ...group, delivered },
        { tries: 0, notBefore: 0, pausedUntil: 0 },
      );
      const text = `${nameOf(one)}: ${answer.rows} characters delivered.`;
      this.#options.onNews({ kind: "delivered", text });
    } else {
      const { message } = answer;
      await this.#change(one.group, { ...group, refused: { contentHash, at, message } });
      this.#options.onNews({ kind: "refused", text: `${nameOf(one)}: ${message}` });
    }
  }

  /** Waits longer after each failure, and at least as long as the server asks for. */
  async #putOff(one: GameExport, answer: Extract<Answer, { kind: "retry" }>): Promise<void> {
    const { tries } = this.#state!;
    const ownMs =
      Math.min(RETRY_MS_MAX, RETRY_BASE_MS * 2 ** tries) / 2 +
      backoffMs(tries, RETRY_BASE_MS / 2, RETRY_MS_MAX / 2);
    const waitMs = Math.round(Math.max(ownMs, answer.waitMs ?? 0));
    const nowMs = this.#options.nowMs();
    await this.#save({
      ...this.#state!,
      tries: tries + 1,
      notBefore: nowMs + waitMs,
      pausedUntil: nowMs + (answer.waitMs ?? 0),
    });
    const text = `${nameOf(one)}: ${answer.reason} Trying again in ${Math.ceil(waitMs / 1_000)} s.`;
    this.#options.onNews({ kind: "failed", text });
  }

  #nextMs(): number {
    const nowMs = this.#options.nowMs();
    const waits = [POLL_MS];
    for (const { content, sinceMs } of this.#seen.values()) {
      if (content === undefined) waits.push(sinceMs + SETTLE_MS - nowMs);
    }
    if (Object.values(this.#groups()).some((group) => group.waiting)) {
      waits.push((this.#state?.notBefore ?? 0) - nowMs);
    }
    return Math.max(0, Math.min(...waits));
  }

  #groups(): State["groups"] {
    return this.#state?.groups ?? {};
  }

  async #change(name: string, group: Group, more: Partial<State> = {}): Promise<void> {
    const state = this.#state!;
    await this.#save({ ...state, ...more, groups: { ...state.groups, [name]: group } });
  }

  /** A full disk stops no delivery: the server takes an export once, however often it is sent. */
  async #save(state: State): Promise<void> {
    this.#state = state;
    try {
      await this.#options.store.save(state);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onNews({ kind: "unsaved", text: `The state cannot be saved: ${reason}.` });
    }
  }

  #statusOf(path: string, { file, content }: Seen): FileStatus {
    const { edition, account } = file;
    const base = { path, edition, account, guild: null, rows: null, message: null };
    if (content === undefined) return { ...base, state: "unfinished" };
    if (typeof content === "string") return { ...base, state: content };
    const group = this.#groups()[content.group] ?? {};
    const state = stateOf(content, group) ?? "waiting";
    const message = state === "refused" ? (group.refused?.message ?? null) : null;
    return { ...base, guild: content.guild, rows: content.rows, state, message };
  }
}

/** What became of an export. Undefined for one that is new. */
function stateOf(found: GameExport, group: Group): FileState | undefined {
  const { delivered, waiting, refused } = group;
  if (delivered?.contentHash === found.contentHash) return "delivered";
  if (waiting?.contentHash === found.contentHash) return "waiting";
  if (refused?.contentHash === found.contentHash) return "refused";
  const newest = Math.max(delivered?.exportedAt ?? 0, waiting?.exportedAt ?? 0);
  return found.exportedAt < newest ? "older" : undefined;
}

function nameOf({ guild, edition }: GameExport): string {
  return `${guild || "A guild"} (${edition || "unknown edition"})`;
}

async function versionOf(path: string): Promise<{ text: string; changedMs: number } | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return { text: `${size} ${mtimeMs} ${ino}`, changedMs: mtimeMs };
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
