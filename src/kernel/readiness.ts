import { limits } from "../limits.ts";
import { pause } from "./concurrency.ts";

/** The result of one check. `detail` is public: it contains no path, address or version. */
interface Finding {
  readonly ok: boolean;
  readonly detail: string;
}

/** A named check, as `/readyz` lists it. */
export interface Check extends Finding {
  readonly name: string;
}

/** Checks one thing now. A rejected check counts as one that does not answer. */
export type Look = () => Promise<Finding>;

const LATE: Finding = { ok: false, detail: "did not answer in time" };
const SILENT: Finding = { ok: false, detail: "does not answer" };

/** The newest result of one check, and the check in progress. */
class Watched {
  readonly #look: Look;
  #newest: { readonly finding: Finding; readonly at: number } | undefined;
  #running: Promise<Finding> | undefined;

  constructor(look: Look) {
    this.#look = look;
  }

  /** Never takes longer than `limits.health.waitMs`, however long the check takes. */
  async finding(): Promise<Finding> {
    const { freshMs, waitMs, believedMs } = limits.health;
    const isFresh = this.#newest !== undefined && this.#ageMs() < freshMs;
    if (isFresh) return this.#newest!.finding;
    this.#running ??= this.#run();
    const late = pause(waitMs);
    const found = await Promise.race([this.#running, late.over]);
    late.end();
    if (found) return found;
    // A check waits behind queued writes. A server that answered a moment ago is busy, not down.
    const wasFine = this.#newest?.finding.ok === true && this.#ageMs() < believedMs;
    return wasFine ? this.#newest!.finding : LATE;
  }

  async #run(): Promise<Finding> {
    const finding = await this.#look().catch(() => SILENT);
    this.#newest = { finding, at: performance.now() };
    this.#running = undefined;
    return finding;
  }

  #ageMs(): number {
    return performance.now() - this.#newest!.at;
  }
}

/**
 * Whether a server can do its work. Each thing is checked at most once a second, however many probes
 * ask. Every answer comes within `limits.health.waitMs`.
 */
export class Readiness {
  readonly #watched: readonly (readonly [name: string, watched: Watched])[];

  constructor(looks: Readonly<Record<string, Look>>) {
    this.#watched = Object.entries(looks).map(([name, look]) => [name, new Watched(look)]);
  }

  async checks(): Promise<readonly Check[]> {
    return await Promise.all(
      this.#watched.map(async ([name, watched]) => ({ name, ...(await watched.finding()) })),
    );
  }
}
