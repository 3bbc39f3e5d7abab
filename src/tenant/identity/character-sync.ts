import { and, eq, inArray, sql } from "drizzle-orm";
import { toStatement, type Writable, write } from "../../database/write.ts";
import { Invalid } from "../../kernel/errors.ts";
import type { Edition, Region } from "../../kernel/game/editions.ts";
import type { GameCharacterId } from "../../kernel/ids.ts";
import { inTurns, nextTurn } from "../../kernel/turns.ts";
import { limits } from "../../limits.ts";
import type { GuildContext } from "../context.ts";
import {
  type CharacterChange,
  differences,
  type ObservedCharacter,
  type StoredCharacter,
} from "./character-changes.ts";
import { gameCharacters, identityChanges, type SourceKind } from "./schema.ts";
import { readSource, sourceRow } from "./sources.ts";

/** One answer of a source that tells characters. */
export interface CharacterAnswer {
  readonly source: SourceKind;
  readonly edition: Edition;
  readonly region: Region;
  readonly characters: readonly ObservedCharacter[];
  /** Does it list every member of the guild? Only then can characters have left. */
  readonly isComplete: boolean;
  /** Of the answer's content: the same hash again tells nothing new. */
  readonly hash: string;
}

type SyncCounts = Readonly<
  Record<"seen" | "joined" | "left" | "changed", number> & Record<string, number>
>;

export interface SyncResult {
  readonly counts: SyncCounts;
  /** The answer was held back: it was empty, or much smaller than the guild. */
  readonly isQuarantined: boolean;
}

const NOTHING: SyncCounts = { seen: 0, joined: 0, left: 0, changed: 0 };

/**
 * Stores what a source tells of the guild's characters. New ones of a large guild are stored in several
 * writes. An answer that lacks more than a fifth of the guild changes nothing and is held back, unless an
 * officer accepts it.
 */
export async function storeCharacters(
  ctx: GuildContext,
  answer: CharacterAnswer,
  { isAccepted = false }: { readonly isAccepted?: boolean } = {},
): Promise<SyncResult> {
  const nowMs = ctx.now().getTime();
  const known = await readSource(ctx, answer.source);
  const { source, hash, edition, region, isComplete } = answer;
  const rows = answer.characters.length;
  const stored = await ctx.db.orm
    .select()
    .from(gameCharacters)
    .where(and(eq(gameCharacters.edition, edition), eq(gameCharacters.region, region)));
  if (isComplete && !isAccepted && isShrunken(stored, answer.characters)) {
    await write(ctx.db, [
      sourceRow(ctx, source, {
        lastTryAt: nowMs,
        error: "identity/roster-quarantined",
        quarantinedAt: known?.quarantinedAt ?? nowMs,
      }),
    ]);
    return { counts: { ...NOTHING, seen: rows }, isQuarantined: true };
  }
  const told = {
    lastTryAt: nowMs,
    lastGoodAt: nowMs,
    error: null,
    quarantinedAt: null,
    hash,
    rows,
    ...(known?.hash !== hash && { lastChangeAt: nowMs }),
  };
  // An API may repeat an old answer for weeks: what was stored from newer sources since then stays.
  if (known?.hash === hash) {
    await write(ctx.db, [sourceRow(ctx, source, told)]);
    return { counts: { ...NOTHING, seen: rows }, isQuarantined: false };
  }
  const found = differences(stored, unique(answer.characters), {
    edition,
    region,
    isComplete,
    nowMs,
  });
  await nextTurn();
  const { added, updated, changes, seen } = found;
  if (source !== "blizzard_roster") refuseTooMany(stored.length, added.length);
  await storeDifferences(ctx, source, stored, found, nowMs);
  // The hash comes last: an answer whose storing was interrupted is stored when it comes again.
  await write(ctx.db, [
    ...(seen.size === 0 ? [] : [seenRow(ctx, seen, nowMs)]),
    sourceRow(ctx, source, told),
  ]);
  const countOf = (kind: string) => changes.filter((one) => one.kind === kind).length;
  return {
    counts: { seen: rows, joined: added.length, left: countOf("left"), changed: updated.length },
    isQuarantined: false,
  };
}

