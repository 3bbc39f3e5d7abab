import { and, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict, Unavailable } from "../../kernel/errors.ts";
import type { PersonId, PersonJoinId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { describe } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";
import { type JoinKind, personJoins, persons } from "./schema.ts";

/** The schema version that brought the tables of this file. Guilds wait for it in a rollout. */
const SCHEMA_VERSION = 12;

/** Can persons of this guild be joined yet? */
export function hasJoins(ctx: Pick<GuildContext, "guild">): boolean {
  return ctx.guild.schemaVersion >= SCHEMA_VERSION;
}

/**
 * The first line of every verb about joins, moves and claims.
 * @throws as `allow` does
 * @throws {Unavailable} `guild/schema-behind` for a guild that the rollout has not reached.
 */
export function allowJoins(ctx: GuildContext, permission: Permission = "roster.manage"): void {
  allow(ctx, permission);
  if (hasJoins(ctx)) return;
  throw new Unavailable(
    "guild/schema-behind",
    "This guild's database is about to be updated. Try again in a moment.",
    { retryAfterMs: limits.database.movedRetryAfterMs },
  );
}

const from = alias(persons, "giver");
const into = alias(persons, "taker");

const JOIN = {
  ...columnsOf(personJoins, "id", "kind", "fromId", "intoId", "changes", "at", "byName"),
  ...columnsOf(personJoins, "undoneAt", "undoneBy"),
  fromName: from.name,
  intoName: into.name,
};

const joinsWithNames = () =>
  build
    .select(JOIN)
    .from(personJoins)
    .innerJoin(from, eq(from.id, personJoins.fromId))
    .innerJoin(into, eq(into.id, personJoins.intoId));

/** A join or a move with the names of its two persons. */
export type StoredJoin = NonNullable<Awaited<ReturnType<typeof joinById.first>>>;

export const joinById = prepare(({ id }: Values<{ id: string }>) =>
  joinsWithNames().where(sql`${personJoins.id} = ${id}`),
);

/** The newest joins and moves. */
export const recentJoins = prepare(({ limit }: Values<{ limit: number }>) =>
  joinsWithNames().orderBy(desc(personJoins.at), desc(personJoins.id)).limit(limit),
);

/** The joins and moves of one person, the newest first. */
export const joinsOfPerson = prepare(({ id }: Values<{ id: string }>) =>
  joinsWithNames()
    .where(or(sql`${personJoins.fromId} = ${id}`, sql`${personJoins.intoId} = ${id}`))
    .orderBy(desc(personJoins.at), desc(personJoins.id)),
);

/** Where the persons of a JSON array of ids went. */
export const joinsFrom = prepare(({ ids }: Values<{ ids: string }>) =>
  build
    .select(columnsOf(personJoins, "id", "fromId", "intoId"))
    .from(personJoins)
    .where(
      and(
        isNull(personJoins.undoneAt),
        eq(personJoins.kind, "join"),
        sql`${personJoins.fromId} in (select value from json_each(${ids}))`,
      ),
    ),
);

/** Every join that stands, in the order in which they were made. */
export const openJoins = prepare(() =>
  build
    .select(columnsOf(personJoins, "id", "fromId", "intoId", "at"))
    .from(personJoins)
    .where(and(isNull(personJoins.undoneAt), eq(personJoins.kind, "join")))
    .orderBy(sql`${personJoins}.rowid`),
);

/** A condition: this person was joined with another one. */
export function isJoined(personId: string) {
  return existsIn(
    personJoins,
    and(
      sql`${personJoins.fromId} = ${personId}`,
      eq(personJoins.kind, "join"),
      isNull(personJoins.undoneAt),
    ),
  );
}

export interface NewJoin {
  readonly id: PersonJoinId;
  readonly kind: JoinKind;
  readonly fromId: PersonId;
  readonly intoId: PersonId;
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Begins a join or a move. Neither person may have been joined with another one. */
export function beginJoin(ctx: GuildContext, join: NewJoin): readonly (Writable | Guard)[] {
  return [
    guard(sql`not ${isJoined(join.fromId)} and not ${isJoined(join.intoId)}`, alreadyJoined),
    insertInto(personJoins, {
      ...join,
      at: ctx.now().getTime(),
      byName: describe(ctx.actor).name,
    }),
  ];
}

/**
 * Marks a join as undone, once. What happened to one of the two persons later has to be undone before.
 */
export function endJoin(
  ctx: GuildContext,
  { id, fromId, intoId }: Pick<StoredJoin, "id" | "fromId" | "intoId">,
): readonly (Writable | Guard)[] {
  const both = [fromId, intoId];
  const later = and(
    isNull(personJoins.undoneAt),
    sql`${personJoins}.rowid > (select rowid from ${personJoins} as this where this.id = ${id})`,
    or(inArray(personJoins.fromId, both), inArray(personJoins.intoId, both)),
  );
  return [
    guard(
      existsIn(personJoins, and(eq(personJoins.id, id), isNull(personJoins.undoneAt))),
      () => new Conflict("persons/undone-already", "This change was already undone."),
    ),
    guard(
      sql`not ${existsIn(personJoins, later)}`,
      () =>
        new Conflict(
          "persons/undo-later-first",
          "A later change moved something of one of these persons. Undo the later change first.",
        ),
    ),
    build
      .update(personJoins)
      .set({ undoneAt: ctx.now().getTime(), undoneBy: describe(ctx.actor).name })
      .where(eq(personJoins.id, id)),
  ];
}

export function alreadyJoined(): Conflict {
  return new Conflict(
    "persons/already-joined",
    "One of these persons was joined with another one. Reload the page.",
  );
}
