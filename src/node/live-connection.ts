import { z } from "@hono/zod-openapi";
import { WebSocket } from "ws";
import { DatabaseError } from "../database/errors.ts";
import { lineField } from "../http/text-fields.ts";
import type { Timer } from "../kernel/background.ts";
import { type Pause, pause } from "../kernel/concurrency.ts";
import { AppError, LimitReached, Unauthenticated } from "../kernel/errors.ts";
import { newId } from "../kernel/ids.ts";
import { MINUTE_MS } from "../kernel/time.ts";
import { isTimeZone } from "../kernel/time-zone.ts";
import { limits } from "../limits.ts";
import { admitConnection, endConnection } from "../platform/limits/live-connections.ts";
import { LiveLog } from "../tenant/combat-logs/live.ts";
import { authenticate, type LiveCaller, stillMay } from "./logs/live-callers.ts";
import type { NodeServices } from "./services.ts";

const NEWLINE = 10;
/** The fixed cost of a message in addition to its bytes, so that empty ones count too. */
const MESSAGE_BYTES = 256;

const PRINTABLE = /^[^\p{Cc}]*$/u;
const hello = z.strictObject({
  type: z.literal("hello"),
  key: z.string().max(300).regex(PRINTABLE).optional(),
  session: z.uuid().optional(),
  fileName: lineField(200, 1).default("WoWCombatLog.txt"),
  timeZone: z.string().max(64).refine(isTimeZone).optional(),
  year: z.number().int().min(2004).max(9999).optional(),
});

/** Close codes: HTTP statuses plus 4000. */
export const CLOSE = {
  bad: 4400,
  unauthenticated: 4401,
  tooMany: 4429,
  failed: 1011,
  going: 1001,
} as const;

