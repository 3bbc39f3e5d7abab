/** The source of "now". Tests pass their own. No other code reads the wall clock. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
