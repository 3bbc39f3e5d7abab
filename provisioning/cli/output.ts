import { once } from "node:events";
import pc from "picocolors";
import { Invalid } from "../../src/kernel/errors.ts";
import { describeFailure } from "./failures.ts";
import { Progress } from "./progress.ts";
import { plain } from "./text.ts";

export { plural } from "./text.ts";

/** 0 done, 1 failed, 2 misused, 3 partly done, 4 differences found, 130 interrupted. */
export const EXIT = { done: 0, failed: 1, misused: 2, partial: 3, drift: 4, interrupted: 130 };

export const JSON_OPTION = ["--json", "print one JSON document"] as const;

// CI=1 enables colours in the logs of build servers, but programs that read our output there must not get
// them.
const coloursOf = (stream: NodeJS.WriteStream) =>
  pc.createColors(stream.isTTY === true && pc.isColorSupported);

export const DRY_RUN = ["--dry-run", "only say what would happen"] as const;

/** The examples at the beginning of a help text, which users copy. */
export function examples(...lines: readonly string[]): string {
  return `Examples:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Prints text for people, or with `--json` one document for programs. */
export class Output {
  readonly #json: boolean;
  readonly #quiet: boolean;

  constructor(options: { readonly json?: boolean; readonly quiet?: boolean }) {
    this.#json = options.json === true;
    this.#quiet = options.quiet === true;
  }

  result(value: unknown, people: () => string): void {
    if (this.#json) process.stdout.write(`${JSON.stringify(value)}\n`);
    else if (!this.#quiet) process.stdout.write(`${people()}\n`);
  }

  /** Prints a JSON array, each element as soon as it is available. */
  async stream<T>(values: AsyncIterable<T>, shape: (value: T) => unknown): Promise<void> {
    let before = "[";
    for await (const value of values) {
      await written(`${before}${JSON.stringify(shape(value))}`);
      before = ",\n";
    }
    await written(before === "[" ? "[]\n" : "]\n");
  }

  /** Prints the error and, from `details.next`, the commands to run next. Returns the exit code. */
  failure(error: unknown): number {
    const { code, message, next } = describeFailure(error);
    if (this.#json) process.stderr.write(`${JSON.stringify({ error: { code, message, next } })}\n`);
    else {
      process.stderr.write(`${coloursOf(process.stderr).red("Error:")} ${plain(message)}\n`);
      for (const command of next) process.stderr.write(`Try:   ${plain(command)}\n`);
    }
    // The command line itself is wrong, not the object that it names.
    const isMisused = error instanceof Invalid && code.startsWith("cli/");
    return isMisused ? EXIT.misused : EXIT.failed;
  }

  /** A progress bar at a terminal; one line a minute in other outputs. */
  progress(): Progress {
    const isShown = !this.#json && !this.#quiet;
    const mode = process.stderr.isTTY === true ? "bar" : "lines";
    return new Progress(isShown ? mode : "none", (text) => {
      process.stderr.write(text);
    });
  }
}

/** Columns padded to their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd();
  return [coloursOf(process.stdout).bold(line(head)), ...cells.map(line)].join("\n");
}

/** Waits for the reader when the output buffer is full. */
async function written(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
