import type { Context } from "hono";
import { type SSEMessage, streamSSE } from "hono/streaming";
import { delay } from "../kernel/concurrency.ts";
import type { Permission } from "../kernel/permissions.ts";
import { limits } from "../limits.ts";
import type { Caller } from "../platform/context.ts";
import { addressSubject } from "./address.ts";
import { credentialOf, currentAccess } from "./current-access.ts";
import type { AppEnv, GuildEnv } from "./env.ts";

/** A stream of server-sent events to one reader. */
export interface EventStream {
  /** True when the reader left, lost the permission to read, or the server closes. */
  readonly isOver: boolean;
  /** Waits while the reader is slow. */
  send(message: SSEMessage): Promise<void>;
  /** Calls the listener once when the stream is over. */
  onOver(listener: () => void): void;
}

/**
 * Sends events until `run` ends or `mayRead` returns false. `mayRead` is called every few seconds. Each
 * caller may have a limited number of streams. @throws {LimitReached} `live/too-many-streams`
 */
export function eventStream<E extends AppEnv>(
  c: Context<E>,
  mayRead: () => Promise<boolean>,
  run: (stream: EventStream) => Promise<void>,
): Response {
  const { services, caller, requestId, platform } = c.var;
  const { streams, background, log } = services;
  const place = streams.open(...readerOf(caller, addressSubject(platform.address)));
  const over = new AbortController();
  const end = () => over.abort();
  const leave = background.listen(place.closing, "abort", end);
  return streamSSE(c, async (sse) => {
    sse.onAbort(end);
    const recheck = background.every("stream.recheck", limits.live.recheckMs, async () => {
      if (await mayRead().catch(() => false)) return;
      end();
      // A reader that does not read blocks an orderly end.
      await delay(limits.live.endMsMax);
      if (!sse.closed) c.env?.incoming?.socket?.destroy?.();
    });
    try {
      await run({
        get isOver() {
          return over.signal.aborted;
        },
        send: (message) => sse.writeSSE(message),
        onOver: (listener) => {
          if (over.signal.aborted) listener();
          else background.listen(over.signal, "abort", listener);
        },
      });
    } catch (error) {
      log.error("stream.failed", { requestId, path: c.req.path, error });
    } finally {
      recheck.cancel();
      leave();
      place.leave();
    }
  });
}

/** Whether the caller of this request still has these permissions in the guild. */
export async function mayStill(
  c: Context<GuildEnv>,
  ...permissions: readonly Permission[]
): Promise<boolean> {
  const { services, caller, guild } = c.var;
  const access = await currentAccess(services.platform, credentialOf(caller), guild.guild.id);
  return access !== undefined && permissions.every((one) => access.permissions.has(one));
}

function readerOf(caller: Caller, address: string): [subject: string, max: number] {
  const { perAccountMax, perAddressMax } = limits.live;
  if (caller.type === "user") return [`account ${caller.userId}`, perAccountMax];
  if (caller.type === "key") return [`key ${caller.keyId}`, perAccountMax];
  return [`address ${address}`, perAddressMax];
}
