/** What a span says besides its name and times. Never a value that a person sent. */
export type SpanFields = Readonly<Record<string, string | number | boolean>>;

/** A piece of work that is under way. */
export interface TracedWork {
  set(fields: SpanFields): void;
}

/** Notes how long pieces of work take and which belong together. */
export interface Tracer {
  /** Does `work` as a span of the trace under way, or of a new one. Its errors are thrown on. */
  span<T>(name: string, fields: SpanFields, work: (span: TracedWork) => Promise<T>): Promise<T>;
  /** The trace that this code is part of, as 32 hexadecimal digits; undefined outside of any. */
  traceId(): string | undefined;
  /** Sends what is left, for a short time. Never rejects. */
  close(): Promise<void>;
}

const nothing: TracedWork = { set: () => {} };

/** Notes nothing: tracing is off. */
export const noTracer: Tracer = {
  span: (_name, _fields, work) => work(nothing),
  traceId: () => undefined,
  close: async () => {},
};
