import { type Guard, type Writable, write } from "../../database/write.ts";
import { NotFound } from "../../kernel/errors.ts";
import { newId, type PersonId, type PersonJoinId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { PlatformStore } from "../../platform/store.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { untilUnchanged } from "../dkp/concurrent-change.ts";
import {
  ChangedMeanwhile,
  type JoinOverlap,
  type JoinPair,
  type JoinRequest,
  type MovedKind,
} from "../person-parts.ts";
import {
  allowJoins,
  alreadyJoined,
  beginJoin,
  endJoin,
  joinById,
  joinsFrom,
  joinsOfPerson,
  recentJoins,
  type StoredJoin,
} from "../roster/joins.ts";
import { bothPersons } from "../roster/person-part.ts";
import type { JoinKind } from "../roster/schema.ts";
import { currentMembers } from "./members.ts";
import { movePart, undoneMove } from "./move.ts";
import { PARTS } from "./parts.ts";

export interface JoinInput {
  /** The person who is archived. */
  readonly fromId: string;
  /** The person who gets everything. */
  readonly intoId: string;
}

/** What a join would do. */
export interface JoinPreview {
  readonly from: string;
  readonly into: string;
  readonly moves: readonly { readonly kind: MovedKind; readonly count: number }[];
  readonly overlaps: readonly JoinOverlap[];
}

/** A join of two persons, or a move of one character. */
export interface Join {
  readonly id: PersonJoinId;
  readonly kind: JoinKind;
  readonly from: { readonly id: PersonId; readonly name: string };
  readonly into: { readonly id: PersonId; readonly name: string };
  readonly at: number;
  readonly by: string;
  readonly undoneAt: number | null;
  readonly undoneBy: string | null;
}

/**
 * Says what a join would move, and which rows of both persons overlap. Changes nothing.
 * @throws what `joinPersons` throws.
 */
export async function previewJoin(
  ctx: GuildContext,
  platform: PlatformStore,
  input: JoinInput,
): Promise<JoinPreview> {
  allowJoins(ctx);
  const { pair, from, into } = await pairOf(ctx, input);
  const parts = await readParts(ctx, { ...pair, members: await currentMembers(ctx, platform) });
  const counts = new Map<MovedKind, number>();
  for (const { kind, count } of parts.flatMap(({ moves }) => moves)) {
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return {
    from: from.name,
    into: into.name,
    moves: [...counts].map(([kind, count]) => ({ kind, count })),
    overlaps: parts.flatMap(({ overlaps }) => overlaps),
  };
}

/**
 * Makes one person of two: everything of `fromId` goes to `intoId`, and `fromId` is archived. It is one
 * transaction, and it can be undone. Points move by entries of the ledger. An account that left the guild
 * gives way to a member's. `also` is written in the same transaction.
 * @throws {NotFound} `roster/person-not-found`
 * @throws {Conflict} `persons/not-joinable`, `persons/already-joined`, `persons/two-logins`,
 * `persons/two-discord-accounts`, `persons/bids-need-points`, `persons/changed`
 */
export async function joinPersons(
  ctx: GuildContext,
  platform: PlatformStore,
  input: JoinInput,
  also: readonly (Writable | Guard)[] = [],
): Promise<Join> {
  allowJoins(ctx);
  const members = await currentMembers(ctx, platform);
  return await withRetries(async () => {
    const { pair, from, into } = await pairOf(ctx, input);
    const parts = await readParts(ctx, { ...pair, members });
    const changes = Object.fromEntries(parts.map(({ name, stored }) => [name, stored]));
    const { id, fromId, intoId } = pair;
    await write(ctx.db, [
      ...also,
      ...parts.flatMap(({ before }) => before),
      ...beginJoin(ctx, { id, kind: "join", fromId, intoId, changes }),
      ...parts.flatMap(({ statements }) => statements),
      ...(await checksOf(ctx, pair)),
      record(ctx, "person.join-into", intoId, {
        before: { personId: fromId, name: from.name },
        after: { joinId: id, name: into.name, moved: parts.flatMap(({ moves }) => moves) },
      }),
    ]);
    return toJoin(await storedJoin(ctx, id));
  });
}

/**
 * Moves a character to another person, or to a new person of its own. Points stay with the person who
 * has them.
 * @throws {NotFound} `roster/character-not-found`, `roster/person-not-found`
 * @throws {Conflict} `persons/not-joinable`, `persons/already-joined`, `persons/changed`
 */
export async function moveCharacter(
  ctx: GuildContext,
  characterId: string,
  personId: string | null,
): Promise<Join> {
  allowJoins(ctx);
  return await withRetries(async () => {
    const id = newId<PersonJoinId>();
    const move = await movePart(ctx, characterId, personId);
    const { fromId, intoId, name } = move;
    await write(ctx.db, [
      ...move.before,
      ...beginJoin(ctx, { id, kind: "move", fromId, intoId, changes: move.stored }),
      ...move.statements,
      record(ctx, "character.move", characterId, {
        before: { personId: fromId, name },
        after: { joinId: id, personId: intoId },
      }),
    ]);
    return toJoin(await storedJoin(ctx, id));
  });
}

/**
 * Undoes a join or a move: everything that moved goes back. What was added since stays where it is.
 * @throws {NotFound} `persons/join-not-found`
 * @throws {Conflict} `persons/undone-already`, `persons/undo-later-first`,
 * `persons/bids-need-points`, `persons/changed`
 */
export async function undoJoin(ctx: GuildContext, id: string): Promise<Join> {
  allowJoins(ctx);
  return await withRetries(async () => {
    const join = await storedJoin(ctx, id);
    const undone =
      join.kind === "join" ? await undoneParts(ctx, join) : await undoneMove(ctx, join);
    await write(ctx.db, [
      ...endJoin(ctx, join),
      ...undone,
      record(ctx, join.kind === "join" ? "person.join-undo" : "character.move-undo", join.intoId, {
        before: { joinId: join.id },
        after: { personId: join.fromId },
      }),
    ]);
    return toJoin(await storedJoin(ctx, id));
  });
}

/** The newest joins and moves, or those of one person. */
export async function joins(
  ctx: GuildContext,
  personId?: string | undefined,
): Promise<readonly Join[]> {
  allowJoins(ctx);
  const rows =
    personId === undefined
      ? await recentJoins.all(ctx.db, { limit: limits.roster.joinsShown })
      : await joinsOfPerson.all(ctx.db, { id: personId });
  return rows.map(toJoin);
}

async function undoneParts(ctx: GuildContext, join: StoredJoin): Promise<(Writable | Guard)[]> {
  const pair = { ...join, reason: reasonOf(join.fromName, join.intoName) };
  const statements: (Writable | Guard)[] = [];
  for (const part of PARTS.toReversed()) {
    statements.push(...(await part.undo(ctx, pair, join.changes[part.name] ?? {})));
  }
  return [...statements, ...(await checksOf(ctx, pair))];
}

async function checksOf(ctx: GuildContext, pair: JoinPair): Promise<readonly Guard[]> {
  const checks = PARTS.flatMap(({ holds }) => (holds === undefined ? [] : [holds]));
  return (await Promise.all(checks.map((holds) => holds(ctx, pair)))).flat();
}

async function readParts(ctx: GuildContext, pair: JoinRequest) {
  const found = [];
  for (const part of PARTS) found.push({ name: part.name, ...(await part.join(ctx, pair)) });
  return found;
}

async function pairOf(ctx: GuildContext, input: JoinInput) {
  const ids = { fromId: input.fromId as PersonId, intoId: input.intoId as PersonId };
  const { from, into } = await bothPersons(ctx, ids);
  const joined = await joinsFrom.all(ctx.db, { ids: JSON.stringify([from.id, into.id]) });
  if (joined.length > 0) throw alreadyJoined();
  const pair: JoinPair = {
    ...ids,
    id: newId<PersonJoinId>(),
    reason: reasonOf(from.name, into.name),
  };
  return { pair, from, into };
}

function reasonOf(from: string, into: string): string {
  return `${from} → ${into}`;
}

/** Tries again when something of the two persons changed between the read and the write. */
async function withRetries<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await untilUnchanged(act);
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || tries >= limits.roster.joinTriesMax) throw error;
    }
  }
}

async function storedJoin(ctx: GuildContext, id: string): Promise<StoredJoin> {
  const join = await joinById.first(ctx.db, { id });
  if (join) return join;
  throw new NotFound("persons/join-not-found", "This change of persons does not exist.");
}

function toJoin(row: StoredJoin): Join {
  const { id, kind, at, byName, undoneAt, undoneBy } = row;
  return {
    id,
    kind,
    from: { id: row.fromId, name: row.fromName },
    into: { id: row.intoId, name: row.intoName },
    at,
    by: byName,
    undoneAt,
    undoneBy,
  };
}
