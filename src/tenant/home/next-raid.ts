import { localMoments } from "../../kernel/calendar.ts";
import { WEEK_MS } from "../../kernel/time.ts";
import type { RaidSchedule } from "../../platform/schema.ts";

/**
 * When the next raid begins, in Unix milliseconds; today's raid if it has not begun. Weekdays and times are
 * local to `timeZone`, so the result follows daylight saving.
 */
export function nextRaid(
  schedule: RaidSchedule,
  timeZone: string,
  nowMs: number,
): number | undefined {
  const [hour, minute] = schedule.startsAt.split(":").map(Number) as [number, number];
  const within = localMoments(
    schedule.weekdays,
    { hour, minute },
    timeZone,
    nowMs,
    nowMs + WEEK_MS,
  );
  return within.find(({ at }) => at >= nowMs)?.at;
}
