import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { z } from "@hono/zod-openapi";
import { WebSocket, WebSocketServer } from "ws";
import { addressOf, addressSubject } from "../http/address.ts";
import { lineField } from "../http/text-fields.ts";
import type { Timer } from "../kernel/background.ts";
import { pause } from "../kernel/concurrency.ts";
import { AppError, LimitReached, Unauthenticated } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import { admitConnection, endConnection, renewConnections } from "../platform/live-connections.ts";
import { LiveLog } from "../tenant/combat-logs/live.ts";
import { authenticate, type LiveCaller, stillMay } from "./live-callers.ts";
import type { NodeServices } from "./services.ts";

const PATH = /^\/api\/g\/([^/]+)\/logs\/live$/;
const NEWLINE = 10;
const MINUTE_MS = 60_000;

const hello = z.strictObject({
  type: z.literal("hello"),
  key: z.string().max(300).optional(),
  session: z.uuid().optional(),
  fileName: lineField(200, 1).default("WoWCombatLog.txt"),
  timeZone: z.string().max(64).optional(),
  year: z.number().int().min(2004).max(9999).optional(),
});

/** How a connection is ended; the numbers are those of HTTP with 4000 before them. */
const CLOSE = {
  bad: 4400,
  unauthenticated: 4401,
  tooMany: 4429,
  failed: 1011,
  going: 1001,
} as const;

/**
 * Logs that arrive as they are written, over WebSocket. Text frames are JSON: the program says
 * `hello` and at last `end`; the server says `ready`, `ack`, `ended` or `error`. Binary frames are
 * bytes of the log, after eight bytes that say at which byte of it they begin (big endian).
 */
export class LiveLogs {
  readonly #services: NodeServices;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.logs.live.frameBytesMax,
  });
  readonly #connections = new Set<Connection>();
  /** Which connection writes to which report. */
  readonly #writers = new Map<string, Connection>();
  readonly #renewal: Timer;

  constructor(services: NodeServices) {
    this.#services = services;
    const { recheckMs } = limits.logs.live;
    this.#renewal = services.background.every("logs.live-lease", recheckMs, () => this.#renew());
  }

  /** For the server's event `upgrade`. What is no live log is refused. */
  readonly upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const guild = PATH.exec(pathname)?.[1];
    if (guild === undefined || !this.#isOurs(request)) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const name = decodeURIComponent(guild);
      const connection = new Connection(this.#services, ws, name, this.#writers);
      this.#connections.add(connection);
      this.#services.background.once(ws, "close", () => this.#connections.delete(connection));
      connection.start(request.headers.authorization, this.#addressOf(request));
    });
  };

  /** Lets everybody go, who then come back to whichever process is there. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close(CLOSE.going, "restarting");
    await Promise.all([...this.#connections].map((connection) => connection.settled()));
    await this.#renewal.stop();
  }

  /** Keeps the places of those who are here. Who lost theirs while this process stood still goes. */
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

  /** A page of another site must not speak for whoever is signed in here. Programs send no origin. */
  #isOurs({ headers }: IncomingMessage): boolean {
    return (
      headers.origin === undefined || headers.origin === this.#services.config.publicUrl.origin
    );
  }
}

class Connection {
  readonly id = newId<string>();
  /** Does it have one of its key's or person's places? */
  isAdmitted = false;
  readonly #services: NodeServices;
  readonly #ws: WebSocket;
  readonly #guild: string;
  readonly #writers: Map<string, Connection>;
  #caller: LiveCaller | undefined;
  #live: LiveLog | undefined;
  #work: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #timers: Timer[] = [];
  #isClosed = false;
  #address = "";
  #minute = 0;
  #eventsInMinute = 0;

  constructor(
    services: NodeServices,
    ws: WebSocket,
    guild: string,
    writers: Map<string, Connection>,
  ) {
    this.#services = services;
    this.#ws = ws;
    this.#guild = guild;
    this.#writers = writers;
  }

