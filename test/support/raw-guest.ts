import { connect, type Socket } from "node:net";

/** How a stranger's connection ended. */
export interface RawEnd {
  /** What came back, as text. */
  readonly text: string;
  /** The status of the first answer; undefined when there was none. */
  readonly status: number | undefined;
  readonly ms: number;
}

interface Options {
  /** Further bytes. Each is sent after this many milliseconds. */
  readonly drip?: { readonly bytes: string; readonly everyMs: number };
  /** Resets the connection as soon as the first bytes were sent. */
  readonly reset?: boolean;
  /** Ends the sending side after the first bytes. */
  readonly half?: boolean;
  /** Closes the connection from this side after this many milliseconds. */
  readonly leaveMs?: number;
}

/** Sends raw bytes on a new connection, and waits for its end. Never rejects. */
export function rawGuest(
  port: number,
  bytes: string | Buffer,
  options: Options = {},
): Promise<RawEnd> {
  const startedAt = performance.now();
  const { drip, reset, half, leaveMs } = options;
  return new Promise((resolve) => {
    let text = "";
    const timers: (() => void)[] = [];
    const socket: Socket = connect(port, "127.0.0.1", () => {
      socket.write(bytes, () => {
        if (reset) socket.resetAndDestroy();
        else if (half) socket.end();
      });
      if (drip) {
        const timer = setInterval(() => socket.write(drip.bytes), drip.everyMs);
        timers.push(() => clearInterval(timer));
      }
      if (leaveMs !== undefined) {
        const timer = setTimeout(() => socket.destroy(), leaveMs);
        timers.push(() => clearTimeout(timer));
      }
    });
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      for (const stop of timers) stop();
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1];
      resolve({
        text,
        status: status ? Number(status) : undefined,
        ms: performance.now() - startedAt,
      });
    });
  });
}

/** The head of a request to this server, with an end. */
export function head(line: string, ...headers: readonly string[]): string {
  return `${[line, "Host: localhost", ...headers].join("\r\n")}\r\n\r\n`;
}

/** The first bytes of a WebSocket. */
export const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
] as const;
