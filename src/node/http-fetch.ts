import { type IncomingMessage, Agent as PlainAgent, request as requestPlain } from "node:http";
import { request as requestSecure, Agent as SecureAgent } from "node:https";
import { text } from "node:stream/consumers";
import { processBackground } from "../kernel/background.ts";
import { limits } from "../limits.ts";

/**
 * `fetch` for the database driver: keeps connections open and uses Node's own HTTP. The global `fetch`
 * does far more than a driver needs and takes most of the time of a small query.
 */
export function pooledFetch(): {
  readonly fetch: (request: Request) => Promise<Response>;
  close(): void;
} {
  const options = { keepAlive: true, maxSockets: limits.remote.socketsMax };
  const plain = new PlainAgent(options);
  const secure = new SecureAgent(options);

  const fetch = async (request: Request): Promise<Response> => {
    const body = Buffer.from(await request.arrayBuffer());
    const isSecure = request.url.startsWith("https:");
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = (isSecure ? requestSecure : requestPlain)(
        request.url,
        {
          agent: isSecure ? secure : plain,
          method: request.method,
          headers: { ...Object.fromEntries(request.headers), "content-length": body.length },
          signal: request.signal,
        },
        resolve,
      );
      processBackground.listen(sent, "error", (error: Error) =>
        reject(fetchError(error, request.signal)),
      );
      sent.end(body);
    });
    const content = await text(answer).catch((error: unknown) => {
      throw fetchError(error, request.signal);
    });
    const type = answer.headers["content-type"] ?? "";
    const status = answer.statusCode!;
    // Some statuses have no body, and `Response` refuses one for them.
    const isEmpty = status === 204 || status === 304;
    return new Response(isEmpty ? null : content, { status, headers: { "content-type": type } });
  };
  return {
    fetch,
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The reason of an abort, else a `TypeError`, as `fetch` throws them. */
function fetchError(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : new TypeError("fetch failed", { cause: error });
}
