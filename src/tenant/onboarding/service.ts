import { eq, not, sql } from "drizzle-orm";
import { columnsOf, existsIn, isTrue, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
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
import { examplePeopleRemoval } from "../roster/example.ts";
import { persons } from "../roster/schema.ts";
import { insertCharacter, insertPerson, rosterSummary, writeUnique } from "../roster/service.ts";
import { settings } from "../schema.ts";
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

const settingByName = prepare(({ name }: Values<{ readonly name: string }>) =>
  build.select(columnsOf(settings, "value")).from(settings).where(eq(settings.name, name)),
);

const examplePerson = prepare(() =>
  build.select(columnsOf(persons, "id")).from(persons).where(isTrue(persons.isExample)).limit(1),
);

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
    examplePerson.first(ctx.db),
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
  const states = Object.fromEntries(steps.map((step) => [step, state]));
  const updatedAt = ctx.now().getTime();
  await write(ctx.db, [
    // The database merges the values, so concurrent marks are both kept.
    insertInto(
      settings,
      { name: SETTING, value: states, updatedAt },
      {
        on: [settings.name],
        set: { value: sql`json_patch(${settings.value}, ${JSON.stringify(states)})`, updatedAt },
      },
    ),
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
      guard(not(existsIn(persons, isTrue(persons.isExample))), () => isThere),
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
  await write(ctx.db, [
    ...nightsRemoval(),
    ...exampleRemoval(),
    ...examplePeopleRemoval(),
    record(ctx, "example.remove", "example"),
  ]);
}

async function readStates(ctx: GuildContext): Promise<Partial<Record<Step, StepState>>> {
  const row = await settingByName.first(ctx.db, { name: SETTING });
  return (row?.value ?? {}) as Partial<Record<Step, StepState>>;
}
