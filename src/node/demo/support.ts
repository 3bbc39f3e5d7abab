/** The demo's clock, which runs through weeks of raids. */
export interface Clockwork {
  readonly now: () => Date;
  readonly advance: (ms: number) => void;
  readonly weeks: number;
}

/** Sends a request as one person, and returns the parsed answer. */
export type Send = (
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are read here.
) => Promise<{ readonly status: number; readonly body: any }>;

export function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)]!;
}
