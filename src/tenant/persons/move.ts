import { z } from "@hono/zod-openapi";
import { and, eq } from "drizzle-orm";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type CharacterId, newId, type PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { movedLink, undoneLink } from "../identity/person-part.ts";
import { ownerOf } from "../roster/characters.ts";
import type { StoredJoin } from "../roster/joins.ts";
import { moveCharacter, putBack } from "../roster/placement.ts";
import { isActivePerson } from "../roster/queries.ts";
import { persons } from "../roster/schema.ts";
import { freeName, insertPerson, person } from "../roster/service.ts";
import { hasNothing } from "./parts.ts";

const storedMove = z.object({
  characterId: z.string(),
  fromMain: z.string().nullable(),
  intoMain: z.string().nullable(),
  isNew: z.boolean(),
  link: z.unknown(),
});

/**
 * What a move of a character writes. `personId` null makes a new person with the character's name.
 * @throws {Conflict} `persons/not-joinable`, `persons/archived`
 */
export async function movePart(ctx: GuildContext, characterId: string, personId: string | null) {
  const from = await person(ctx, await ownerOf(ctx, characterId));
  const character = from.characters.find(({ id }) => id === characterId)!;
  const isNew = personId === null;
  const intoId = isNew ? newId<PersonId>() : (personId as PersonId);
  const into = isNew ? undefined : await person(ctx, intoId);
  const isAlone = isNew && from.characters.length === 1;
  if (intoId === from.id || isAlone || from.isExample || into?.isExample) throw notMovable();
  if (into?.status === "archived") throw archived();
  const mainOf = (of: typeof into) => of?.characters.find(({ isMain }) => isMain)?.id ?? null;
  const link = await movedLink(ctx, character.id, intoId);
  return {
    fromId: from.id,
    intoId,
    name: character.name,
    stored: {
      characterId: character.id,
      fromMain: mainOf(from),
      intoMain: mainOf(into),
      isNew,
      link: link.stored,
    },
    before: isNew
      ? [insertPerson(ctx, intoId, await freeName(ctx, character.name))]
      : [guard(isActivePerson(intoId), archived)],
    statements: [
      ...moveCharacter({ id: character.id, personId: from.id }, intoId),
      ...link.statements,
    ],
  };
}

/** Moves the character back, and restores the previous main of both persons. */
export async function undoneMove(
  ctx: GuildContext,
  join: StoredJoin,
): Promise<readonly (Writable | Guard)[]> {
  const { characterId, fromMain, intoMain, isNew, link } = storedMove.parse(join.changes);
  const id = characterId as CharacterId;
  return [
    ...putBack(id, {
      fromId: join.fromId,
      intoId: join.intoId,
      fromMain: fromMain as CharacterId | null,
      intoMain: intoMain as CharacterId | null,
    }),
    ...undoneLink(ctx, id, link),
    ...(isNew ? [archiveEmpty(ctx, join.intoId)] : []),
  ];
}

/** Archives the person that a move made, unless something belongs to that person since. */
function archiveEmpty(ctx: GuildContext, id: PersonId): Writable {
  return build
    .update(persons)
    .set({ status: "archived", updatedAt: ctx.now().getTime() })
    .where(and(eq(persons.id, id), hasNothing(id)));
}

function archived(): Conflict {
  return new Conflict(
    "persons/archived",
    "This person is archived. Restore them on their page first, or choose another person.",
  );
}

function notMovable(): Conflict {
  return new Conflict(
    "persons/not-joinable",
    "Choose another person of the roster. A person's only character cannot become a new person.",
  );
}
