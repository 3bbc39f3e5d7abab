import { context, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { TracingConfig } from "../../config.ts";
import { pause } from "../../kernel/concurrency.ts";
import type { SpanFields, TracedWork, Tracer } from "../../kernel/tracer.ts";
import { limits } from "../../limits.ts";
import { watchOutgoing } from "./outgoing-calls.ts";

/** Sends spans by OTLP over HTTP. Loaded only where tracing is on. */
export class OtlpTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #tracer: ReturnType<TracerProvider["getTracer"]>;
  readonly #stopWatching: () => void;

  constructor({ url, headers, serviceName, ratio }: TracingConfig) {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const exporter = new OTLPTraceExporter({
      url: url.href,
      headers: { ...headers },
      timeoutMillis: limits.tracing.exportMs,
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": serviceName }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, maxQueueSize: limits.tracing.waitingMax }),
      ],
    });
    this.#tracer = this.#provider.getTracer("guildhall");
    this.#stopWatching = watchOutgoing(this.#tracer, url.origin);
  }

  async span<T>(
    name: string,
    fields: SpanFields,
    work: (span: TracedWork) => Promise<T>,
  ): Promise<T> {
    const kind = name === "request" ? SpanKind.SERVER : SpanKind.INTERNAL;
    const span = this.#tracer.startSpan(name, { kind, attributes: fields });
    const set = (more: SpanFields) => {
      span.setAttributes(more);
    };
    try {
      return await context.with(trace.setSpan(context.active(), span), () => work({ set }));
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  traceId(): string | undefined {
    return trace.getActiveSpan()?.spanContext().traceId;
  }

  async close(): Promise<void> {
    this.#stopWatching();
    const late = pause(limits.tracing.closeMs);
    // A collector that is away must not hold up a stop.
    await Promise.race([this.#provider.shutdown().catch(() => {}), late.over]);
    late.end();
  }
}

/** The kind of an error, and never its message: that may hold what a person sent. */
function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute("error.type", error instanceof Error ? error.name : typeof error);
}
