import { DatabaseError } from "../../database/errors.ts";
import { type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { exampleEntries, exampleRemoval } from "../dkp/example.ts";
import { insertCharacter, insertPerson } from "../roster/service.ts";

/** The wizard's steps, in order. Each can be skipped, and come back to. */
export const STEPS = ["loot", "schedule", "roster", "invitations"] as const;
export type Step = (typeof STEPS)[number];
export type StepState = "open" | "done" | "skipped";

export interface Onboarding {
  readonly steps: readonly { readonly step: Step; readonly state: StepState }[];
  readonly hasExample: boolean;
}

const SETTING = "onboarding";

/** Example people: names of things, so that nobody is taken for somebody. */
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

/** How far the guild's setting up is. */
export async function onboarding(ctx: GuildContext): Promise<Onboarding> {
  allow(ctx, "settings.manage");
  const states = await readStates(ctx);
  const example = await ctx.db.first("SELECT 1 FROM persons WHERE is_example = 1");
  return {
    steps: STEPS.map((step) => ({ step, state: states[step] ?? "open" })),
    hasExample: example !== undefined,
  };
}

/** Marks a step as done or skipped; nothing is lost by coming back. */
export async function markStep(
  ctx: GuildContext,
  step: Step,
  state: StepState,
): Promise<Onboarding> {
  allow(ctx, "settings.manage");
  const before = await readStates(ctx);
  const after = { ...before, [step]: state };
  await write(ctx.db, [
    saveStates(ctx, after),
    record(ctx, "onboarding.step", step, { before: before[step] ?? "open", after: state }),
  ]);
  return await onboarding(ctx);
}

/** Example people and raid nights, in a pool of their own. Adds nothing when they are there. */
export async function addExample(ctx: GuildContext): Promise<Onboarding> {
  allow(ctx, "settings.manage");
  if ((await onboarding(ctx)).hasExample) return await onboarding(ctx);
  const people = EXAMPLE.map(([name, classId, role]) => ({
    id: newId<PersonId>(),
    name: `Example ${name}`,
    class: classId,
    role,
  }));
  await write(ctx.db, [
    ...people.flatMap(({ id, name, ...character }) => [
      insertPerson(ctx, id, name, null, true),
      insertCharacter(ctx, id, { name, ...character }, true),
    ]),
    ...exampleEntries(
      ctx,
      people.map(({ id }) => id),
    ),
    record(ctx, "example.add", "example", { after: { people: people.length } }),
  ]);
  return await onboarding(ctx);
}

/**
 * Takes the example away with all that belongs to it.
 * @throws {Conflict} `onboarding/example-in-use` when example people were given real points.
 */
export async function removeExample(ctx: GuildContext): Promise<Onboarding> {
  allow(ctx, "settings.manage");
  const ofExample = "person_id IN (SELECT id FROM persons WHERE is_example = 1)";
  const statements: Writable[] = [
    ...exampleRemoval(),
    { sql: `DELETE FROM characters WHERE ${ofExample}`, args: [] },
    { sql: "DELETE FROM persons WHERE is_example = 1", args: [] },
  ];
  try {
    await write(ctx.db, [...statements, record(ctx, "example.remove", "example")]);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.kind === "foreign-key")) throw error;
    throw new Conflict(
      "onboarding/example-in-use",
      "Example people were given points in a real pool. Archive them in the roster instead.",
    );
  }
  return await onboarding(ctx);
}

async function readStates(ctx: GuildContext): Promise<Partial<Record<Step, StepState>>> {
  const row = await ctx.db.first<{ value: string }>(
    "SELECT value FROM settings WHERE name = ?",
    SETTING,
  );
  return row ? JSON.parse(row.value) : {};
}

function saveStates(ctx: GuildContext, states: Partial<Record<Step, StepState>>): Writable {
  return {
    sql: `INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    args: [SETTING, JSON.stringify(states), ctx.now().getTime()],
  };
}
