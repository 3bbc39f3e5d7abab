let strike: ((point: string) => void) | undefined;

/** Where a test may make the process die or fail. Does nothing unless a test has installed one. */
export function fault(point: string): void {
  strike?.(point);
}

export function installFault(handler: typeof strike): void {
  strike = handler;
}
