export type LogLevel = "debug" | "info" | "warn" | "error";
type LogFields = Readonly<Record<string, unknown>>;

/** Structured log lines for operators: an event name and its fields. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: LogFields) => void>>;

const ORDER: readonly (LogLevel | "silent")[] = ["debug", "info", "warn", "error", "silent"];
const SECRET = /password|token|secret|authorization|cookie/i;

/** Writes one JSON line per event at `level` or above. Fields whose names suggest a secret are left out. */
export function createLog(
  level: LogLevel | "silent",
  writeLine: (line: string) => void,
  now: () => Date,
  traceId: () => string | undefined = () => undefined,
): Log {
  const least = ORDER.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      if (ORDER.indexOf(lineLevel) < least) return;
      const line = { at: now().toISOString(), level: lineLevel, event, traceId: traceId() };
      writeLine(JSON.stringify({ ...line, ...fields }, plain));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function plain(key: string, value: unknown): unknown {
  if (SECRET.test(key)) return "[left out]";
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  }
  return value;
}
