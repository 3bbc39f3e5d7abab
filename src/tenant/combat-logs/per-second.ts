/** A figure of a fight per second. 0 for a fight of unknown length. */
export function perSecond(value: number, durationMs: number): number {
  return durationMs > 0 ? (value * 1_000) / durationMs : 0;
}
