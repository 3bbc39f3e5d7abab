import type { RaidSchedule } from "../../platform/schema.ts";

const DAY_MS = 86_400_000;

/**
 * When the next raid begins, in Unix milliseconds: today's if it has not begun. The weekdays and
 * times are local to `timeZone`, so the answer moves with daylight saving.
 */
export function nextRaid(
  schedule: RaidSchedule,
  timeZone: string,
  nowMs: number,
): number | undefined {
  for (let day = 0; day <= 7; day++) {
    const startMs = localTime(nowMs + day * DAY_MS, schedule.startsAt, timeZone);
    if (startMs >= nowMs && schedule.weekdays.includes(weekdayOf(startMs, timeZone)))
      return startMs;
  }
  return undefined;
}

/** The instant at which clocks in `timeZone` show `time` on the local day of `aroundMs`. */
function localTime(aroundMs: number, time: string, timeZone: string): number {
  const [hours, minutes] = time.split(":").map(Number) as [number, number];
  const local = new Date(aroundMs + offsetMs(aroundMs, timeZone));
  const wallMs = Date.UTC(
    local.getUTCFullYear(),
    local.getUTCMonth(),
    local.getUTCDate(),
    hours,
    minutes,
  );
  // The offset may differ between now and then; looking once more at the result settles it.
  const guess = wallMs - offsetMs(aroundMs, timeZone);
  return wallMs - offsetMs(guess, timeZone);
}

/** How far the clocks of `timeZone` are ahead of UTC at this instant. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(new Date(atMs));
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

/** ISO weekday, 1 is Monday. */
function weekdayOf(atMs: number, timeZone: string): number {
  const day = new Date(atMs + offsetMs(atMs, timeZone)).getUTCDay();
  return day === 0 ? 7 : day;
}
