import { instantOf, offsetMs } from "../../kernel/time-zone.ts";
import type { RaidSchedule } from "../../platform/schema.ts";

/**
 * When the next raid begins, in Unix milliseconds: today's if it has not begun. The weekdays and
 * times are local to `timeZone`, so the answer moves with daylight saving.
 */
export function nextRaid(
  schedule: RaidSchedule,
  timeZone: string,
  nowMs: number,
): number | undefined {
  const [hours, minutes] = schedule.startsAt.split(":").map(Number) as [number, number];
  const today = new Date(nowMs + offsetMs(nowMs, timeZone));
  for (let days = 0; days <= 7; days++) {
    const wall = new Date(
      Date.UTC(
        today.getUTCFullYear(),
        today.getUTCMonth(),
        today.getUTCDate() + days,
        hours,
        minutes,
      ),
    );
    const weekday = wall.getUTCDay() === 0 ? 7 : wall.getUTCDay();
    const startMs = instantOf(wall.getTime(), timeZone);
    if (startMs >= nowMs && schedule.weekdays.includes(weekday)) return startMs;
  }
  return undefined;
}
