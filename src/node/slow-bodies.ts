import type { IncomingMessage, ServerResponse } from "node:http";
import type { Background } from "../kernel/background.ts";
import { limits } from "../limits.ts";
import { refuse } from "./raw-answers.ts";

interface Body {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly startBytes: number;
  /** The time spent waiting for the sender. */
  waitedMs: number;
}

/**
 * Watches incomplete bodies. A sender gets some seconds, and more for the bytes it has sent at a
 * minimum rate, so uploads of any size can finish. Time in which the server does not read does not
 * count.
 */
export class SlowBodies {
  readonly #bodies = new Set<Body>();
  readonly #perAddress = new Map<string, number>();
  readonly #background: Background;

  constructor(background: Background) {
    this.#background = background;
    const { sweepMs } = limits.http.body;
    background.every("http.slow-bodies", sweepMs, () => this.#sweep(sweepMs));
  }

  /** False when this address has too many unfinished bodies already. */
  admit(incoming: IncomingMessage, outgoing: ServerResponse, address: string): boolean {
    if (!hasBody(incoming)) return true;
    const count = this.#perAddress.get(address) ?? 0;
    if (count >= limits.http.body.perAddressMax) return false;
    this.#perAddress.set(address, count + 1);
    const startBytes = incoming.socket.bytesRead;
    const body: Body = { incoming, outgoing, startBytes, waitedMs: 0 };
    this.#bodies.add(body);
    const leave = () => {
      if (!this.#bodies.delete(body)) return;
      const left = this.#perAddress.get(address)! - 1;
      if (left > 0) this.#perAddress.set(address, left);
      else this.#perAddress.delete(address);
    };
    this.#background.once(incoming, "end", leave);
    this.#background.once(incoming, "close", leave);
    this.#background.once(outgoing, "close", leave);
    return true;
  }

  #sweep(passedMs: number): void {
    const { graceMs, bytesPerSecondMin } = limits.http.body;
    for (const body of this.#bodies) {
      const { incoming, outgoing, startBytes } = body;
      if (incoming.complete || incoming.readableLength > 0) continue;
      body.waitedMs += passedMs;
      const received = incoming.socket.bytesRead - startBytes;
      if (body.waitedMs <= graceMs + (received / bytesPerSecondMin) * 1_000) continue;
      if (outgoing.headersSent) incoming.socket.destroy();
      else refuse(incoming.socket, TOO_SLOW);
    }
  }
}

const TOO_SLOW = {
  status: 408,
  code: "request/too-slow",
  detail: "The request did not arrive in time. Send it again over a faster connection.",
} as const;

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
