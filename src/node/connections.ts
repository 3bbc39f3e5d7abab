import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { openFileDescriptors } from "../database/embedded-handles.ts";
import { addressSubject } from "../http/address.ts";
import type { Background } from "../kernel/background.ts";
import { limits } from "../limits.ts";

interface Options {
  /** Further connections of one address are closed at once. Infinite behind a proxy. */
  readonly perAddressMax: number;
  /** How many files this process may open. Undefined where the system does not say. */
  readonly filesMax: number | undefined;
}

/** The requests of one connection. */
interface Line {
  isBusy: boolean;
  /** Accepted when files were short: its request is answered with 503. */
  isRefused: boolean;
  /** Called with false when the connection has ended. */
  readonly waiting: ((isTurn: boolean) => void)[];
}

/** Tracks every TCP connection of the server from its start to its end. */
export class Connections {
  readonly #background: Background;
  readonly #options: Options;
  /** In the order in which they began. */
  readonly #open = new Map<Duplex, Line>();
  readonly #counts = new Map<string, number>();
  /** Open files at the last count, and the connections since then. */
  #files = 0;
  #sinceCount = Number.POSITIVE_INFINITY;

  constructor(background: Background, options: Options) {
    this.#background = background;
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Handles the server's event `connection`. */
  readonly add = (socket: Socket): void => {
    // Node removes its own error listener when a connection is upgraded. This one handles resets after
    // that.
    this.#background.listen(socket, "error", () => socket.destroy());
    const address = addressSubject(socket.remoteAddress ?? "");
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#options.perAddressMax) {
      socket.destroy();
      return;
    }
    const isRefused = this.#areFilesShort() && !this.#closeOldestIdle();
    const line: Line = { isBusy: false, isRefused, waiting: [] };
    this.#open.set(socket, line);
    this.#counts.set(address, count + 1);
    this.#background.once(socket, "close", () => {
      this.#open.delete(socket);
      for (const tell of line.waiting.splice(0)) tell(false);
      const left = this.#counts.get(address)! - 1;
      if (left > 0) this.#counts.set(address, left);
      else this.#counts.delete(address);
    });
  };

  /**
   * True when it is the turn of this request, false when its connection has ended before. Node emits
   * pipelined requests all at once. They run one after another here, so that those behind a reset never
   * begin.
   */
  turn(incoming: IncomingMessage, outgoing: ServerResponse): boolean | Promise<boolean> {
    const line = this.#open.get(incoming.socket);
    if (line === undefined) return false;
    this.#background.once(outgoing, "close", () => {
      line.isBusy = false;
      line.waiting.shift()?.(true);
    });
    if (!line.isBusy) {
      line.isBusy = true;
      return true;
    }
    if (line.waiting.length >= limits.http.pipelinedMax) {
      incoming.socket.destroy();
      return false;
    }
    return new Promise((resolve) => {
      line.waiting.push((isTurn) => {
        line.isBusy = isTurn;
        resolve(isTurn);
      });
    });
  }

  /** Tells whether requests of this connection are refused, because it came when files were short. */
  isRefused(socket: Duplex): boolean {
    return this.#open.get(socket)?.isRefused ?? false;
  }

  /** A connection that is not HTTP any more is never idle. */
  upgraded(socket: Duplex): void {
    const line = this.#open.get(socket);
    if (line !== undefined) line.isBusy = true;
  }

  destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Counts the open files at every few connections. */
  #areFilesShort(): boolean {
    const { filesMax } = this.#options;
    const { filesReserved, connectionsPerCount } = limits.http;
    if (filesMax === undefined) return false;
    if (++this.#sinceCount >= connectionsPerCount) {
      this.#files = openFileDescriptors() ?? 0;
      this.#sinceCount = 0;
    }
    return filesMax - this.#files - this.#sinceCount < filesReserved;
  }

  /** Makes room for a new connection. Clients reconnect when they have something to send. */
  #closeOldestIdle(): boolean {
    for (const [socket, line] of this.#open) {
      if (line.isBusy) continue;
      socket.destroy();
      // Its descriptor is freed a moment later.
      this.#sinceCount--;
      return true;
    }
    return false;
  }
}
