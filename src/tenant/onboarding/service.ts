import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import type { RaidSchedule } from "../../platform/schema.ts";
import type { PlatformStore } from "../../platform/store.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { exampleEntries, exampleRemoval } from "../dkp/example.ts";
import { hasImported } from "../imports/service.ts";
import { planSeries, series } from "../raids/service.ts";
import { insertCharacter, insertPerson, rosterSummary, writeUnique } from "../roster/service.ts";
import { exampleNights, nightsRemoval } from "./example-night.ts";

/** The wizard's steps in order. Each can be skipped and visited again. */
export const STEPS = ["loot", "schedule", "history", "roster", "invitations"] as const;
export type Step = (typeof STEPS)[number];
export type StepState = "open" | "done" | "skipped";

export interface Onboarding {
  readonly steps: readonly { readonly step: Step; readonly state: StepState }[];
  readonly hasExample: boolean;
}

const SETTING = "onboarding";

/** Example people. They are named after objects, so that no real player is mistaken for one. */
const EXAMPLE = [
  ["Anvil", "warrior", "tank"],
  ["Bellows", "shaman", "healer"],
  ["Cinder", "mage", "ranged"],
  ["Damask", "rogue", "melee"],
  ["Ember", "priest", "healer"],
  ["Flint", "hunter", "ranged"],
  ["Girder", "paladin", "tank"],
  ["Hearth", "druid", "healer"],
] as const;

/** Answers questions about invitations, which are not in the guild's database. */
type Platform = Pick<PlatformStore, "hasInvited">;

/**
 * The guild's setup progress. A step is done when a user marked it, or when its result exists for any
 * reason.
 */
export async function onboarding(ctx: GuildContext, platform: Platform): Promise<Onboarding> {
  allow(ctx, "settings.manage");
  const [said, roster, hasInvited, hasHistory, example] = await Promise.all([
    readStates(ctx),
    rosterSummary(ctx),
    platform.hasInvited(ctx.guild.id),
    hasImported(ctx),
    ctx.db.first("SELECT 1 FROM persons WHERE is_example = 1"),
  ]);
  const isThere: Readonly<Record<Step, boolean>> = {
    loot: false,
    schedule: ctx.guild.raidSchedule !== null,
    history: hasHistory,
    roster: roster.mains > 0,
    invitations: hasInvited,
  };
  const stateOf = (step: Step): StepState => {
    const state = said[step] ?? "open";
    return state === "open" && isThere[step] ? "done" : state;
  };
  return {
    steps: STEPS.map((step) => ({ step, state: stateOf(step) })),
    hasExample: example !== undefined,
  };
}

/** Marks steps as done or skipped; they can be visited again. `detail` is the choice, for the audit log. */
export async function markSteps(
  ctx: GuildContext,
  steps: readonly Step[],
  state: StepState,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  allow(ctx, "settings.manage");
  if (steps.length === 0) return;
  const states = JSON.stringify(Object.fromEntries(steps.map((step) => [step, state])));
  await write(ctx.db, [
    {
      // The database merges the values, so concurrent marks are both kept.
      sql: `INSERT INTO settings (name, value, updated_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET value = json_patch(value, ?2), updated_at = ?3`,
      args: [SETTING, states, ctx.now().getTime()],
    },
    record(ctx, "onboarding.step", steps.join(" "), { after: { state, ...detail } }),
  ]);
}

/**
 * Adds example people and raid nights in a separate pool. Adds nothing if they exist.
 *
 * @throws {Conflict} `roster/name-taken` when a real person has the name of an example person.
 */
export async function addExample(ctx: GuildContext): Promise<void> {
  allow(ctx, "settings.manage");
  const people = EXAMPLE.map(([name, classId, role]) => ({
    id: newId<PersonId>(),
    name: `Example ${name}`,
    class: classId,
    role,
  }));
  const isThere = new Conflict("onboarding/example-is-there", "The example was already added.");
  try {
    await writeUnique(ctx, [
      guard(sql`not exists (select 1 from persons where is_example = 1)`, () => isThere),
      ...people.flatMap(({ id, name, ...character }) => [
        insertPerson(ctx, id, name, null, true),
        insertCharacter(ctx, id, { name, ...character }),
      ]),
      ...exampleEntries(
        ctx,
        people.map(({ id }) => id),
      ),
      ...exampleNights(ctx.now().getTime()),
      record(ctx, "example.add", "example", { after: { people: people.length } }),
    ]);
  } catch (error) {
    if (error !== isThere) throw error;
  }
}

/** Plans the raid nights as weekly raids if the guild has none, so that its calendar fills itself. */
export async function planNights(
  ctx: GuildContext,
  name: string,
  timeZone: string,
  nights: RaidSchedule,
): Promise<void> {
  if ((await series(ctx)).length > 0) return;
  const minutesOf = (time: string) => {
    const [hours, minutes] = time.split(":").map(Number) as [number, number];
    return hours * 60 + minutes;
  };
  const { weekdays, startsAt, endsAt } = nights;
  // A raid may end after midnight.
  const minutes = (minutesOf(endsAt) - minutesOf(startsAt) + 1_440) % 1_440 || 180;
  const guild = { ...ctx.guild, timeZone };
  await planSeries({ ...ctx, guild }, { name, weekdays, startsAt, minutes });
}

/** Removes the example and everything that belongs to it. Real points never involve its people. */
export async function removeExample(ctx: GuildContext): Promise<void> {
  allow(ctx, "settings.manage");
  const ofExample = "person_id IN (SELECT id FROM persons WHERE is_example = 1)";
  await write(ctx.db, [
    ...nightsRemoval(),
    ...exampleRemoval(),
    { sql: `DELETE FROM characters WHERE ${ofExample}`, args: [] },
    { sql: "DELETE FROM persons WHERE is_example = 1", args: [] },
    record(ctx, "example.remove", "example"),
  ]);
}

async function readStates(ctx: GuildContext): Promise<Partial<Record<Step, StepState>>> {
  const row = await ctx.db.first<{ value: string }>(
    "SELECT value FROM settings WHERE name = ?",
    SETTING,
  );
  return row ? JSON.parse(row.value) : {};
}