/** Writes changed characters in one write and new ones in parts. */
async function storeDifferences(
  ctx: GuildContext,
  source: CharacterAnswer["source"],
  stored: readonly StoredCharacter[],
  { added, updated, changes }: ReturnType<typeof differences>,
  nowMs: number,
): Promise<void> {
  const joined = Map.groupBy(changes, ({ kind }) => kind === "joined");
  const sets: Writable[] = [];
  await inTurns(updated, ({ id, set }) => {
    const row = ctx.db.orm.update(gameCharacters).set(set).where(eq(gameCharacters.id, id));
    sets.push(toStatement(row));
  });
  // Ids that new characters have may have belonged to others.
  await write(ctx.db, [
    ...freeKeys(ctx, stored, updated),
    ...sets,
    ...changeRows(ctx, source, joined.get(false) ?? [], nowMs),
  ]);
  const joins = new Map(joined.get(true)?.map((one) => [one.subject, one]));
  await inTurns(chunks(added), async (some) => {
    const told = some.flatMap(({ id }) => joins.get(id) ?? []);
    await write(ctx.db, [
      ctx.db.orm.insert(gameCharacters).values([...some]),
      ...changeRows(ctx, source, told, nowMs),
    ]);
  });
}

/**
 * Refuses a file that would fill the guild with invented characters: every run reads all of them.
 * @throws {Invalid} `identity/bad-export`
 */
function refuseTooMany(stored: number, added: number): void {
  const { charactersMax } = limits.identity;
  if (added === 0 || stored + added <= charactersMax) return;
  throw new Invalid(
    "identity/bad-export",
    `With this file the guild would have more than ${charactersMax} characters, those who left included. ` +
      "Check that it is this guild's file.",
    { fault: "wrong" },
  );
}

/** Is an answer so much smaller than the guild that it is more likely wrong than true? */
function isShrunken(
  stored: readonly StoredCharacter[],
  observed: readonly ObservedCharacter[],
): boolean {
  const present = stored.filter(({ removedAt }) => removedAt === null).length;
  if (observed.length === 0) return true;
  const { shrinkFrom, shrinkMax } = limits.identity;
  return present >= shrinkFrom && observed.length < present * (1 - shrinkMax);
}

/** Each character once. Some sources repeat a character, which has no meaning. */
function unique(characters: readonly ObservedCharacter[]): readonly ObservedCharacter[] {
  const ids = new Set<number>();
  const guids = new Set<string>();
  return characters.filter(({ blizzardId, guid }) => {
    const isAgain =
      (blizzardId !== undefined && ids.has(blizzardId)) || (guid !== undefined && guids.has(guid));
    if (blizzardId !== undefined) ids.add(blizzardId);
    if (guid !== undefined) guids.add(guid);
    return !isAgain;
  });
}

/** Ids that move from one row to another are free before they are set. */
function freeKeys(
  ctx: GuildContext,
  stored: readonly StoredCharacter[],
  updated: ReturnType<typeof differences>["updated"],
): readonly Writable[] {
  const byId = new Map(stored.map((one) => [one.id, one]));
  const moved = updated.filter(({ id, set }) => {
    const before = byId.get(id);
    return (
      (set.guid !== undefined && before?.guid !== null) ||
      (set.blizzardId !== undefined && before?.blizzardId !== null)
    );
  });
  return moved.map(({ id, set }) =>
    ctx.db.orm
      .update(gameCharacters)
      .set({
        ...(set.guid !== undefined && { guid: null }),
        ...(set.blizzardId !== undefined && { blizzardId: null }),
      })
      .where(eq(gameCharacters.id, id)),
  );
}

function seenRow(ctx: GuildContext, seen: ReadonlySet<GameCharacterId>, nowMs: number): Writable {
  return ctx.db.orm
    .update(gameCharacters)
    .set({ lastSeenAt: nowMs })
    .where(
      inArray(gameCharacters.id, sql`(select value from json_each(${JSON.stringify([...seen])}))`),
    );
}

/** Rows of the drift log. */
export function changeRows(
  ctx: GuildContext,
  source: SourceKind,
  changes: readonly Pick<CharacterChange, "before" | "after">[] &
    readonly { readonly kind: string; readonly subject: string }[],
  at: number,
  subjectKind: "character" | "discord" = "character",
): readonly Writable[] {
  return chunks(changes).map((some) =>
    ctx.db.orm
      .insert(identityChanges)
      .values(some.map((one) => ({ ...one, at, source, subjectKind }))),
  );
}

/** Parts that fit into one statement. */
export function chunks<T>(rows: readonly T[]): readonly (readonly T[])[] {
  const size = limits.identity.insertRows;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) =>
    rows.slice(at * size, (at + 1) * size),
  );
}
