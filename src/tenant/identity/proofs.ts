import { and, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { guard, type Writable, write } from "../../database/write.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import type { Edition, Region } from "../../kernel/game/editions.ts";
import {
  type CharacterId,
  type GameCharacterId,
  newId,
  type OwnershipProofId,
  type PersonId,
  type UserId,
} from "../../kernel/ids.ts";
import { searchKey } from "../../kernel/names.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import type { Services } from "../../services.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { personOfUser } from "../roster/queries.ts";
import { allowProofs, hasProofs } from "./access.ts";
import { newNoteCode } from "./matching/codes.ts";
import type { ProofFault, ProofSource } from "./matching/proofs.ts";
import {
  type PresentCharacter,
  presentCharacters,
  proofsOfUser,
  provedOnRoster,
} from "./proof-queries.ts";
import { applyProofs } from "./proof-run.ts";
import { IDENTITY_JOB } from "./runs.ts";
import { ownershipProofs } from "./schema.ts";
import { readSettings } from "./settings.ts";

/** `open` waits for the code, `contested` for an officer. */
export type ProofState = "open" | "contested" | "proved" | "ended";

/** A proof as its member sees it. The code itself is not stored. */
export interface ProofView {
  readonly id: OwnershipProofId;
  readonly source: ProofSource;
  readonly character: CharacterName;
  readonly state: ProofState;
  /** Why it made no link so far. */
  readonly fault: ProofFault | null;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly provedAt: number | null;
}

interface CharacterName {
  readonly id: GameCharacterId;
  readonly name: string;
  readonly realm: string;
}

/** A character of the guild in the game that the caller may prove. */
export interface ProvableCharacter extends CharacterName {
  readonly isMine: boolean;
  readonly isProved: boolean;
}

/** A code, which is shown once. */
export interface NoteCode {
  readonly id: OwnershipProofId;
  readonly code: string;
  readonly character: CharacterName;
  readonly expiresAt: number;
}

/** Characters that an account has in the game, by their Blizzard ids. */
export interface OwnedCharacters {
  readonly edition: Edition;
  readonly region: Region;
  readonly blizzardIds: readonly number[];
}

/** The caller's proofs, the newest first. */
export async function ownProofs(ctx: GuildContext): Promise<readonly ProofView[]> {
  const { userId } = allowProofs(ctx);
  return (await proofsOfUser.all(ctx.db, { userId })).map(
    ({ characterId: id, name, realm, seenAt, endedAt, ...proof }) => ({
      ...proof,
      character: { id, name, realm },
      state: stateOf({ seenAt, endedAt, provedAt: proof.provedAt }),
    }),
  );
}

/**
 * Characters that the caller may prove: their own first, then those of the caller's name, then the
 * others. Characters that another member proved are left out.
 */
export async function provableCharacters(
  ctx: GuildContext,
  q = "",
): Promise<readonly ProvableCharacter[]> {
  const { userId, name: memberName } = allowProofs(ctx);
  const own = await personOfUser.first(ctx.db, { userId });
  const wanted = searchKey(q);
  const mine = searchKey(memberName);
  const found = (await presentCharacters.all(ctx.db))
    .map((row) => ({ ...toProvable(row, own?.id), key: searchKey(row.name), row }))
    .filter(({ key, isMine, row }) => key.includes(wanted) && (isMine || !isProved(row)));
  const rank = (one: (typeof found)[number]) => (one.isMine ? 0 : one.key === mine ? 1 : 2);
  return found
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, limits.roster.candidatesMax)
    .map(({ row: _, key: __, ...character }) => character);
}

/**
 * Gives the caller a code for the public note of a character. The next export that has it there proves
 * that the character is theirs. It replaces an open code of before.
 * @throws {NotFound} `identity/character-not-found`
 * @throws {Conflict} `identity/proved-already`, `identity/too-many-proofs`
 */
