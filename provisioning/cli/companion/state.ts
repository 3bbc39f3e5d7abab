import { mkdir, open, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { GameExport } from "./game-export.ts";

/** An export that the server has. */
interface Delivered {
  readonly hash: string;
  readonly contentHash: string;
  readonly exportedAt: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly rows: number;
}

/** An export that the server will not take, and its reason. */
interface Refused {
  readonly contentHash: string;
  readonly at: number;
  readonly message: string;
}

/** What is known of one guild in one edition. */
export interface Group {
  readonly waiting?: GameExport;
  readonly delivered?: Delivered;
  readonly refused?: Refused;
}

/** What the companion remembers for one server and guild. */
export interface State {
  readonly groups: Readonly<Record<string, Group>>;
  /** Failed tries in a row. */
  readonly tries: number;
  /** No try before this time, in Unix milliseconds. */
  readonly notBefore: number;
  /** The part of it that the server asked for. */
  readonly pausedUntil: number;
}

const EMPTY: State = { groups: {}, tries: 0, notBefore: 0, pausedUntil: 0 };

/** Where the companion keeps its state when no other place is named. */
export function defaultStateFile(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const folder =
    platform === "win32"
      ? (env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"))
      : platform === "darwin"
        ? join(homedir(), "Library", "Application Support")
        : (env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"));
  return join(folder, "guildhall-companion", "state.json");
}

/**
 * The state on the disk, one part for each server and guild. A new version is written beside the old
 * one, flushed, and takes its place, so that a kill leaves one of them whole.
 */
export class StateFile {
  readonly #path: string;
  readonly #target: string;
  #others: Readonly<Record<string, unknown>> = {};

  /** `target` names the server and the guild. */
  constructor(path: string, target: string) {
    this.#path = path;
    this.#target = target;
  }

  /**
   * The state, or an empty one when there is none or it cannot be understood.
   * @throws {Error} when it cannot be read
   */
  async load(): Promise<State> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (isMissing(error)) return EMPTY;
      throw error;
    }
    const targets = recordAt(parsed(text), "targets");
    const { [this.#target]: own, ...others } = targets;
    this.#others = others;
    return stateOf(own);
  }

  async save(state: State): Promise<void> {
    const document = { version: 1, targets: { ...this.#others, [this.#target]: state } };
    await mkdir(dirname(this.#path), { recursive: true });
    const draft = `${this.#path}.${process.pid}`;
    // Notes of officers are in it.
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(document));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stateOf(value: unknown): State {
  const groups = Object.entries(recordAt(value, "groups")).map(([name, group]) => {
    const waiting = exportOf(recordAt(group, "waiting"));
    const delivered = deliveredOf(recordAt(group, "delivered"));
    const refused = refusedOf(recordAt(group, "refused"));
    return [
      name,
      { ...(waiting && { waiting }), ...(delivered && { delivered }), ...(refused && { refused }) },
    ] as const;
  });
  return {
    groups: Object.fromEntries(groups),
    tries: numberAt(value, "tries") ?? 0,
    notBefore: numberAt(value, "notBefore") ?? 0,
    pausedUntil: numberAt(value, "pausedUntil") ?? 0,
  };
}

function exportOf(value: unknown): GameExport | undefined {
  const hash = textAt(value, "hash");
  const contentHash = textAt(value, "contentHash");
  const group = textAt(value, "group");
  const guild = textAt(value, "guild");
  const edition = textAt(value, "edition");
  const exportedAt = numberAt(value, "exportedAt");
  const rows = numberAt(value, "rows");
  const text = textAt(value, "text");
  if (hash === undefined || contentHash === undefined || group === undefined) return undefined;
  if (guild === undefined || edition === undefined || text === undefined) return undefined;
  if (exportedAt === undefined || rows === undefined) return undefined;
  return { hash, contentHash, group, guild, edition, exportedAt, rows, text };
}

function deliveredOf(value: unknown): Delivered | undefined {
  const hash = textAt(value, "hash");
  const contentHash = textAt(value, "contentHash");
  const exportedAt = numberAt(value, "exportedAt");
  const at = numberAt(value, "at");
  const rows = numberAt(value, "rows");
  if (hash === undefined || contentHash === undefined) return undefined;
  if (exportedAt === undefined || at === undefined || rows === undefined) return undefined;
  return { hash, contentHash, exportedAt, at, rows };
}

function refusedOf(value: unknown): Refused | undefined {
  const contentHash = textAt(value, "contentHash");
  const at = numberAt(value, "at");
  const message = textAt(value, "message");
  if (contentHash === undefined || at === undefined || message === undefined) return undefined;
  return { contentHash, at, message };
}

/** The member of an object, or undefined for every other value. */
function memberAt(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function recordAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = memberAt(value, key);
  return typeof found === "object" && found !== null ? { ...found } : {};
}

export function textAt(value: unknown, key: string): string | undefined {
  const found = memberAt(value, key);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, key: string): number | undefined {
  const found = memberAt(value, key);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}
