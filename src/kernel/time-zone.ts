const formats = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of `timeZone` are ahead of UTC at this instant, in milliseconds. */
export function offsetMs(atMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(new Date(atMs));
  const part = (type: string) => Number(parts.find((one) => one.type === type)!.value);
  const wallMs = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wallMs - Math.floor(atMs / 1_000) * 1_000;
}

/**
 * The instant at which clocks in `timeZone` show the time that `wallMs` would be in UTC. A time that
 * daylight saving leaves out becomes the one an hour later.
 */
export function instantOf(wallMs: number, timeZone: string): number {
  // The offset may differ between the guess and the result; looking once more settles it.
  const guess = wallMs - offsetMs(wallMs, timeZone);
  const settled = wallMs - offsetMs(guess, timeZone);
  return settled + offsetMs(settled, timeZone) === wallMs ? settled : Math.max(guess, settled);
}

// Making a format costs a hundred times as much as using it.
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(timeZone, made);
  return made;
}
