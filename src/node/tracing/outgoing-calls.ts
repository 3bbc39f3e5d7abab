import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";

/** A request of `fetch`, as its channel tells it. */
interface FetchRequest {
  readonly origin: string | URL;
  readonly method: string;
}

/**
 * Makes a span for each call to another server, by `fetch` or by Node's HTTP: where to, and how it went.
 * Paths and headers stay out, because they hold keys and names. Calls to `collector` make none. Returns how
 * to stop.
 */
export function watchOutgoing(tracer: Tracer, collector: string): () => void {
  const open = new WeakMap<object, Span>();
  const begin = (request: object, origin: string, method: string) => {
    if (origin === collector) return;
    const { hostname } = new URL(origin);
    const attributes = { "server.address": hostname, "http.request.method": method };
    open.set(request, tracer.startSpan("outgoing", { kind: SpanKind.CLIENT, attributes }));
  };
  const answered = (request: object, status: number | undefined) => {
    if (status !== undefined) open.get(request)?.setAttribute("http.response.status_code", status);
  };
  const end = (request: object, isError: boolean) => {
    const span = open.get(request);
    open.delete(request);
    if (isError) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  };
  return listen({
    "undici:request:create": ({ request }: { request: FetchRequest }) =>
      begin(request, String(request.origin), request.method),
    "undici:request:headers": (told: { request: object; response: { statusCode: number } }) =>
      answered(told.request, told.response.statusCode),
    "undici:request:trailers": ({ request }: { request: object }) => end(request, false),
    "undici:request:error": ({ request }: { request: object }) => end(request, true),
    "http.client.request.start": ({ request }: { request: ClientRequest }) =>
      begin(
        request,
        `${request.protocol}//${request.getHeader("host") ?? request.host}`,
        request.method,
      ),
    "http.client.request.error": ({ request }: { request: object }) => end(request, true),
    "http.client.response.finish": (told: {
      request: object;
      response: { statusCode?: number };
    }) => {
      answered(told.request, told.response.statusCode);
      end(told.request, false);
    },
  });
}

// What a channel tells is known by its documentation only, so the handlers' types say it.
function listen(handlers: Readonly<Record<string, (told: never) => void>>): () => void {
  const guarded = Object.entries(handlers).map(([channel, handle]) => {
    const heard = (told: unknown) => {
      try {
        handle(told as never);
      } catch {
        // A call must not fail because its span could not be made.
      }
    };
    subscribe(channel, heard);
    return () => {
      unsubscribe(channel, heard);
    };
  });
  return () => {
    for (const stop of guarded) stop();
  };
}
