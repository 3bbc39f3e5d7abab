import { z } from "@hono/zod-openapi";
import { eq, sql } from "drizzle-orm";
import { columnsOf, existsIn, isTrue, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import type { PersonId, UserId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { changedMeanwhile, type JoinPair, type PersonPart, rowsPart } from "../person-parts.ts";
import { promoteOldest } from "./placement.ts";
import { type PersonRow, personById } from "./queries.ts";
import { characters, persons } from "./schema.ts";
import { noSuchPerson } from "./service.ts";

const status = z.enum(["active", "archived"]);
const storedPerson = z.object({
  userId: z.string().nullable(),
  status,
  intoStatus: status,
  memberSince: z.number().nullable(),
  // Joins of before had these only.
  intoUserId: z.string().nullable().default(null),
  takesLogin: z.boolean().optional(),
});

const memberSinceOf = prepare(({ id }: Values<{ id: string }>) =>
  build.select(columnsOf(persons, "memberSince")).from(persons).where(eq(persons.id, id)),
);

/** Joins the account, the status and the start of membership of two persons. */
const personPart: PersonPart = {
  name: "person",
  join: async (ctx, pair) => {
    const { from, into } = await bothPersons(ctx, pair);
    if (from.id === into.id || from.isExample || into.isExample) throw notJoinable();
    const takesLogin = loginMoves(from, into, pair.members);
    const userId = takesLogin ? from.userId : into.userId;
    const since = await memberSinceOf.first(ctx.db, { id: into.id });
    const earlier = await memberSinceOf.first(ctx.db, { id: from.id });
    const known = [since?.memberSince, earlier?.memberSince].filter((one) => one != null);
    const memberSince = known.length === 0 ? null : Math.min(...known);
    const updatedAt = ctx.now().getTime();
    return {
      moves: takesLogin ? [{ kind: "login", count: 1 }] : [],
      overlaps: [],
      stored: {
        userId: from.userId,
        intoUserId: into.userId,
        takesLogin,
        status: from.status,
        intoStatus: into.status,
        memberSince: since?.memberSince ?? null,
      },
      before: [guard(sql`${isStill(from)} and ${isStill(into)}`, changedMeanwhile)],
      statements: [
        build
          .update(persons)
          .set({ userId: null, status: "archived", updatedAt })
          .where(eq(persons.id, from.id)),
        build
          .update(persons)
          .set({ userId, status: "active", memberSince, updatedAt })
          .where(eq(persons.id, into.id)),
      ],
    };
  },
  undo: async (ctx, { fromId, intoId }, stored) => {
    const { userId, status, intoStatus, memberSince, ...before } = storedPerson.parse(stored);
    const updatedAt = ctx.now().getTime();
    const login = userId as UserId | null;
    const gaveLogin = before.takesLogin ?? login !== null;
    const wasArchived = intoStatus === "archived";
    const isTheirs = sql`${persons.id} = ${intoId} and ${persons.userId} = ${login}`;
    return [
      ...(gaveLogin ? [guard(existsIn(persons, isTheirs), loginMoved)] : []),
      build
        .update(persons)
        .set({
          updatedAt,
          memberSince,
          ...(gaveLogin && { userId: freeLogin(before.intoUserId as UserId | null) }),
          ...(wasArchived && { status: "archived" as const }),
        })
        .where(eq(persons.id, intoId)),
      build
        .update(persons)
        .set({ userId: gaveLogin ? login : freeLogin(login), status, updatedAt })
        .where(eq(persons.id, fromId)),
    ];
  },
  isEmpty: (personId) =>
    sql`not ${existsIn(persons, sql`${persons.id} = ${personId} and ${persons.userId} is not null`)}`,
};

/**
 * Does the login of `from` go to `into`? An account that left the guild gives way to a member's.
 * @throws {Conflict} `persons/two-logins` for two members.
 */
function loginMoves(
  from: Pick<PersonRow, "userId" | "name">,
  into: Pick<PersonRow, "userId" | "name">,
  members: ReadonlySet<UserId>,
): boolean {
  if (from.userId === null || into.userId === null) return from.userId !== null;
  if (!members.has(from.userId)) return false;
  if (members.has(into.userId)) throw twoLogins(from.name, into.name);
  return true;
}

/** An account that left, unless it came back and has another person. */
function freeLogin(userId: UserId | null) {
  if (userId === null) return null;
  return sql`case when ${existsIn(persons, sql`${persons.userId} = ${userId}`)}
    then null else ${userId} end`;
}

const characterRows = rowsPart("characters", {
  kind: "characters",
  table: characters,
  person: "personId",
  key: ["id"],
  adapt: (row, into) => ({
    isMain: into.some(({ isMain }) => isMain === 1) ? 0 : (row["isMain"] ?? 0),
  }),
});

/** The characters: the main of the person who stays is the main. */
const characterPart: PersonPart = {
  ...characterRows,
  undo: async (ctx, pair, stored) => [
    // A character that became the main since makes room for the one that was.
    build
      .update(characters)
      .set({ isMain: false })
      .where(sql`${characters.personId} = ${pair.intoId} and ${isTrue(characters.isMain)}
        and ${characters.id} in (${movedIds(stored)})`),
    ...(await characterRows.undo(ctx, pair, stored)),
    ...promoteOldest(pair.intoId),
    ...promoteOldest(pair.fromId),
  ],
};

export const rosterParts: readonly PersonPart[] = [personPart, characterPart];

/** The two persons of a join. @throws {NotFound} `roster/person-not-found` */
export async function bothPersons(
  ctx: GuildContext,
  { fromId, intoId }: Pick<JoinPair, "fromId" | "intoId">,
) {
  const from = await personById.first(ctx.db, { id: fromId });
  const into = await personById.first(ctx.db, { id: intoId });
  if (from === undefined || into === undefined) throw noSuchPerson();
  return { from, into };
}

function movedIds(stored: unknown) {
  const { moved } = z
    .object({ moved: z.array(z.object({ row: z.object({ id: z.string() }) })) })
    .parse(stored);
  return sql`select value from json_each(${JSON.stringify(moved.map(({ row }) => row.id))})`;
}

function isStill(person: { id: PersonId; userId: UserId | null; status: string }) {
  return existsIn(
    persons,
    sql`${persons.id} = ${person.id} and ${persons.userId} is ${person.userId}
      and ${persons.status} = ${person.status}`,
  );
}

function notJoinable(): Conflict {
  return new Conflict(
    "persons/not-joinable",
    "Choose two different people of the roster. Example people cannot be joined.",
  );
}

function twoLogins(from: string, into: string): Conflict {
  return new Conflict(
    "persons/two-logins",
    `Both have a member's account, so the account of ${from} would lose its person. ` +
      `Remove one of the two members, ${from} or ${into}, from the guild first.`,
  );
}

function loginMoved(): Conflict {
  return new Conflict(
    "persons/changed",
    "The account of this person moved since. Undo that change first.",
  );
}
