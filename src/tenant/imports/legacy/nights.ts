import { localDateOf, momentOfLocal } from "../../../kernel/calendar.ts";
import {
  legacyFlag,
  legacyNumber,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../../kernel/legacy-values.ts";
import { HOUR_MS } from "../../../kernel/time.ts";
import { limits } from "../../../limits.ts";
import type { ImportRow, SourceSignup } from "../document.ts";
import { lineFrom, linesFrom } from "../formats/text.ts";
import {
  type Left,
  type LegacyContext,
  type LegacyTables,
  NO_USER,
  rowOf,
  userKey,
} from "./source.ts";

/** The raids of a legacy database. A night is a local date. */
export interface LegacyNights {
  readonly rows: readonly ImportRow[];
  readonly raids: ReadonlySet<string>;
  /** The raid of each report that counts. */
  readonly raidOfReport: ReadonlyMap<number, string>;
  readonly raidOfNight: ReadonlyMap<string, string>;
}

/** How long a night is when the file does not say. */
const NIGHT_MS = 3 * HOUR_MS;
/** When a night begins when the file does not say: what the legacy calendar showed. */
const NIGHT_BEGINS = "21:00";
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const STATUSES: Readonly<Record<string, SourceSignup["status"]>> = {
  confirmed: "yes",
  late: "late",
  tentative: "maybe",
  declined: "no",
};

/** Reads raids, and nights that only a report or sign-ups tell of. */
export async function readNights(
  source: LegacyTables,
  context: LegacyContext,
  snapshotAt: number,
  left: Left,
): Promise<LegacyNights> {
  const nights = new Nights(context, snapshotAt);
  for await (const row of source.rows("raids", [
    "id",
    "name",
    "scheduled_at",
    "notes",
    "created_at",
  ])) {
    const at = legacyTime(row["scheduled_at"]) ?? legacyTime(row["created_at"]);
    if (at === undefined) left.lose("raids", "their time cannot be read");
    else {
      const [name, note] = [legacyText(row["name"]), legacyText(row["notes"])];
      nights.add(`raid:${legacyWhole(row["id"]) ?? 0}`, { at, endsAt: at + NIGHT_MS, name, note });
    }
  }
  const columns = ["id", "report_code", "report_title", "start_time", "end_time", "raid_date"];
  for await (const row of source.rows("warcraft_logs_processed", [...columns, "is_reverted"])) {
    const at = legacyTime(row["start_time"]);
    const written = legacyText(row["raid_date"]);
    const date = DATE.test(written) ? written : at && localDateOf(at, context.timeZone);
    if (!date) left.lose("reports", "their time cannot be read");
    else if (legacyFlag(row["is_reverted"])) nights.reverted.add(date);
    else {
      const from = at ?? momentOfLocal(date, NIGHT_BEGINS, context.timeZone) ?? 0;
      const endsAt = Math.max(from, legacyTime(row["end_time"]) ?? from + NIGHT_MS);
      const name = legacyText(row["report_title"]) || legacyText(row["report_code"]);
      nights.addReport(legacyWhole(row["id"]) ?? 0, date, { at: from, endsAt, name, note: "" });
    }
  }
  const times = await timesOf(source);
  const dates = new Set<string>();
  for await (const row of source.rows("member_availability", ["raid_date"])) {
    dates.add(legacyText(row["raid_date"]));
  }
  for (const date of [...dates].filter((one) => DATE.test(one)).toSorted()) {
    if (nights.has(date)) continue;
    const weekday = ((new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7) + 1;
    const at = momentOfLocal(date, times.get(weekday) ?? NIGHT_BEGINS, context.timeZone);
    if (at !== undefined)
      nights.add(`night:${date}`, { at, endsAt: at + NIGHT_MS, name: "", note: "" });
  }
  return nights;
}

interface Night {
  readonly at: number;
  readonly endsAt: number;
  readonly name: string;
  readonly note: string;
}

class Nights implements LegacyNights {
  readonly rows: ImportRow[] = [];
  readonly raids = new Set<string>();
  readonly raidOfReport = new Map<number, string>();
  readonly raidOfNight = new Map<string, string>();
  /** Nights of reports that were taken back. They make no raid. */
  readonly reverted = new Set<string>();
  readonly #context: LegacyContext;
  readonly #snapshotAt: number;

  constructor(context: LegacyContext, snapshotAt: number) {
    this.#context = context;
    this.#snapshotAt = snapshotAt;
  }

  add(key: string, night: Night, date = localDateOf(night.at, this.#context.timeZone)): void {
    const name = lineFrom(night.name, limits.raids.nameCharsMax) || `Raid ${date}`;
    const note = linesFrom(night.note, limits.raids.noteCharsMax);
    this.rows.push(
      rowOf("raid", key, name, {
        ...{ name, startsAt: night.at, endsAt: night.endsAt },
        ...(note !== "" && { note }),
        ...(night.at > this.#snapshotAt && { isPlanned: true }),
      }),
    );
    this.raids.add(key);
    if (!this.raidOfNight.has(date)) this.raidOfNight.set(date, key);
  }

  addReport(id: number, date: string, night: Night): void {
    if (!this.raidOfNight.has(date)) this.add(`report:${id}`, night, date);
    this.raidOfReport.set(id, this.raidOfNight.get(date)!);
  }

  has(date: string): boolean {
    return this.raidOfNight.has(date) || this.reverted.has(date);
  }
}

/** When the nights of each weekday begin, as local times. */
async function timesOf(source: LegacyTables): Promise<ReadonlyMap<number, string>> {
  const times = new Map<number, string>();
  for await (const row of source.rows("raid_days", ["day_of_week", "raid_time"])) {
    const time = legacyText(row["raid_time"]);
    if (/^([01]\d|2[0-3]):[0-5]\d$/.test(time))
      times.set(legacyWhole(row["day_of_week"]) ?? 0, time);
  }
  return times;
}

/** Who was at each raid: by the list of the raid, and by the entries of its reports. */
export async function* attendanceRows(
  source: LegacyTables,
  nights: LegacyNights,
  isUser: (id: number) => boolean,
  left: Left,
): AsyncGenerator<ImportRow> {
  const seen = new Map<string, Set<number>>();
  const isNew = (raid: string, user: number) => {
    const people = seen.get(raid) ?? new Set();
    seen.set(raid, people);
    return people.size < people.add(user).size;
  };
  for await (const row of source.rows("raid_attendance", ["raid_id", "user_id"])) {
    const raid = `raid:${legacyWhole(row["raid_id"]) ?? 0}`;
    const user = legacyWhole(row["user_id"]) ?? 0;
    if (!isUser(user)) left.lose("raid_attendance", NO_USER);
    else if (!nights.raids.has(raid)) left.lose("raid_attendance", "their raid does not exist");
    else if (isNew(raid, user)) yield presence(raid, user);
  }
  if (nights.raidOfReport.size === 0) return;
  for await (const row of source.rows("dkp_transactions", ["user_id", "wcl_report_id"])) {
    const raid = nights.raidOfReport.get(legacyNumber(row["wcl_report_id"]) ?? 0);
    const user = legacyWhole(row["user_id"]) ?? 0;
    if (raid !== undefined && isUser(user) && isNew(raid, user)) yield presence(raid, user);
  }
}

function presence(raid: string, user: number): ImportRow {
  const data = { raid, person: userKey(user), presence: "present", creditPct: 100 } as const;
  return rowOf("attendance", `${raid} ${user}`, `${raid} ${user}`, data);
}

export async function* signupRows(
  source: LegacyTables,
  nights: LegacyNights,
  isUser: (id: number) => boolean,
  left: Left,
): AsyncGenerator<ImportRow> {
  const columns = ["user_id", "raid_date", "status", "notes", "created_at", "updated_at"];
  for await (const row of source.rows("member_availability", columns)) {
    const user = legacyWhole(row["user_id"]) ?? 0;
    const date = legacyText(row["raid_date"]);
    const raid = nights.raidOfNight.get(date);
    const word = legacyText(row["status"]).toLowerCase();
    const status = Object.hasOwn(STATUSES, word) ? STATUSES[word] : undefined;
    if (!isUser(user)) left.lose("member_availability", NO_USER);
    else if (raid === undefined) left.lose("member_availability", "there is no raid on their date");
    else if (status === undefined) left.lose("member_availability", "their status is not known");
    else {
      const note = lineFrom(legacyText(row["notes"]), limits.raids.noteCharsMax);
      const at = legacyTime(row["updated_at"]) ?? legacyTime(row["created_at"]) ?? 0;
      const data = { raid, person: userKey(user), status, at, ...(note !== "" && { note }) };
      yield rowOf("signup", `${date} ${user}`, `${date} ${word}`, data);
    }
  }
}
