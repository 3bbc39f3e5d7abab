import { and, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build, excluded, insertInto } from "../../database/statements.ts";
import type { Writable } from "../../database/write.ts";
import type { PersonId, PoolId, RaidId } from "../../kernel/ids.ts";
import type { RaidRole } from "../roster/schema.ts";
import {
  attendance,
  type Presence,
  type Remark,
  raids,
  type SignupStatus,
  signups,
} from "./schema.ts";

// Raids of the past, as imports write them. The statements belong to a write of the caller, which
// records why.

export function pastRaid(raid: {
  readonly id: RaidId;
  readonly name: string;
  readonly poolId: PoolId;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly note: string;
  readonly isPlanned: boolean;
  readonly createdAt: number;
}): Writable {
  const { isPlanned, ...rest } = raid;
  const times = isPlanned ? {} : { startedAt: raid.startsAt, endedAt: raid.endsAt };
  return insertInto(raids, { ...rest, ...times, status: isPlanned ? "planned" : "ended" });
}

/** Who was there. A person's second character adds its credit, up to the whole night. */
export function pastAttendance(row: {
  readonly raidId: RaidId;
  readonly personId: PersonId;
  readonly presence: Presence;
  readonly creditPct: number;
  readonly remark: Remark | null;
  readonly isExempt: boolean;
}): Writable {
  return insertInto(attendance, row, {
    on: [attendance.raidId, attendance.personId],
    set: {
      creditPct: sql`min(100, ${attendance.creditPct} + ${excluded(attendance.creditPct)})`,
      presence: sql`case when ${attendance.presence} = 'present' then 'present'
        else ${excluded(attendance.presence)} end`,
    },
  });
}

export function pastSignup(row: {
  readonly raidId: RaidId;
  readonly personId: PersonId;
  readonly status: SignupStatus;
  readonly role: RaidRole | null;
  readonly note: string;
  readonly at: number;
}): Writable {
  return insertInto(signups, row, { on: [signups.raidId, signups.personId] });
}

/** Removes a raid that an import added, with its sign-ups and its attendance. */
export function withoutRaid(id: string): readonly Writable[] {
  return [
    build.delete(attendance).where(sql`${attendance.raidId} = ${id}`),
    build.delete(signups).where(sql`${signups.raidId} = ${id}`),
    build.delete(raids).where(sql`${raids.id} = ${id}`),
  ];
}

/** Removes a presence that an import added to another's raid. */
export function withoutAttendance(raidId: string, personId: string): Writable {
  return build
    .delete(attendance)
    .where(and(sql`${attendance.raidId} = ${raidId}`, sql`${attendance.personId} = ${personId}`));
}

export function withoutSignup(raidId: string, personId: string): Writable {
  return build
    .delete(signups)
    .where(and(sql`${signups.raidId} = ${raidId}`, sql`${signups.personId} = ${personId}`));
}

/** Raids that begin at one of these moments. */
export const raidsStarting = prepare(({ starts }: Values<{ starts: string }>) =>
  build
    .select(columnsOf(raids, "id", "name", "startsAt"))
    .from(raids)
    .where(sql`${raids.startsAt} in (select value from json_each(${starts}))`),
);

/** The attendance of these raids. */
export const attendanceOf = prepare(({ raids: ids }: Values<{ raids: string }>) =>
  build
    .select(columnsOf(attendance, "raidId", "personId", "creditPct"))
    .from(attendance)
    .where(sql`${attendance.raidId} in (select value from json_each(${ids}))`),
);

/** The sign-ups of these raids. */
export const signupsOf = prepare(({ raids: ids }: Values<{ raids: string }>) =>
  build
    .select(columnsOf(signups, "raidId", "personId", "status"))
    .from(signups)
    .where(sql`${signups.raidId} in (select value from json_each(${ids}))`),
);

/** Raids in which these people take part, besides the ones of a list. */
export const raidsOfOthers = prepare(
  (value: Values<{ people: string; made: string; limit: number }>) =>
    build
      .selectDistinct({ id: raids.id, name: raids.name })
      .from(raids)
      .where(
        and(
          sql`${raids.id} not in (select value from json_each(${value.made}))`,
          sql`(exists (select 1 from ${attendance} where ${attendance.raidId} = ${raids.id}
              and ${attendance.personId} in (select value from json_each(${value.people})))
            or exists (select 1 from ${signups} where ${signups.raidId} = ${raids.id}
              and ${signups.personId} in (select value from json_each(${value.people}))))`,
        ),
      )
      .limit(value.limit),
);
