import { and, eq, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build, excluded, insertAll } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid } from "../../kernel/errors.ts";
import type { PersonId, RaidId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { announceRaid } from "./plan.ts";
import {
  attendanceText,
  attendanceTextOf,
  type RaidPerson,
  type RaidView,
  raid,
} from "./queries.ts";
import { attendance, type Presence, type Remark, raids } from "./schema.ts";

export interface PresenceChange {
  readonly personId: string;
  readonly presence: Presence;
  /** The credit of the night in percent; by default the usual one for the presence. */
  readonly creditPct?: number | undefined;
  readonly remark?: Remark | null | undefined;
  /** The night does not count for this person. */
  readonly isExempt?: boolean | undefined;
}

interface PresenceOptions {
  /** `replace` removes the attendance of everyone who is not in the list. */
  readonly mode?: "merge" | "replace" | undefined;
  /** The version of the attendance that the caller saw. The change is a conflict if it differs by now. */
  readonly version?: string | undefined;
}

/** People on the bench have kept the night free too, so they get full credit. */
export const USUAL_CREDIT: Readonly<Record<Presence, number>> = {
  present: 100,
  bench: 100,
  absent: 0,
};

/**
 * Sets who is present, on the bench or absent, also after the raid, so that mistakes can be corrected.
 *
 * @throws {Conflict} `raids/not-begun`, `raids/attendance-changed`
 *
 * @throws {Invalid} `raids/bad-people`
 */
export async function setPresence(
  ctx: GuildContext,
  id: string,
  changes: readonly PresenceChange[],
  options: PresenceOptions = {},
): Promise<RaidView> {
  allow(ctx, "raids.manage");
  const before = await raid(ctx, id);
  const isReplaced = options.mode === "replace";
  if (options.version !== undefined && options.version !== before.attendanceVersion) {
    throw changedMeanwhile();
  }
  const was = new Map(before.people.map((person) => [person.personId as string, person]));
  // People who have left stay as they were, or are marked absent. They never become present.
  const known = changes.filter(
    ({ personId, presence }) =>
      was.has(personId) && (presence === "absent" || was.get(personId)?.presence === presence),
  );
  const added = changes.filter((one) => !known.includes(one));
  const people = JSON.stringify(added.map(({ personId }) => personId));
  const shown = isReplaced ? before.people.filter(({ presence }) => presence !== null) : changes;
  await write(ctx.db, [
    guard(
      existsIn(raids, and(eq(raids.id, before.id), sql`${raids.status} in ('running', 'ended')`)),
      () => new Conflict("raids/not-begun", "This raid has not started yet."),
    ),
    guard(
      sql`(select count(*) from ${persons} where ${persons.status} = 'active' and ${persons.id} in (
        select value from json_each(${people}))) = ${new Set(added.map((one) => one.personId)).size}`,
      () => badPeople(before, added),
    ),
    ...(options.version === undefined
      ? []
      : [guard(sql`${attendanceTextOf(id)} = ${attendanceText(before.people)}`, changedMeanwhile)]),
    ...(isReplaced ? [withoutOthers(before.id, changes)] : []),
    ...rowsFor(before, changes, ctx.now().getTime()),
    announceRaid(ctx, id),
    record(ctx, "raid.presence", id, {
      before: shown.map(({ personId }) => ({
        personId,
        presence: was.get(personId)?.presence ?? null,
        creditPct: was.get(personId)?.creditPct ?? null,
      })),
      after: changes,
    }),
  ]);
  return await raid(ctx, id);
}

function withoutOthers(raidId: RaidId, changes: readonly PresenceChange[]): Writable {
  const ids = JSON.stringify(changes.map(({ personId }) => personId));
  const isOther = sql`${attendance.personId} not in (select value from json_each(${ids}))`;
  return build.delete(attendance).where(and(eq(attendance.raidId, raidId), isOther));
}

/** The rows of a list, one for each person: a later line about a person replaces an earlier one. */
function rowsFor(
  before: RaidView,
  changes: readonly PresenceChange[],
  nowMs: number,
): readonly Writable[] {
  const was = new Map(before.people.map((person) => [person.personId as string, person]));
  const last = new Map(changes.map((change) => [change.personId, change]));
  const rows = [...last.values()].map((change) =>
    rowFor(before.id, change, was.get(change.personId), nowMs),
  );
  if (rows.length === 0) return [];
  const { presence, creditPct, remark, isExempt, joinedAt, leftAt } = attendance;
  return [
    insertAll(attendance, rows, {
      on: [attendance.raidId, attendance.personId],
      set: {
        presence: excluded(presence),
        creditPct: excluded(creditPct),
        remark: excluded(remark),
        isExempt: excluded(isExempt),
        joinedAt: excluded(joinedAt),
        leftAt: excluded(leftAt),
      },
    }),
  ];
}

function rowFor(
  raidId: RaidId,
  change: PresenceChange,
  old: RaidPerson | undefined,
  nowMs: number,
) {
  const { presence, remark, isExempt } = change;
  const usual = old?.presence === presence ? (old.creditPct ?? 0) : USUAL_CREDIT[presence];
  const isAbsent = presence === "absent";
  return {
    raidId,
    personId: change.personId as PersonId,
    presence,
    creditPct: change.creditPct ?? usual,
    remark: remark === undefined ? (old?.remark ?? null) : remark,
    isExempt: isExempt ?? old?.isExempt ?? false,
    joinedAt: isAbsent ? (old?.joinedAt ?? null) : (old?.joinedAt ?? nowMs),
    leftAt: isAbsent && old?.joinedAt ? nowMs : null,
  };
}

function changedMeanwhile(): Conflict {
  return new Conflict(
    "raids/attendance-changed",
    "Another person changed the attendance since you opened it. Compare, and save again.",
  );
}

/** Names the people who have left, if the raid knows them. */
function badPeople(raid: RaidView, changes: readonly PresenceChange[]): Invalid {
  const ids = new Set(changes.map(({ personId }) => personId));
  const left = raid.people.filter((one) => !one.isActive && ids.has(one.personId));
  const names = left.map(({ name }) => name).join(", ");
  const detail =
    names === ""
      ? "Choose active people from the roster."
      : `${names}: no longer in the roster. Mark them absent.`;
  return new Invalid("raids/bad-people", detail, { errors: [{ pointer: "/people", detail }] });
}
