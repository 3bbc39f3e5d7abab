import type { FileStatus, News, Status } from "./companion.ts";

/** What each state of a file means for its reader. */
const STATES: Readonly<Record<FileStatus["state"], string>> = {
  unfinished: "is still being written",
  nothing: "holds no export: type /guildhall in the game, then /reload",
  unreadable: "is no file of the game",
  waiting: "waits for the server",
  delivered: "delivered",
  refused: "refused",
  older: "is older than another export of the guild",
};

const NO_FILES =
  "No export yet. Install the addon GuildhallSync, type /guildhall in the game, then /reload.";

/** The status as lines for people. */
export function statusText(status: Status): string {
  if (status.files.length === 0) return NO_FILES;
  return status.files
    .map(({ edition, account, state, message }) => {
      return `${edition} ${account}: ${message ?? STATES[state]}.`.replace(/\.\.$/, ".");
    })
    .join("\n");
}

/** The status as one short line. */
export function statusLine(status: Status): string {
  const { files, waiting, lastDeliveredAt, nextTryAt } = status;
  if (files.length === 0) return NO_FILES;
  const parts = [`${files.length} ${files.length === 1 ? "file" : "files"} watched`];
  if (waiting > 0) parts.push(`${waiting} waiting`);
  if (waiting > 0 && nextTryAt) parts.push(`next try ${timeOf(nextTryAt)}`);
  parts.push(lastDeliveredAt ? `last delivered ${timeOf(lastDeliveredAt)}` : "none delivered yet");
  return `${parts.join(" · ")}.`;
}

/** Prints news and, at a terminal, one status line below them that is written over. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #isTerminal: boolean;
  #line = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    this.#isTerminal = out.isTTY === true;
  }

  news({ text }: News): void {
    this.#write(`${text}\n`);
  }

  status(status: Status): void {
    const line = statusLine(status);
    if (line === this.#line) return;
    this.#line = line;
    if (this.#isTerminal) this.#write("");
    else this.#out.write(`${line}\n`);
  }

  /** Leaves the status line above what follows. */
  end(): void {
    if (this.#isTerminal && this.#line !== "") this.#out.write("\n");
  }

  #write(text: string): void {
    const clear = this.#isTerminal && this.#line !== "" ? "\r\u001b[2K" : "";
    this.#out.write(`${clear}${text}${this.#isTerminal ? this.#line : ""}`);
  }
}

function timeOf(ms: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "short" }).format(ms);
}
