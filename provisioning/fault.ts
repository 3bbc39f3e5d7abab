let strike: ((point: string) => void) | undefined;

/** A point where a test can make the process crash or fail. Does nothing outside of tests. */
export function fault(point: string): void {
  strike?.(point);
}

export function installFault(handler: typeof strike): void {
  strike = handler;
}
