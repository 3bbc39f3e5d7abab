import pc from "picocolors";
import { AppError } from "../../src/kernel/errors.ts";

/** 0 done, 1 failed, 2 misused, 3 done in part, 4 differences found, 130 interrupted. */
export const EXIT = { done: 0, failed: 1, misused: 2, partial: 3, drift: 4, interrupted: 130 };

/** Prints for people, or with `--json` one document for programs. */
export class Output {
  readonly #json: boolean;

  constructor(json: boolean) {
    this.#json = json;
  }

  get forPeople(): boolean {
    return !this.#json;
  }

  result(value: unknown, people: () => string): void {
    process.stdout.write(`${this.#json ? JSON.stringify(value) : people()}\n`);
  }

  /** What went wrong and what to type next; the exit code to end with. */
  failure(error: unknown, next: readonly string[] = []): number {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof AppError ? error.code : "cli/failed";
    if (this.#json) process.stderr.write(`${JSON.stringify({ error: { code, message, next } })}\n`);
    else {
      process.stderr.write(`${pc.red("Error:")} ${message}\n`);
      for (const command of next) process.stderr.write(`Try:   ${command}\n`);
    }
    return EXIT.failed;
  }

  /** One bar that redraws itself, on a terminal only. */
  progress(total: number): { tick(failed: boolean): void; end(): void } {
    let done = 0;
    let failed = 0;
    const isLive = this.forPeople && process.stderr.isTTY === true;
    const startedAt = performance.now();
    const draw = () => {
      const width = 28;
      const filled = total === 0 ? width : Math.round((width * done) / total);
      const rate = done / Math.max(0.001, (performance.now() - startedAt) / 1_000);
      const left = Math.max(0, total - done);
      const bar = `${"█".repeat(filled)}${"░".repeat(width - filled)}`;
      const eta = rate > 0 ? Math.ceil(left / rate) : 0;
      process.stderr.write(
        `\r${bar} ${done}/${total} ${failed} failed ${rate.toFixed(0)}/s ${eta}s `,
      );
    };
    return {
      tick: (isFailure) => {
        done++;
        if (isFailure) failed++;
        if (isLive) draw();
      },
      end: () => {
        if (isLive) process.stderr.write("\n");
      },
    };
  }
}

/** Columns padded to their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => plain(cell).padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  return [pc.bold(line(head)), ...rows.map(line)].join("\n");
}

/** Names come from people: control characters must not reach a terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