export async function openNoteCode(ctx: GuildContext, characterId: string): Promise<NoteCode> {
  const { userId, name: userName } = allowProofs(ctx);
  const found = (await presentCharacters.all(ctx.db)).find(({ id }) => id === characterId);
  if (found === undefined) throw noSuchCharacter();
  const own = await personOfUser.first(ctx.db, { userId });
  const { isMine, isProved: isDone } = toProvable(found, own?.id);
  if (isMine && isDone) throw provedAlready();
  const code = newNoteCode((bytes) => crypto.getRandomValues(bytes));
  const id = newId<OwnershipProofId>();
  const createdAt = ctx.now().getTime();
  const expiresAt = createdAt + limits.identity.proofMs;
  const isOpen = and(eq(ownershipProofs.userId, userId), isNull(ownershipProofs.endedAt));
  const isSame = and(
    isOpen,
    eq(ownershipProofs.source, "note_code"),
    eq(ownershipProofs.gameCharacterId, found.id),
  );
  await write(ctx.db, [
    ...forgotten(ctx, userId),
    build.delete(ownershipProofs).where(isSame),
    guard(
      sql`(select count(*) from ${ownershipProofs}
        where ${isOpen} and ${ownershipProofs.source} = 'note_code') < ${limits.identity.openProofsMax}`,
      tooManyProofs,
    ),
    insertInto(ownershipProofs, {
      id,
      source: "note_code",
      userId,
      userName,
      gameCharacterId: found.id,
      codeHash: hashToken(code),
      createdAt,
      expiresAt,
    }),
    record(ctx, "identity.proof", found.id, { after: { source: "note_code", expiresAt } }),
  ]);
  return { id, code, character: nameOf(found), expiresAt };
}

/**
 * Takes back an open proof of the caller.
 * @throws {NotFound} `identity/proof-not-found`
 */
export async function withdrawProof(ctx: GuildContext, id: string): Promise<void> {
  allowProofs(ctx);
  const own = (await ownProofs(ctx)).find((one) => one.id === id);
  if (own === undefined || own.state === "proved" || own.state === "ended") throw noSuchProof();
  await write(ctx.db, [
    build
      .delete(ownershipProofs)
      .where(and(eq(ownershipProofs.id, own.id), isNull(ownershipProofs.endedAt))),
    record(ctx, "identity.proof-withdrawal", own.character.id, { before: { source: own.source } }),
  ]);
}

/** The game and region in which the guild plays, for Battle.net. */
export async function gameOf(ctx: GuildContext): Promise<Omit<OwnedCharacters, "blizzardIds">> {
  allowProofs(ctx);
  const { blizzard } = await readSettings(ctx);
  const { edition = "retail", region = ctx.guild.region } = blizzard ?? {};
  return { edition, region };
}

/** The guild's present characters among those that Battle.net says are the caller's. */
export async function ownedHere(
  ctx: GuildContext,
  owned: OwnedCharacters,
): Promise<readonly ProvableCharacter[]> {
  const { userId } = allowProofs(ctx);
  const own = await personOfUser.first(ctx.db, { userId });
  return (await charactersOf(ctx, owned)).map((row) => toProvable(row, own?.id));
}

/**
 * Proves every character of the guild that Battle.net says is the caller's. What contradicts an earlier
 * decision waits for officers.
 * @throws {Conflict} `identity/changed` when a link changed at this moment.
 */
