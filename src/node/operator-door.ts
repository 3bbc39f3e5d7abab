import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { aliveAnswer, probeOf, readyAnswer } from "../http/health.ts";
import type { Readiness } from "../kernel/readiness.ts";
import type { Scrape } from "./metrics/scrape.ts";

interface Options {
  readonly readiness: Readiness;
  /** Absent if metrics are not served at this address. */
  readonly scrape?: Scrape | undefined;
  /** The bearer token that a scrape must send. Undefined if none is needed. */
  readonly token?: string | undefined;
  /** Whether a scrape's Host header names this product. Probes need none. */
  readonly isKnownHost: (host: string | undefined) => boolean;
}

/**
 * Answers probes and scrapes before all other handling, so that no queue, rate limit or host check
 * applies to them.
 */
export class OperatorDoor {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Undefined for every other request, and for a scrape without access. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> | undefined {
    const { method = "", url = "" } = incoming;
    const probe = probeOf(method, url);
    if (probe) return this.#answerProbe(probe, outgoing);
    const isScrape = method === "GET" && url.split("?", 1)[0] === "/metrics";
    if (isScrape && this.#options.scrape && this.#maySee(incoming)) {
      return answerScrape(this.#options.scrape, outgoing);
    }
    return undefined;
  }

  async #answerProbe(probe: "alive" | "ready", outgoing: ServerResponse): Promise<void> {
    const answer =
      probe === "alive" ? aliveAnswer() : readyAnswer(await this.#options.readiness.checks());
    outgoing.writeHead(answer.status, answer.headers).end(answer.text);
  }

  #maySee({ headers }: IncomingMessage): boolean {
    const { token, isKnownHost } = this.#options;
    if (!isKnownHost(headers.host)) return false;
    if (token === undefined) return true;
    const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
    return given !== undefined && timingSafeEqual(digest(given), digest(token));
  }
}

async function answerScrape(scrape: Scrape, outgoing: ServerResponse): Promise<void> {
  const { type, text } = await scrape();
  const headers = { "content-type": type, "cache-control": "no-store" };
  outgoing.writeHead(200, headers).end(text);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
