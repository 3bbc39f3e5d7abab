import type { Edition, Region } from "../../kernel/game/editions.ts";
import { realmKey } from "../../kernel/game/realms.ts";
import { type GameCharacterId, newId } from "../../kernel/ids.ts";
import { foldName } from "../../kernel/names.ts";
import type { ClassId } from "../roster/classes.ts";
import type { gameCharacters } from "./schema.ts";

export type StoredCharacter = typeof gameCharacters.$inferSelect;
type NewCharacter = typeof gameCharacters.$inferInsert;

/** A character as one answer of a source tells it. A field that is left out stays as it is known. */
export interface ObservedCharacter {
  readonly name: string;
  /** In any spelling; "" in an edition without realms. */
  readonly realm: string;
  readonly blizzardId?: number;
  readonly guid?: string;
  readonly class?: ClassId;
  readonly level?: number;
  readonly rank?: number;
  readonly rankName?: string;
  readonly publicNote?: string;
  readonly officerNote?: string;
  readonly altGroup?: string | null;
  readonly isMain?: boolean;
  readonly joinedAt?: number;
  readonly lastLoginAt?: number;
}

type ChangeKind =
  | "joined"
  | "returned"
  | "left"
  | "renamed"
  | "rank_changed"
  | "note_changed"
  | "officer_note_changed";

/** One line of the drift log. Officers' notes are named without their text. */
export interface CharacterChange {
  readonly kind: ChangeKind;
  readonly subject: GameCharacterId;
  readonly before: string | null;
  readonly after: string | null;
}

interface CharacterUpdate {
  readonly id: GameCharacterId;
  readonly set: Partial<NewCharacter>;
}

export interface Differences {
  readonly added: readonly NewCharacter[];
  readonly updated: readonly CharacterUpdate[];
  readonly changes: readonly CharacterChange[];
  /** Stored characters that the answer contains, by id. */
  readonly seen: ReadonlySet<GameCharacterId>;
}

/** Fields that are copied when the answer has them. */
const COPIED = [
  "blizzardId",
  "guid",
  "class",
  "level",
  "rank",
  "rankName",
  "publicNote",
  "officerNote",
  "altGroup",
  "isMain",
  "joinedAt",
  "lastLoginAt",
] as const satisfies readonly (keyof ObservedCharacter & keyof NewCharacter)[];

/**
 * What an answer changes in the stored characters. A character is found by its Blizzard id, then by
 * its GUID, then by realm and name. With `isComplete`, present characters that the answer lacks have
 * left the guild. Departure archives a row; it deletes none.
 */
export function differences(
  stored: readonly StoredCharacter[],
  observed: readonly ObservedCharacter[],
  options: {
    readonly edition: Edition;
    readonly region: Region;
    readonly isComplete: boolean;
    readonly nowMs: number;
  },
): Differences {
  const { nowMs, isComplete } = options;
  const isFirst = stored.length === 0;
  const finder = findBy(stored);
  const added: NewCharacter[] = [];
  const updated: CharacterUpdate[] = [];
  const changes: CharacterChange[] = [];
  const seen = new Set<GameCharacterId>();
  for (const one of observed) {
    const known = finder(one, seen);
    if (known === undefined) {
      const row = newRow(one, options);
      added.push(row);
      if (!isFirst) changes.push(change("joined", row.id, null, one.name));
      continue;
    }
    seen.add(known.id);
    const set = updateOf(known, one);
    changes.push(...changesOf(known, one));
    if (Object.keys(set).length > 0) updated.push({ id: known.id, set });
  }
  if (isComplete) {
    for (const one of stored) {
      if (seen.has(one.id) || one.removedAt !== null) continue;
      updated.push({ id: one.id, set: { removedAt: nowMs } });
      changes.push(change("left", one.id, one.name, null));
    }
  }
  return { added, updated, changes, seen };
}

/** The key of a character's name within its edition and region. */
export function placeOf(realm: string, name: string): string {
  return `${realmKey(realm)} ${foldName(name)}`;
}

