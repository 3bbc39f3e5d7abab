import { MINUTE_MS } from "../../src/kernel/time.ts";
import { plain, plural } from "./text.ts";

const BAR_CHARS = 28;
/** A log file needs only an occasional sign of progress. */
const LINE_EVERY_MS = MINUTE_MS;

/** The progress of a piece of work, for the people who wait for it. */
export class Progress {
  readonly #mode: "bar" | "lines" | "none";
  readonly #write: (text: string) => void;
  readonly #nowMs: () => number;
  readonly #startedAt: number;
  #lineAt: number;
  #total = 0;
  #done = 0;
  #failed = 0;
  #slowest = { name: "", ms: 0 };

  constructor(
    mode: "bar" | "lines" | "none",
    write: (text: string) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#mode = mode;
    this.#write = write;
    this.#nowMs = nowMs;
    this.#startedAt = nowMs();
    this.#lineAt = this.#startedAt;
  }

  begin(total: number): void {
    this.#total = total;
    this.#draw();
  }

  /** Counts one finished guild; `took` is its duration, if it matters. */
  tick(isFailure: boolean, took?: { readonly name: string; readonly ms: number }): void {
    this.#done++;
    if (took && took.ms > this.#slowest.ms) this.#slowest = took;
    if (isFailure) this.#failed++;
    this.#draw();
  }

  end(): void {
    if (this.#mode === "bar" && this.#total > 0) this.#write("\n");
  }

  #draw(): void {
    if (this.#total === 0) return;
    if (this.#mode === "bar") this.#drawBar();
    if (this.#mode === "lines") this.#addLine();
  }

  #addLine(): void {
    if (this.#nowMs() - this.#lineAt < LINE_EVERY_MS) return;
    this.#lineAt = this.#nowMs();
    const { perSecond, left } = this.#pace();
    const failed = `${this.#failed} failed`;
    const counts = `${this.#done} of ${plural(this.#total, "guild")} done, ${failed}`;
    this.#write(`${counts}, ${perSecond.toFixed(1)} a second, ${plural(left, "second")} left\n`);
  }

  #drawBar(): void {
    const filled = Math.round((BAR_CHARS * this.#done) / this.#total);
    const bar = `${"█".repeat(filled)}${"░".repeat(BAR_CHARS - filled)}`;
    const { perSecond, left } = this.#pace();
    const counts = `${this.#done}/${this.#total} ${this.#failed} failed`;
    const { name, ms } = this.#slowest;
    const slowest = name === "" ? "" : `slowest ${plain(name)} ${(ms / 1_000).toFixed(1)} s`;
    const line = `${bar} ${counts} ${perSecond.toFixed(0)}/s ${left} s left ${slowest}`;
    // Erases the rest of a longer line.
    this.#write(`\r${line}\u001b[K`);
  }

  #pace(): { readonly perSecond: number; readonly left: number } {
    const seconds = Math.max(0.001, (this.#nowMs() - this.#startedAt) / 1_000);
    const perSecond = this.#done / seconds;
    return {
      perSecond,
      left: perSecond > 0 ? Math.ceil((this.#total - this.#done) / perSecond) : 0,
    };
  }
}
