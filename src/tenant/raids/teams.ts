import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { columnsOf, existsIn, listOf, prepare } from "../../database/query.ts";
import { build, insertAll, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Invalid, NotFound } from "../../kernel/errors.ts";
import { newId, type PersonId, type RaidTeamId } from "../../kernel/ids.ts";
import { foldName } from "../../kernel/names.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { raidTeamMembers, raidTeams } from "./schema.ts";

/** A group of raiders. Its raids count for the attendance of its members only. */
export interface RaidTeam {
  readonly id: RaidTeamId;
  readonly name: string;
  readonly members: readonly { readonly personId: PersonId; readonly name: string }[];
}

export interface RaidTeamInput {
  readonly name?: string | undefined;
  /** The members. Others leave the team. */
  readonly personIds?: readonly string[] | undefined;
}

/** The schema version that brought teams. */
const TEAMS_VERSION = 10;

const allTeams = prepare(() =>
  build
    .select({
      ...columnsOf(raidTeams, "id", "name"),
      members: listOf(
        { personId: persons.id, name: persons.name },
        (row) => sql`(select json_group_array(${row}) from (
          select * from ${persons} where ${persons.id} in (
            select ${raidTeamMembers.personId} from ${raidTeamMembers}
            where ${raidTeamMembers.teamId} = ${raidTeams.id})
          order by ${persons.nameKey}) as ${persons})`,
      ),
    })
    .from(raidTeams)
    .where(isNull(raidTeams.archivedAt))
    .orderBy(asc(raidTeams.nameKey)),
);

/** The teams by name, with their members. */
export async function raidTeamsOf(ctx: GuildContext): Promise<readonly RaidTeam[]> {
  allow(ctx, "raids.view");
  if (ctx.guild.schemaVersion < TEAMS_VERSION) return [];
  return await allTeams.all(ctx.db);
}

/**
 * @throws {Conflict} `raids/team-name-taken`, `raids/too-many-teams`
 *
 * @throws {Invalid} `raids/bad-people`
 */
export async function addTeam(
  ctx: GuildContext,
  input: RaidTeamInput & { readonly name: string },
): Promise<RaidTeam> {
  allow(ctx, "raids.manage");
  const id = newId<RaidTeamId>();
  const name = input.name.trim();
  const count = sql`(select count(*) from ${raidTeams} where archived_at is null)`;
  await write(ctx.db, [
    guard(
      sql`${count} < ${limits.raids.teamsMax}`,
      () =>
        new Conflict(
          "raids/too-many-teams",
          `A guild has ${limits.raids.teamsMax} raid teams at most. Delete one of them first.`,
        ),
    ),
    nameIsFree(id, name),
    insertInto(raidTeams, { id, name, nameKey: foldName(name), createdAt: ctx.now().getTime() }),
    ...membersOf(id, input.personIds ?? []),
    record(ctx, "raid.team-add", id, { after: { name, people: input.personIds ?? [] } }),
  ]);
  return await teamOf(ctx, id);
}

/**
 * Changes the name or the members. A field that is left out keeps its value.
 *
 * @throws {NotFound} `raids/team-not-found`
 *
 * @throws as `addTeam` does
 */
export async function changeTeam(
  ctx: GuildContext,
  id: string,
  change: RaidTeamInput,
): Promise<RaidTeam> {
  allow(ctx, "raids.manage");
  const before = await teamOf(ctx, id);
  const name = change.name?.trim() ?? before.name;
  const nameKey = foldName(name);
  await write(ctx.db, [
    teamExists(id),
    nameIsFree(before.id, name),
    build.update(raidTeams).set({ name, nameKey }).where(eq(raidTeams.id, before.id)),
    ...(change.personIds === undefined
      ? []
      : [
          build.delete(raidTeamMembers).where(eq(raidTeamMembers.teamId, before.id)),
          ...membersOf(before.id, change.personIds),
        ]),
    record(ctx, "raid.team-change", id, {
      before: { name: before.name, people: before.members.map(({ personId }) => personId) },
      after: { ...change },
    }),
  ]);
  return await teamOf(ctx, id);
}

/** Deletes a team. Its raids stay, and count for their people as before. */
export async function archiveTeam(ctx: GuildContext, id: string): Promise<void> {
  allow(ctx, "raids.manage");
  const archivedAt = ctx.now().getTime();
  await write(ctx.db, [
    teamExists(id),
    // The name is free for another team from now on.
    build
      .update(raidTeams)
      .set({ archivedAt, nameKey: sql`${raidTeams.nameKey} || ' ' || ${raidTeams.id}` })
      .where(sql`${raidTeams.id} = ${id}`),
    record(ctx, "raid.team-delete", id),
  ]);
}

/** A guard for a raid's team: `raids/team-not-found` unless it exists. None for a raid without a team. */
export function teamIsKnown(id: string | null | undefined): readonly Guard[] {
  return id === null || id === undefined ? [] : [teamExists(id)];
}

/** @throws {NotFound} `raids/team-not-found` */
export async function teamOf(ctx: GuildContext, id: string): Promise<RaidTeam> {
  const found = (await raidTeamsOf(ctx)).find((team) => team.id === id);
  if (found) return found;
  throw noSuchTeam();
}

function teamExists(id: string): Guard {
  return guard(
    existsIn(raidTeams, and(sql`${raidTeams.id} = ${id}`, isNull(raidTeams.archivedAt))),
    noSuchTeam,
  );
}

function nameIsFree(id: RaidTeamId, name: string): Guard {
  return guard(
    sql`not exists (select 1 from ${raidTeams} where ${raidTeams.nameKey} = ${foldName(name)}
      and ${raidTeams.id} <> ${id})`,
    () =>
      new Conflict("raids/team-name-taken", "Another raid team has this name. Choose another.", {
        errors: [{ pointer: "/name", detail: "Another raid team has this name. Choose another." }],
      }),
  );
}

function membersOf(teamId: RaidTeamId, people: readonly string[]): readonly (Writable | Guard)[] {
  const ids = [...new Set(people)] as PersonId[];
  if (ids.length === 0) return [];
  const detail = "Some people are not active in the roster. Reload the list and choose again.";
  return [
    guard(
      sql`(select count(*) from ${persons} where status = 'active'
        and id in (select value from json_each(${JSON.stringify(ids)}))) = ${ids.length}`,
      () =>
        new Invalid("raids/bad-people", detail, { errors: [{ pointer: "/personIds", detail }] }),
    ),
    insertAll(
      raidTeamMembers,
      ids.map((personId) => ({ teamId, personId })),
    ),
  ];
}

function noSuchTeam(): NotFound {
  return new NotFound("raids/team-not-found", "This raid team does not exist.");
}

const membershipsAll = prepare(() =>
  build.select(columnsOf(raidTeamMembers, "teamId", "personId")).from(raidTeamMembers),
);

/** The teams of each person. */
export async function teamsByPerson(
  ctx: GuildContext,
): Promise<ReadonlyMap<PersonId, ReadonlySet<string>>> {
  const found = new Map<PersonId, Set<string>>();
  if (ctx.guild.schemaVersion < TEAMS_VERSION) return found;
  for (const { teamId, personId } of await membershipsAll.all(ctx.db)) {
    found.set(personId, (found.get(personId) ?? new Set<string>()).add(teamId));
  }
  return found;
}
