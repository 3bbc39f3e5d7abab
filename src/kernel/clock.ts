/** Where "now" comes from. Tests pass their own; nothing else reads the wall clock. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();
