import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { addressOf, addressSubject } from "../../http/address.ts";
import { isOurHost } from "../../http/tenant.ts";
import type { Timer } from "../../kernel/background.ts";
import { limits } from "../../limits.ts";
import { renewConnections } from "../../platform/limits/live-connections.ts";
import { CLOSE, Connection } from "../live-connection.ts";
import { type RawProblem, refuse } from "../raw-answers.ts";
import type { NodeServices } from "../services.ts";

const NOT_HERE: RawProblem = {
  status: 404,
  code: "request/no-such-page",
  detail: "There is no page at this address.",
};
const BAD_PATH: RawProblem = {
  status: 400,
  code: "request/bad-address",
  detail: "The address cannot be read. Check it for unusual characters.",
};
const UNKNOWN_HOST: RawProblem = {
  status: 400,
  code: "request/unknown-host",
  detail: "This address is not served here. Check the host name.",
};
const TOO_MANY_STRANGERS: RawProblem = {
  status: 429,
  code: "live/too-many-strangers",
  detail:
    "Too many live connections from your address have not authenticated. Authenticate or close some of them.",
  retryAfterSeconds: 5,
};

/**
 * Accepts logs over WebSocket while they are written. Text frames are JSON: the program sends `hello`
 * and finally `end`, the server sends `ready`, `ack`, `ended` or `error`. Binary frames are log bytes
 * after an eight-byte header: the offset of the first byte in the log (big endian).
 */
export class LiveLogs {
  readonly #services: NodeServices;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.logs.live.frameBytesMax,
  });
  readonly #connections = new Set<Connection>();
  /** Connections per address before their hello. */
  readonly #strangers = new Map<string, number>();
  /** The connection that writes to each report. */
  readonly #writers = new Map<string, Connection>();
  readonly #renewal: Timer;

  constructor(services: NodeServices) {
    this.#services = services;
    const { recheckMs } = limits.logs.live;
    this.#renewal = services.background.every("logs.live-lease", recheckMs, () => this.#renew());
  }

  /** The number of open connections. */
  get count(): number {
    return this.#connections.size;
  }

  /** Handles the server's event `upgrade`. Refuses all other upgrades. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const guild = guildOf(request.url ?? "");
    if (typeof guild !== "string") {
      refuse(socket, guild);
      return;
    }
    const fault = this.#fault(request);
    if (fault) {
      refuse(socket, fault);
      return;
    }
    const address = this.#addressOf(request);
    const strangers = this.#strangers.get(address) ?? 0;
    if (strangers >= limits.logs.live.strangersPerAddressMax) {
      refuse(socket, TOO_MANY_STRANGERS);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const { background } = this.#services;
      const connection = new Connection(this.#services, ws, guild, this.#writers);
      this.#connections.add(connection);
      this.#strangers.set(address, (this.#strangers.get(address) ?? 0) + 1);
      connection.onKnown = once(() => {
        const left = this.#strangers.get(address)! - 1;
        if (left > 0) this.#strangers.set(address, left);
        else this.#strangers.delete(address);
      });
      background.once(ws, "close", () => {
        this.#connections.delete(connection);
        connection.onKnown();
      });
      background.listen(socket, "data", (chunk: Buffer) => connection.count(chunk.length));
      connection.start(request.headers.authorization, address);
    });
  };

  /** Closes every connection. The programs reconnect to another process. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close(CLOSE.going, "restarting");
    await Promise.all([...this.#connections].map((connection) => connection.settled()));
    await this.#renewal.stop();
  }

  /**
   * Renews the places of open connections. A connection that lost its place while this process was
   * stalled is closed.
   */
  async #renew(): Promise<void> {
    const admitted = [...this.#connections].filter(({ isAdmitted }) => isAdmitted);
    if (admitted.length === 0) return;
    const { platform, runner } = this.#services;
    const counted = await renewConnections(platform, runner);
    for (const connection of admitted) {
      if (!connection.isAdmitted || counted.has(connection.id)) continue;
      connection.close(CLOSE.going, "this place was given away");
    }
  }

  #addressOf({ headers, socket }: IncomingMessage): string {
    const forwarded = headers["x-forwarded-for"];
    const list = Array.isArray(forwarded) ? forwarded.join(",") : forwarded;
    const hops = this.#services.config.trustedProxyHops;
    return addressSubject(addressOf(socket.remoteAddress, list, hops));
  }

  /** Refuses browsers on other sites, which could act for a signed-in person. Programs send no Origin. */
  #fault({ headers }: IncomingMessage): RawProblem | undefined {
    const { publicUrl } = this.#services.config;
    const url = `http://${headers.host}`;
    if (!URL.canParse(url) || !isOurHost(new URL(url).hostname, publicUrl)) return UNKNOWN_HOST;
    return headers.origin === undefined || headers.origin === publicUrl.origin
      ? undefined
      : NOT_HERE;
  }
}

function guildOf(url: string): string | RawProblem {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0]!;
  const [, text] = /^\/api\/g\/([^/]+)\/logs\/live$/.exec(path) ?? [];
  if (text === undefined) return NOT_HERE;
  try {
    const name = decodeURIComponent(text);
    return /^[\w-]{1,64}$/.test(name) ? name : NOT_HERE;
  } catch {
    return BAD_PATH;
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
