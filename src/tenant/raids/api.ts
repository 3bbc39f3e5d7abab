import { z } from "@hono/zod-openapi";
import { lineField, linesField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { RAID_ROLES } from "../roster/classes.ts";

const { raids } = limits;
const name = nameField(raids.nameCharsMax);
const note = linesField(raids.noteCharsMax);
const minutes = z.number().int().min(10).max(raids.minutesMax);
const points = z.union([z.string().max(40), z.number()]);
const id = z.uuid();
const team = id.nullable().openapi({
  description: "The raid team that it is for. Its raids count for the team's members only.",
});

export const SIGNUPS = ["yes", "late", "maybe", "no"] as const;
export const PRESENCES = ["present", "bench", "absent"] as const;
export const REMARKS = [
  "late",
  "unprepared",
  "late-unprepared",
  "no-show",
  "gave-notice",
  "benched",
] as const;

export const newRaid = z
  .strictObject({
    name,
    startsAt: z.number().int().min(0),
    minutes,
    pool: id.optional(),
    note: note.optional(),
    counts: z.boolean().optional().openapi({
      description: "False for a raid that does not count for attendance.",
    }),
    teamId: team.optional(),
  })
  .openapi("NewRaid");

export const raidChange = newRaid.omit({ pool: true }).partial().openapi("RaidChange");

export const newSeries = z
  .strictObject({
    name,
    weekdays: z.array(z.number().int().min(1).max(7)).min(1).max(7).openapi({
      description: "ISO weekdays: Monday is 1.",
    }),
    startsAt: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .openapi({ description: "The guild's local time.", examples: ["20:00"] }),
    minutes,
    pool: id.optional(),
    note: note.optional(),
    teamId: team.optional(),
  })
  .openapi("NewRaidSeries");

/** A local date, such as "2027-03-28". */
const localDate = z.iso.date();

export const seriesChange = newSeries
  .omit({ pool: true })
  .partial()
  .extend({
    from: localDate.optional().openapi({
      description: "The guild's local date of the first raid that changes. Today, unless said.",
    }),
  })
  .openapi("RaidSeriesChange");

export const signupBody = z
  .strictObject({
    status: z.enum(SIGNUPS),
    role: z.enum(RAID_ROLES).nullable().optional(),
    note: note.optional(),
    personId: id.optional().openapi({ description: "Another person, for officers." }),
  })
  .openapi("RaidSignup");

export const presenceBody = z
  .strictObject({
    people: z
      .array(
        z.strictObject({
          personId: id,
          presence: z.enum(PRESENCES),
          creditPct: z.number().int().min(0).max(100).optional(),
          remark: z.enum(REMARKS).nullable().optional(),
          isExempt: z.boolean().optional(),
        }),
      )
      .max(raids.peopleMax),
    mode: z
      .enum(["merge", "replace"])
      .default("merge")
      .openapi({
        description:
          "`merge` changes the people that are sent. `replace` also removes the attendance of all " +
          "others, and needs the `version`.",
      }),
    version: z
      .string()
      .regex(/^[0-9a-f]{1,64}$/)
      .optional()
      .openapi({
        description: "The `attendanceVersion` that was read. Another one now is a conflict.",
      }),
  })
  .refine(({ mode, people }) => mode === "replace" || people.length > 0, {
    path: ["people"],
    message: "Choose at least one person.",
  })
  .refine(({ mode, version }) => mode === "merge" || version !== undefined, {
    path: ["version"],
    message: "Send the version of the attendance that you replace.",
  })
  .openapi("RaidAttendanceChange");

export const matchBody = z
  .strictObject({
    names: linesField(raids.namesCharsMax)
      .optional()
      .openapi({
        description: "Names, or `Name-Realm`, one a line or between commas or semicolons.",
        examples: ["Aldor\nMira-Area52"],
      }),
    logId: id.optional().openapi({ description: "The combat log whose players were there." }),
  })
  .openapi("RaidAttendanceNames");

export const raidAwardBody = z
  .strictObject({
    points,
    reason: lineField(limits.dkp.reasonCharsMax, 1, "Enter a reason."),
    benchPct: z.number().int().min(0).max(100).optional(),
    exceptLate: z.boolean().optional(),
    effectiveAt: z.number().int().min(0).optional().openapi({
      description:
        "When it was earned, in Unix milliseconds. At the end of a past raid, unless said.",
    }),
    confirm: z.boolean().optional().openapi({
      description: "Awards even if another officer has just given the same award.",
    }),
  })
  .openapi("RaidAward");

const when = z.number().int();
const nullableText = z.string().nullable();

export const raidJson = z
  .object({
    id: z.string(),
    seriesId: nullableText,
    name: z.string(),
    poolId: z.string(),
    startsAt: when,
    endsAt: when,
    status: z.enum(["planned", "running", "ended", "canceled"]),
    startedAt: when.nullable(),
    endedAt: when.nullable(),
    note: z.string(),
    counts: z.boolean(),
    teamId: nullableText,
    coming: z.number().int(),
    present: z.number().int(),
  })
  .openapi("Raid");

export const raidViewJson = raidJson
  .extend({
    people: z
      .array(
        z.object({
          personId: z.string(),
          name: z.string(),
          class: nullableText,
          role: z.enum(RAID_ROLES).nullable(),
          isOwn: z.boolean(),
          isActive: z.boolean(),
          signup: z.enum(SIGNUPS).nullable(),
          signupNote: z.string(),
          presence: z.enum(PRESENCES).nullable(),
          creditPct: z.number().int().nullable(),
          remark: z.enum(REMARKS).nullable(),
          isExempt: z.boolean(),
          joinedAt: when.nullable(),
          leftAt: when.nullable(),
        }),
      )
      .readonly(),
    attendanceVersion: z.string(),
    composition: z.record(z.enum(RAID_ROLES), z.number().int()),
  })
  .openapi("RaidWithPeople");

export const seriesJson = z
  .object({
    id: z.string(),
    name: z.string(),
    weekdays: z.array(z.number().int()).readonly(),
    startsAt: z.string(),
    minutes: z.number().int(),
  })
  .openapi("RaidSeries");

const person = z.object({ personId: z.string(), name: z.string() });

export const teamJson = z
  .object({ id: z.string(), name: z.string(), members: z.array(person).readonly() })
  .openapi("RaidTeam");

export const newTeam = z
  .strictObject({ name, personIds: z.array(id).max(raids.peopleMax).optional() })
  .openapi("NewRaidTeam");

export const teamChange = newTeam.partial().openapi("RaidTeamChange");

/** Names that were compared with the roster. */
export const matchesJson = z
  .object({
    people: z.array(person).readonly(),
    unknown: z.array(z.string()).readonly(),
    ambiguous: z
      .array(z.object({ name: z.string(), people: z.array(person).readonly() }))
      .readonly(),
    reports: z.array(z.object({ id: z.string(), title: z.string() })).readonly(),
  })
  .openapi("RaidAttendanceMatches");

const percent = z.number().int().nullable();

const MARKS = ["present", "late", "bench", "absent", "exempt", "none"] as const;

/** Filters of the attendance grid. Dates are the guild's local ones, both inclusive. */
export const gridFilters = z.object({
  team: z.uuid().optional(),
  from: localDate.optional(),
  until: localDate.optional(),
  skip: z.coerce.number().int().min(0).max(raids.gridSkipMax).default(0).openapi({
    description: "How many of the latest raids to skip, for the columns of earlier ones.",
  }),
});

export const gridJson = z
  .object({
    raids: z.array(z.object({ id: z.string(), name: z.string(), startsAt: when })).readonly(),
    raidCount: z.number().int(),
    items: z
      .array(
        person.extend({
          class: nullableText,
          percent,
          nights: z.number().int(),
          marks: z.array(z.enum(MARKS)).readonly(),
        }),
      )
      .readonly(),
    next: z.string().optional(),
  })
  .openapi("AttendanceGrid");

export const attendanceJson = z
  .object({
    personId: z.string(),
    name: z.string(),
    class: nullableText,
    days30: percent,
    days60: percent,
    days90: percent,
    all: percent,
    raids: z.number().int(),
  })
  .openapi("Attendance");
