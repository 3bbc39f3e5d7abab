import { HOUR_MS } from "../../../../kernel/time.ts";
import { limits } from "../../../../limits.ts";
import type { SourceAttendance } from "../../document.ts";
import type { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ReadContext } from "../format.ts";
import { lineFrom, shortHash } from "../text.ts";
import { playerOf } from "./player.ts";

/** The site's remarks in our words. */
const REMARKS: Readonly<Record<string, SourceAttendance["remark"]>> = {
  late: "late",
  unprepared: "unprepared",
  "late & unprepared": "late-unprepared",
  "no call, no show": "no-show",
  "no call no show": "no-show",
  "gave notice": "gave-notice",
  benched: "benched",
};

/**
 * A line of the attendance: a raid, a character and a credit from 0 to 1. Two characters of one person
 * share a night, so the person gets the sum, up to the whole night.
 */
export function addAttendance(
  builder: DocumentBuilder,
  cells: Readonly<Record<string, string>>,
  context: ReadContext,
): void {
  const date = dateFrom(cells["raiddate"], context);
  const person = playerOf(builder, cells);
  const name = lineFrom(cells["raidname"], limits.raids.nameCharsMax) || "Raid";
  if (date === undefined) return;
  const raid = shortHash(`${name} ${date.at}`);
  builder.addOnce("raid", raid, name, {
    name,
    startsAt: date.at,
    endsAt: date.at + 4 * HOUR_MS,
    note: lineFrom(cells["raidnote"], limits.raids.noteCharsMax),
  });
  const credit = Math.min(1, Math.max(0, Number(cells["credit"] || 0)));
  const remark = REMARKS[(cells["remark"] ?? "").toLowerCase()] ?? null;
  builder.add(
    "attendance",
    builder.keyOf("attendance", raid, cells["charactername"]),
    `${name}: ${cells["charactername"] ?? ""}`,
    {
      raid,
      person: person ?? "",
      presence: remark === "benched" ? "bench" : credit > 0 ? "present" : "absent",
      creditPct: Math.round(credit * 100),
      remark,
      isExempt: /^(1|true|yes)$/i.test(cells["isexempt"] ?? ""),
    },
    person === undefined ? "bad-players" : undefined,
  );
}
