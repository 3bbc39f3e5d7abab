import { SECRETS } from "../../../src/config-variables.ts";
import { Needles, spellings } from "./needles.ts";

/** Values that can do harm. The first three are never shown; the others once, to their owner. */
export type Kind =
  | "password"
  | "kept secret"
  | "server's secret"
  | "token"
  | "API key"
  | "access token";

export interface Secret {
  readonly kind: Kind;
  readonly text: string;
}

/** Shorter secrets occur in files by accident. */
const CHARS_MIN = 12;
/** For very long secrets the beginning is enough. */
const CHARS_MAX = 200;

/** Secrets that are known by their form, without having been seen before. */
const SHAPES: readonly (readonly [kind: Kind, shape: RegExp])[] = [
  ["API key", /gh_[0-9a-f]{48}_[\w-]{43}_[0-9a-f]{6}/g],
  ["token", /ght_[\w-]{43}/g],
  ["access token", /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g],
  ["server's secret", /-----BEGIN [A-Z ]*PRIVATE KEY|\b[sr]k_(?:live|test)_\w{12,}|whsec_\w{12,}/g],
];

/** Every secret that this test file has dealt with, and the places that were searched. */
export class Seen {
  readonly #needles = new Needles<Secret>();
  readonly #known = new Set<string>();
  /** The faults found, without the secrets. */
  readonly faults = new Set<string>();
  readonly lines: string[] = [];
  readonly counts = { databases: 0, files: 0, letters: 0, lines: 0, answers: 0, secrets: 0 };

  secret(kind: Kind, whole: string): void {
    const text = whole.slice(0, CHARS_MAX);
    if (text.length < CHARS_MIN || new Set(text).size < 4 || this.#known.has(text)) return;
    this.#known.add(text);
    this.counts.secrets++;
    for (const spelling of spellings(text)) this.#needles.add(spelling, { kind, text });
  }

  /** The secrets in these bytes: those seen before, and those known by their form. */
  within(bytes: Buffer): readonly Secret[] {
    const found = [...this.#needles.within(bytes)];
    const text = bytes.toString("latin1");
    for (const [kind, shape] of SHAPES) {
      for (const [one] of text.matchAll(shape)) found.push({ kind, text: one });
    }
    return found;
  }

  environment(env: Readonly<Record<string, string | undefined>>): void {
    for (const name of SECRETS) {
      for (const part of (env[name] ?? "").split(/[,:]/)) this.secret("server's secret", part);
    }
  }

  /** Records the secrets in a request. */
  sent(path: string, body: unknown): void {
    if (typeof body !== "string" && !(body instanceof URLSearchParams)) return;
    for (const [name, value] of fieldsOf(body)) {
      if (typeof value !== "string") continue;
      if (/password/i.test(name)) this.secret("password", value);
      if (/connections/.test(path) && /value$/.test(name)) this.secret("kept secret", value);
    }
  }

  /** Checks an answer: it may hold the caller's own tokens and keys, and no other secret. */
  answer(text: string, headers?: Headers): void {
    this.counts.answers++;
    for (const cookie of headers?.getSetCookie() ?? []) {
      const value = /^[^=]*(?:guildhall|session)[^=]*=([^;]+)/.exec(cookie)?.[1];
      if (value !== undefined) this.secret("token", value);
    }
    for (const [, value] of text.matchAll(/"(?:token|ticket)":"([^"]+)"/g)) {
      this.secret(value!.startsWith("eyJ") ? "access token" : "token", value!);
    }
    for (const [kind, shape] of SHAPES.slice(0, 2)) {
      for (const [one] of text.matchAll(shape)) this.secret(kind, one);
    }
    for (const { kind } of this.within(Buffer.from(text))) {
      if (!isToldOnce(kind)) this.faults.add(`${kind}: in an answer`);
    }
  }

  searchLines(): void {
    this.counts.lines += this.lines.length;
    for (const { kind, text } of this.within(Buffer.from(this.lines.join("\n")))) {
      const line = this.lines.find((one) => one.includes(text)) ?? "";
      const event = /"event":"([^"]+)"/.exec(line)?.[1] ?? "somewhere";
      this.faults.add(`${kind}: in the log (${event})`);
    }
    this.lines.length = 0;
  }
}

export const seen = new Seen();

function isToldOnce(kind: Kind): boolean {
  return kind === "token" || kind === "API key" || kind === "access token";
}

/** Sends a request to another server, and records the secrets in it and in the answer. */
export async function watchedFetch(url: string, init?: RequestInit): Promise<Response> {
  seen.sent(url, init?.body);
  return await watched(await fetch(url, init));
}

/** Checks an answer. Skips long streams and answers that are no text. */
export async function watched(response: Response): Promise<Response> {
  const isText = /json|html/.test(response.headers.get("content-type") ?? "");
  seen.answer(isText ? await response.clone().text() : "", response.headers);
  return response;
}

function fieldsOf(body: string | URLSearchParams): readonly (readonly [string, unknown])[] {
  if (typeof body !== "string") return [...body];
  try {
    return Object.entries((JSON.parse(body) as Record<string, unknown> | null) ?? {});
  } catch {
    return [...new URLSearchParams(body)];
  }
}
