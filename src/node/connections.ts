import type { Socket } from "node:net";
import { addressSubject } from "../http/address.ts";
import type { Background } from "../kernel/background.ts";

/** Tracks every TCP connection of the server from its start to its end. */
export class Connections {
  readonly #background: Background;
  readonly #perAddressMax: number;
  readonly #open = new Set<Socket>();
  readonly #counts = new Map<string, number>();

  /** `perAddressMax`: further connections of one address are closed at once. Infinite behind a proxy. */
  constructor(background: Background, perAddressMax: number) {
    this.#background = background;
    this.#perAddressMax = perAddressMax;
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
    if (count >= this.#perAddressMax) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    this.#counts.set(address, count + 1);
    this.#background.once(socket, "close", () => {
      this.#open.delete(socket);
      const left = this.#counts.get(address)! - 1;
      if (left > 0) this.#counts.set(address, left);
      else this.#counts.delete(address);
    });
  };

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
