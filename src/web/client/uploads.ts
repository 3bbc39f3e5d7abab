import { all, data, jsonData, locale, one, pause } from "./dom.ts";

const MB = 1_048_576;
const FAILURES_MAX = 20;
const WAIT_MS = { first: 500, most: 15_000 } as const;

interface UploadTexts {
  readonly receiving: string;
  readonly pause: string;
  readonly goOn: string;
}

interface UploadAnswer {
  readonly id: string;
  readonly receivedBytes: number;
}

/** An error response of the API. */
class Refused extends Error {
  readonly status: number;
  readonly offset: number | undefined;
  /** The code of the problem, such as `logs/too-large`. */
  readonly code: string;

  constructor(status: number, problem: { type?: string; detail?: string; offset?: number }) {
    super(problem.detail);
    this.code = (problem.type ?? "").replace("/problems/", "");
    this.status = status;
    this.offset = problem.offset;
  }
}

/** Uploads a log in pieces. After a lost connection or a reload, it continues with the next piece. */
export function startUploads() {
  for (const form of all<HTMLFormElement>("form[data-upload]")) new Upload(form);
}

class Upload {
  readonly #form: HTMLFormElement;
  readonly #file: HTMLInputElement;
  readonly #submit: HTMLButtonElement;
  readonly #pause: HTMLButtonElement;
  readonly #progress: HTMLElement;
  readonly #bar: HTMLProgressElement;
  readonly #status: HTMLElement;
  readonly #texts: UploadTexts;
  readonly #problems: Readonly<Record<string, string>>;
  #isPaused = false;
  #resume = () => {};

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.#file = one("input[type=file]", form);
    this.#submit = one("button[type=submit]", form);
    this.#progress = one("[data-sending]", form);
    this.#bar = one("progress", this.#progress);
    this.#status = one("[data-status]", this.#progress);
    this.#pause = one("[data-pause]", this.#progress);
    this.#texts = jsonData(form, "states");
    this.#problems = jsonData(form, "problems");
    form.querySelector("[data-plain]")?.remove();
    this.#pause.addEventListener("click", () => this.#togglePause());
    form.addEventListener("submit", (event) => this.#start(event));
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      this.#file.files = event.dataTransfer?.files ?? null;
      form.requestSubmit();
    });
  }

  #sentence(error: unknown): string {
    const translated = error instanceof Refused ? this.#problems[error.code] : undefined;
    return translated ?? (error instanceof Error ? error.message : String(error));
  }

  #start(event: Event) {
    event.preventDefault();
    const file = this.#file.files?.[0];
    if (!file) {
      this.#file.focus();
      return;
    }
    this.#progress.hidden = false;
    this.#submit.disabled = true;
    this.#send(file).catch((error: unknown) => {
      this.#status.textContent = this.#sentence(error);
      this.#submit.disabled = false;
      this.#pause.hidden = true;
    });
  }

  #togglePause() {
    this.#isPaused = !this.#isPaused;
    this.#pause.textContent = this.#isPaused ? this.#texts.goOn : this.#texts.pause;
    if (!this.#isPaused) this.#resume();
  }

  async #send(file: File) {
    const url = data(this.#form, "upload");
    const { id, receivedBytes } = await answerOf(
      await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ fileName: file.name, sizeBytes: file.size }),
      }),
    );
    const begun = { bytes: receivedBytes, at: performance.now() };
    let offset = receivedBytes;
    let failures = 0;
    while (offset < file.size) {
      this.#show(offset, file.size, begun);
      if (this.#isPaused) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
      }
      try {
        offset = await this.#sendPiece(`${url}/${id}/content`, file, offset);
        failures = 0;
      } catch (error) {
        if (error instanceof Refused && error.status === 409 && error.offset !== undefined) {
          offset = error.offset;
          continue;
        }
        failures += 1;
        const isFinal = error instanceof Refused && error.status >= 400 && error.status < 500;
        if (isFinal || failures > FAILURES_MAX) throw error;
        // The connection is down. Waits longer each time, then asks how much has arrived.
        await pause(Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** failures));
        const now = await fetch(`${url}/${id}`).then(answerOf, () => undefined);
        if (now) offset = now.receivedBytes;
      }
    }
    location.assign(data(this.#form, "report") + id);
  }

  async #sendPiece(url: string, file: File, offset: number): Promise<number> {
    const answer = await fetch(url, {
      method: "PUT",
      headers: { "Upload-Offset": String(offset) },
      body: file.slice(offset, offset + Number(data(this.#form, "chunk"))),
    });
    return (await answerOf(answer)).receivedBytes;
  }

  #show(sent: number, size: number, begun: { bytes: number; at: number }) {
    this.#bar.value = (100 * sent) / size;
    const mb = (bytes: number) =>
      (bytes / MB).toLocaleString(locale(), { maximumFractionDigits: 1 });
    const seconds = Math.max(0.1, (performance.now() - begun.at) / 1000);
    const rate = (sent - begun.bytes) / seconds;
    this.#status.textContent = `${this.#texts.receiving}: ${mb(sent)} / ${mb(size)} MB, ${mb(rate)} MB/s`;
  }
}

async function answerOf(response: Response): Promise<UploadAnswer> {
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refused(response.status, answer as object);
  return answer as UploadAnswer;
}