export async function proveByBattlenet(
  ctx: GuildContext,
  services: Pick<Services, "jobs" | "wakeJobs">,
  owned: OwnedCharacters,
): Promise<readonly ProofView[]> {
  const { userId, name: userName } = allowProofs(ctx);
  const own = await personOfUser.first(ctx.db, { userId });
  const rows = (await charactersOf(ctx, owned)).filter((row) => {
    const { isMine, isProved: isDone } = toProvable(row, own?.id);
    return !(isMine && isDone);
  });
  if (rows.length === 0) return [];
  const createdAt = ctx.now().getTime();
  const expiresAt = createdAt + limits.identity.contestMs;
  const shown = rows.map(({ id }) => id);
  await write(ctx.db, [
    ...forgotten(ctx, userId),
    ...shown.flatMap((gameCharacterId) => [
      build
        .delete(ownershipProofs)
        .where(
          and(
            eq(ownershipProofs.userId, userId),
            eq(ownershipProofs.gameCharacterId, gameCharacterId),
            eq(ownershipProofs.source, "battlenet"),
            isNull(ownershipProofs.endedAt),
          ),
        ),
      insertInto(ownershipProofs, {
        id: newId<OwnershipProofId>(),
        source: "battlenet",
        userId,
        userName,
        gameCharacterId,
        createdAt,
        expiresAt,
        seenAt: createdAt,
      }),
    ]),
    record(ctx, "identity.proof", userId, { after: { source: "battlenet", characters: shown } }),
  ]);
  await applyProofs(ctx);
  await services.jobs.enqueue(ctx.guild.id, IDENTITY_JOB, "match");
  services.wakeJobs();
  const ids = new Set(shown);
  return (await ownProofs(ctx)).filter(
    ({ source, createdAt: at, character }) =>
      source === "battlenet" && at === createdAt && ids.has(character.id),
  );
}

/** Characters of the roster that a proof gave to their person. */
export async function provedCharacters(
  ctx: GuildContext,
  characterIds: readonly CharacterId[],
): Promise<ReadonlySet<CharacterId>> {
  if (!hasProofs(ctx) || characterIds.length === 0) return new Set();
  const found = await provedOnRoster.all(ctx.db, { ids: JSON.stringify(characterIds) });
  return new Set(found.flatMap(({ id }) => (id === null ? [] : [id])));
}

async function charactersOf(
  ctx: GuildContext,
  { edition, region, blizzardIds }: OwnedCharacters,
): Promise<readonly PresentCharacter[]> {
  const ids = new Set(blizzardIds);
  return (await presentCharacters.all(ctx.db)).filter(
    (one) =>
      one.edition === edition &&
      one.region === region &&
      one.blizzardId !== null &&
      ids.has(one.blizzardId),
  );
}

function toProvable(row: PresentCharacter, personId: PersonId | undefined): ProvableCharacter {
  const isMine = personId !== undefined && (row.linked ?? row.placed) === personId;
  return { ...nameOf(row), isMine, isProved: isProved(row) };
}

function isProved({ source }: Pick<PresentCharacter, "source">): boolean {
  return source === "battlenet" || source === "note_code";
}

function nameOf({ id, name, realm }: PresentCharacter): CharacterName {
  return { id, name, realm };
}

function stateOf(proof: {
  readonly seenAt: number | null;
  readonly provedAt: number | null;
  readonly endedAt: number | null;
}): ProofState {
  if (proof.provedAt !== null) return "proved";
  if (proof.endedAt !== null) return "ended";
  return proof.seenAt === null ? "open" : "contested";
}

/** Forgets what came of the caller's proofs long ago. Those that made a link are its evidence. */
function forgotten(ctx: GuildContext, userId: UserId): readonly Writable[] {
  const before = ctx.now().getTime() - limits.identity.proofKeptMs;
  return [
    build
      .delete(ownershipProofs)
      .where(
        and(
          eq(ownershipProofs.userId, userId),
          isNotNull(ownershipProofs.endedAt),
          isNull(ownershipProofs.provedAt),
          lt(ownershipProofs.endedAt, before),
        ),
      ),
  ];
}

function noSuchCharacter(): NotFound {
  return new NotFound(
    "identity/character-not-found",
    "No source has seen this character in the guild. Choose one from the list.",
  );
}

function noSuchProof(): NotFound {
  return new NotFound("identity/proof-not-found", "You have no such open proof. Reload the page.");
}

function provedAlready(): Conflict {
  return new Conflict("identity/proved-already", "You have proved already that it is yours.");
}

function tooManyProofs(): Conflict {
  return new Conflict(
    "identity/too-many-proofs",
    `You have ${limits.identity.openProofsMax} open codes. Withdraw one, or wait for the next export.`,
  );
}