/** One live connection, from before its hello to its end. */
export class Connection {
  readonly id = newId<string>();
  /** Whether the connection has one of the places of its key or person. */
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
  /** Called when the connection's caller is known. */
  onKnown: () => void = () => {};
  #greeted = false;
  #strangerBytes = 0;
  #pacing: Pause | undefined;
  /** The lines that may come at once, and when they were last counted. */
  #allowance: number | undefined;
  #allowedAtMs = 0;

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
      // Runs outside the queue, because lines that wait for the next minute must not delay the end of
      // access.
      background.every("live.recheck", recheckMs, () => this.#recheck()),
      background.every("live.show", snapshotMs, () =>
        this.#inTurn(async () => await this.#live?.show()),
      ),
      background.every("live.ping", pingMs, () => ws.ping()),
    ];
  }

  /** Counts bytes before the first message, and ends a connection that sends too many. */
  count(bytes: number): void {
    if (this.#greeted) return;
    this.#strangerBytes += bytes;
    if (this.#strangerBytes > limits.logs.live.helloBytesMax) this.#ws.terminate();
  }

  close(code: number, reason: string): void {
    const ws = this.#ws;
    if (ws.readyState === WebSocket.OPEN) ws.close(code, reason.slice(0, 100));
    // Cuts off a program that does not answer.
    this.#services.background.after("live.close", limits.logs.live.closeMs, () => ws.terminate());
    this.#ended();
  }

  settled(): Promise<void> {
    return this.#work;
  }

  #message(bytes: Buffer, isBinary: boolean, authorization: string | undefined): void {
    const { helloBytesMax, waitingBytesMax } = limits.logs.live;
    const isFirst = !this.#greeted;
    this.#greeted = true;
    if (isFirst && bytes.length > helloBytesMax) {
      this.close(CLOSE.bad, "say hello first");
      return;
    }
    const cost = bytes.length + MESSAGE_BYTES;
    this.#waitingBytes += cost;
    // Pausing slows the sender down: its data waits on its own machine. Before the hello, nothing more
    // is read from an unknown sender.
    if (isFirst || this.#waitingBytes > waitingBytesMax) this.#ws.pause();
    this.#inTurn(async () => {
      try {
        if (isBinary) await this.#lines(bytes);
        else await this.#textMessage(bytes.toString("utf8"), authorization);
      } finally {
        this.#waitingBytes -= cost;
        if (this.#waitingBytes <= waitingBytesMax) this.#ws.resume();
      }
    });
  }

  async #textMessage(text: string, authorization: string | undefined): Promise<void> {
    const message = parsed(text);
    if (message?.type === "end" && this.#live) {
      await this.#live.end();
      this.#send({ type: "ended", report: this.#live.reportId });
      this.#live = undefined;
      // Frees the place before the program is told to close, because it may reconnect at once for its
      // next log.
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
    if (!caller)
      throw new Unauthenticated(
        "auth/bad-token",
        "This key is not valid. Create or rotate one in the settings of the guild.",
      );
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
    this.onKnown();
    if (this.#isClosed) return;
    this.#live = await LiveLog.open({ files, jobs, within: caller.within }, rest);
    this.#writers.set(this.#live.reportId, this);
    this.#send({ type: "ready", session: this.#live.reportId, offset: this.#live.offset });
  }

  /** Closes the broken connection of a program that reconnects, and waits for its running work. */
  async #relieve(session: string, { subject }: LiveCaller): Promise<void> {
    const before = this.#writers.get(session);
    if (!before || before.#caller?.subject !== subject) return;
    before.close(CLOSE.going, "another connection continues this log");
    await before.settled();
  }

  async #lines(frame: Buffer): Promise<void> {
    if (!this.#live || frame.length < 8) {
      this.close(CLOSE.bad, "say hello first");
      return;
    }
    const offset = Number(frame.readBigUInt64BE(0));
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset + 8, frame.length - 8);
    const throttledMs = await this.#pace(bytes);
    if (this.#isClosed) return;
    const received = await this.#live.receive(offset, bytes);
    this.#send({ type: "ack", offset: received, ...(throttledMs > 0 && { throttledMs }) });
  }

  /**
   * Slows lines down to the limit per minute. A minute's lines may come at once. Returns the delay in
   * milliseconds.
   */
  async #pace(bytes: Uint8Array): Promise<number> {
    let events = 0;
    for (const byte of bytes) if (byte === NEWLINE) events++;
    const { keyId, eventsPerMinuteMax } = this.#caller!;
    if (keyId) this.#services.keyUsage.count(keyId, "live lines", events);
    const nowMs = performance.now();
    const perMs = eventsPerMinuteMax / MINUTE_MS;
    const refilled = (this.#allowance ?? eventsPerMinuteMax) + (nowMs - this.#allowedAtMs) * perMs;
    this.#allowance = Math.min(eventsPerMinuteMax, refilled) - events;
    this.#allowedAtMs = nowMs;
    if (this.#allowance >= 0) return 0;
    const waitMs = Math.ceil(-this.#allowance / perMs);
    this.#pacing = pause(waitMs);
    await this.#pacing.over;
    return waitMs;
  }

  async #recheck(): Promise<void> {
    try {
      if (!this.#caller || (await stillMay(this.#services, this.#caller))) return;
      this.close(CLOSE.unauthenticated, "the key or the membership has ended");
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Runs work in sequence, so that an acknowledgement never overtakes the bytes it is about. */
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
      this.#send({ type: "error", code: error.code, message: error.message, ...error.details });
      this.close(closingOf(error), error.code);
      return;
    }
    if (error instanceof DatabaseError && error.kind === "text") {
      this.close(CLOSE.bad, "a text holds a character that cannot be kept");
      return;
    }
    this.#services.log.error("logs.live-failed", { error });
    this.close(CLOSE.failed, "something went wrong on our side");
  }

  #send(message: Record<string, unknown>): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(message));
  }

  #ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#pacing?.end();
    const report = this.#live?.reportId;
    // A reconnecting program waits for this, until the last bytes are on disk.
    this.#work = this.#work.then(async () => {
      if (report && this.#writers.get(report) === this) this.#writers.delete(report);
      await this.#leave();
    });
  }

  /** Frees the place. If that fails, the place is free when its lease ends. */
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