/** Finds the stored character of an observed one; each stored character once. */
function findBy(stored: readonly StoredCharacter[]) {
  const byBlizzardId = new Map<number, StoredCharacter>();
  const byGuid = new Map<string, StoredCharacter>();
  const byPlace = new Map<string, StoredCharacter[]>();
  for (const one of stored) {
    if (one.blizzardId !== null) byBlizzardId.set(one.blizzardId, one);
    if (one.guid !== null) byGuid.set(one.guid, one);
    const place = `${one.realmKey} ${one.nameKey}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), one]);
  }
  return (one: ObservedCharacter, seen: ReadonlySet<GameCharacterId>) => {
    const known =
      (one.blizzardId !== undefined ? byBlizzardId.get(one.blizzardId) : undefined) ??
      (one.guid !== undefined ? byGuid.get(one.guid) : undefined);
    if (known !== undefined) return seen.has(known.id) ? undefined : known;
    // A name that another character had before is not that character.
    const named = (byPlace.get(placeOf(one.realm, one.name)) ?? []).filter(
      (other) =>
        !seen.has(other.id) &&
        (one.blizzardId === undefined || other.blizzardId === null) &&
        (one.guid === undefined || other.guid === null),
    );
    return named.find(({ removedAt }) => removedAt === null) ?? named[0];
  };
}

function newRow(
  one: ObservedCharacter,
  { edition, region, nowMs }: { edition: Edition; region: Region; nowMs: number },
): NewCharacter & { readonly id: GameCharacterId } {
  return {
    id: newId<GameCharacterId>(),
    edition,
    region,
    name: one.name,
    nameKey: foldName(one.name),
    realm: one.realm,
    realmKey: realmKey(one.realm),
    ...pick(one),
    firstSeenAt: nowMs,
    lastSeenAt: nowMs,
  };
}

function updateOf(known: StoredCharacter, one: ObservedCharacter): Partial<NewCharacter> {
  const told = pick(one);
  const set: Partial<NewCharacter> = {};
  for (const name of COPIED) {
    if (name in told && told[name] !== known[name]) Object.assign(set, { [name]: told[name] });
  }
  if (isRenamed(known, one)) {
    Object.assign(set, {
      name: one.name,
      nameKey: foldName(one.name),
      realm: one.realm,
      realmKey: realmKey(one.realm),
    });
  }
  if (known.removedAt !== null) set.removedAt = null;
  return set;
}

function changesOf(known: StoredCharacter, one: ObservedCharacter): readonly CharacterChange[] {
  const found: CharacterChange[] = [];
  if (known.removedAt !== null) found.push(change("returned", known.id, null, one.name));
  if (isRenamed(known, one)) {
    found.push(change("renamed", known.id, fullName(known), fullName(one)));
  }
  if (one.rank !== undefined && known.rank !== null && one.rank !== known.rank) {
    found.push(change("rank_changed", known.id, String(known.rank), String(one.rank)));
  }
  if (one.publicNote !== undefined && (known.publicNote ?? "") !== one.publicNote) {
    found.push(change("note_changed", known.id, known.publicNote, one.publicNote));
  }
  if (one.officerNote !== undefined && (known.officerNote ?? "") !== one.officerNote) {
    found.push(change("officer_note_changed", known.id, null, null));
  }
  return found;
}

/** Another spelling of the same realm is no new name. */
function isRenamed(known: StoredCharacter, one: ObservedCharacter): boolean {
  return placeOf(one.realm, one.name) !== `${known.realmKey} ${known.nameKey}`;
}

function fullName({ name, realm }: { readonly name: string; readonly realm: string }): string {
  return realm === "" ? name : `${name}-${realm}`;
}

function pick(one: ObservedCharacter): Partial<NewCharacter> {
  return Object.fromEntries(
    COPIED.flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]])),
  );
}

function change(
  kind: ChangeKind,
  subject: GameCharacterId,
  before: string | null,
  after: string | null,
): CharacterChange {
  return { kind, subject, before, after };
}