  start(authorization: string | undefined, address: string): void {
    const ws = this.#ws;
    this.#address = address;
    const { background } = this.#services;
    background.listen(ws, "error", () => ws.terminate());
    background.once(ws, "close", () => this.#ended());
    background.listen(ws, "message", (data: Buffer, isBinary: boolean) =>
      this.#message(data, isBinary, authorization),
    );
    const { helloMs, recheckMs, snapshotMs, pingMs } = limits.logs.live;
    this.#timers = [
      background.after("live.hello", helloMs, () => {
        if (!this.#caller) this.close(CLOSE.unauthenticated, "no hello");
      }),
      background.every("live.recheck", recheckMs, () => this.#inTurn(() => this.#recheck())),
      background.every("live.show", snapshotMs, () =>
        this.#inTurn(async () => await this.#live?.show()),
      ),
      background.every("live.ping", pingMs, () => ws.ping()),
    ];
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.close(code, reason.slice(0, 100));
    this.#ended();
  }

  settled(): Promise<void> {
    return this.#work;
  }

  #message(bytes: Buffer, isBinary: boolean, authorization: string | undefined): void {
    this.#waitingBytes += bytes.length;
    // Not listening is what slows a sender down: what it has sent waits in its own machine.
    if (this.#waitingBytes > limits.logs.live.waitingBytesMax) this.#ws.pause();
    this.#inTurn(async () => {
      try {
        if (isBinary) await this.#lines(bytes);
        else await this.#said(bytes.toString("utf8"), authorization);
      } finally {
        this.#waitingBytes -= bytes.length;
        if (this.#waitingBytes <= limits.logs.live.waitingBytesMax) this.#ws.resume();
      }
    });
  }

  async #said(text: string, authorization: string | undefined): Promise<void> {
    const message = parsed(text);
    if (message?.type === "end" && this.#live) {
      await this.#live.end();
      this.#say({ type: "ended", report: this.#live.reportId });
      this.#live = undefined;
      // Before it is told to go: it may come back at once for its next log.
      await this.#leave();
      this.close(1000, "ended");
      return;
    }
    const greeting = hello.safeParse(message);
    if (!greeting.success || this.#caller) {
      this.close(CLOSE.bad, "say hello first, then send bytes, then end");
      return;
    }
    const { key, type: _, ...rest } = greeting.data;
    const token = key ?? /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    const { rates } = this.#services;
    await rates.use("live", "address", this.#address);
    const caller = token && (await authenticate(this.#services, this.#guild, token));
    if (!caller) throw new Unauthenticated("auth/bad-token", "This key is not valid.");
    await rates.use("live", caller.keyId ? "key" : "account", caller.subject);
    await rates.use("live", "guild", caller.guildId);
    if (rest.session) await this.#relieve(rest.session, caller);
    const { platform, runner, logFiles: files, jobs } = this.#services;
    if (!(await admitConnection(platform, runner, { id: this.id, ...caller }))) {
      this.close(CLOSE.tooMany, "too many connections");
      return;
    }
    this.#caller = caller;
    this.isAdmitted = true;
    if (this.#isClosed) return;
    this.#live = await LiveLog.open({ files, jobs, within: caller.within }, rest);
    this.#writers.set(this.#live.reportId, this);
    this.#say({ type: "ready", session: this.#live.reportId, offset: this.#live.offset });
  }

  /** Whoever comes back was cut off: what the broken line still has under way is finished first. */
  async #relieve(session: string, { subject }: LiveCaller): Promise<void> {
    const before = this.#writers.get(session);
    if (!before || before.#caller?.subject !== subject) return;
    before.close(CLOSE.going, "somebody goes on with this log");
    await before.settled();
  }

  async #lines(frame: Buffer): Promise<void> {
    if (!this.#live || frame.length < 8) {
      this.close(CLOSE.bad, "say hello first");
      return;
    }
    const offset = Number(frame.readBigUInt64BE(0));
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset + 8, frame.length - 8);
    await this.#pace(bytes);
    this.#say({ type: "ack", offset: await this.#live.receive(offset, bytes) });
  }

  /** More lines than a key may send in a minute wait for the next one. */
  async #pace(bytes: Uint8Array): Promise<void> {
    let events = 0;
    for (const byte of bytes) if (byte === NEWLINE) events++;
    const { keyId, eventsPerMinuteMax } = this.#caller!;
    if (keyId) this.#services.keyUsage.count(keyId, "live lines", events);
    const minute = Math.floor(performance.now() / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#eventsInMinute = 0;
    }
    this.#eventsInMinute += events;
    if (this.#eventsInMinute <= eventsPerMinuteMax) return;
    const waitMs = MINUTE_MS - (performance.now() % MINUTE_MS);
    const wait = pause(waitMs);
    const leave = this.#services.background.once(this.#ws, "close", wait.end);
    await wait.over;
    leave();
  }

  async #recheck(): Promise<void> {
    if (!this.#caller || (await stillMay(this.#services, this.#caller))) return;
    this.close(CLOSE.unauthenticated, "the key or the membership has ended");
  }

  /** One thing after another: an answer must not overtake the bytes it is about. */
  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#isClosed) return;
      try {
        await work();
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  #failed(error: unknown): void {
    if (error instanceof AppError) {
      this.#say({ type: "error", code: error.code, message: error.message, ...error.details });
      this.close(closingOf(error), error.code);
      return;
    }
    this.#services.log.error("logs.live-failed", { error });
    this.close(CLOSE.failed, "something went wrong on our side");
  }

  #say(message: Record<string, unknown>): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message));
  }

  #ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    const report = this.#live?.reportId;
    // Until its last bytes are on disk, whoever comes back has to wait for them.
    this.#work = this.#work.then(async () => {
      if (report && this.#writers.get(report) === this) this.#writers.delete(report);
      await this.#leave();
    });
  }

  /** Gives its place back. One that could not be given back is free when its lease has ended. */
  async #leave(): Promise<void> {
    if (!this.isAdmitted) return;
    this.isAdmitted = false;
    await endConnection(this.#services.platform, this.id).catch((error: unknown) => {
      this.#services.log.error("logs.live-lease", { error });
    });
  }
}

function closingOf(error: AppError): number {
  if (error instanceof LimitReached) return CLOSE.tooMany;
  return error instanceof Unauthenticated ? CLOSE.unauthenticated : CLOSE.bad;
}

function parsed(text: string): { readonly type?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
