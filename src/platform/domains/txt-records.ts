import type { TxtAnswer } from "./rules.ts";

/** Looks up TXT records. */
export interface TxtRecords {
  /** Never throws: a failure is an answer of type `unreachable`. */
  lookup(name: string): Promise<TxtAnswer>;
}
