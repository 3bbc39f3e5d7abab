import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import type { OwnershipProofId, PersonId, UserId } from "../../kernel/ids.ts";
import { nameFrom } from "../../kernel/names.ts";
import { hashToken } from "../../kernel/tokens.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { decideStatement } from "../roster/claims.ts";
import { linkUser } from "../roster/member-links.ts";
import { persons } from "../roster/schema.ts";
import { hasProofs } from "./access.ts";
import type { ContestedProof } from "./integrity/state.ts";
import { changedMeanwhile, LinkWrites } from "./link-writes.ts";
import { decideProofs, type ProofDecision } from "./matching/proofs.ts";
import type { Evidence } from "./matching/world.ts";
import { openProofs, personsOfAccounts, type StoredProof } from "./proof-queries.ts";
import { type IdentityState, readState, worldOf } from "./queries.ts";
import { ownershipProofs } from "./schema.ts";
import { readSettings } from "./settings.ts";

/** What open proofs came to. */
export interface ProofRun {
  readonly proved: number;
  readonly contested: number;
}

type Proved = Extract<ProofDecision, { kind: "proved" }>;

/**
 * Makes the links that open proofs show, in one transaction. It comes before every matching, which then
 * leaves those links alone. A second run over the same state changes nothing.
 * @throws {Conflict} `identity/changed` when something of it changed at this moment; run it again.
 */
export async function applyProofs(ctx: GuildContext): Promise<ProofRun> {
  const proofs = hasProofs(ctx) ? await openProofs.all(ctx.db) : [];
  if (proofs.length === 0) return { proved: 0, contested: 0 };
  const state = await readState(ctx);
  const decisions = await decisionsOf(ctx, state, proofs);
  const proved = decisions.filter((one) => one.kind === "proved");
  const contested = decisions.filter(({ kind }) => kind === "contested").length;
  const writes = new LinkWrites(ctx, state);
  const statements = proved.flatMap((one) => provedStatements(ctx, writes, one));
  writes.finish();
  const left = decisions.flatMap((one) => waitingStatements(ctx, one, proofs));
  if (proved.length + left.length > 0) {
    await write(ctx.db, [
      areOpen(proved.map(({ proof }) => proof.id)),
      ...writes.take(),
      ...statements,
      ...left,
      record(ctx, "identity.prove", "identity", { after: { proved: proved.length, contested } }),
    ]);
  }
  return { proved: proved.length, contested };
}

/** Proofs that wait for officers, because an earlier decision says otherwise. */
export async function contests(ctx: GuildContext): Promise<readonly ContestedProof[]> {
  if (!hasProofs(ctx)) return [];
  const open = await openProofs.all(ctx.db);
  return open
    .filter(({ seenAt, expiresAt }) => seenAt !== null && expiresAt > ctx.now().getTime())
    .map(({ characterId, userId, userName }) => ({ characterId, userId, member: userName }));
}

async function decisionsOf(
  ctx: GuildContext,
  state: IdentityState,
  proofs: readonly StoredProof[],
): Promise<readonly ProofDecision[]> {
  const world = worldOf(state, await readSettings(ctx));
  const notes = new Map<string, string | null>(
    state.characters.map(({ id, publicNote }) => [id, publicNote]),
  );
  const accounts = await personsOfAccounts.all(ctx.db);
  const automatic = new Set(
    state.characters.filter((one) => one.hasOwnRosterRow).map(({ characterId }) => characterId),
  );
  const decided = state.roster.filter(({ id }) => !automatic.has(id));
  return decideProofs(
    {
      ...world,
      characters: world.characters.map((one) => ({ ...one, note: notes.get(one.id) ?? null })),
    },
    {
      proofs,
      accounts: new Map(accounts.map(({ id, userId }) => [userId as string, id])),
      decided: new Set(decided.map(({ personId }) => personId)),
      hash: hashToken,
      nowMs: ctx.now().getTime(),
    },
  );
}

function provedStatements(
  ctx: GuildContext,
  writes: LinkWrites,
  { proof, person, isFirst, isNew, ends }: Proved,
): readonly (Writable | Guard)[] {
  const nowMs = ctx.now().getTime();
  const userId = proof.userId as UserId;
  const name = nameFrom(proof.userName, limits.roster.nameCharsMax, "Member");
  const personId = "id" in person ? (person.id as PersonId) : writes.newPersonFor(userId, name);
  if (ends) writes.end(ends, "proved");
  if (isNew) {
    writes.add({
      kind: "character",
      subject: proof.characterId,
      personId,
      source: proof.source,
      confidence: "high",
      evidence: evidenceOf(proof),
      isConfirmed: true,
    });
  }
  const isOther = and(
    eq(ownershipProofs.userId, userId),
    sql`${ownershipProofs.gameCharacterId} = ${proof.characterId}`,
    ne(ownershipProofs.id, proof.id as OwnershipProofId),
    isNull(ownershipProofs.endedAt),
  );
  const proved = { seenAt: proof.seenAt ?? nowMs, fault: null, provedAt: nowMs, endedAt: nowMs };
  return [
    ...(isFirst ? accountStatements(ctx, personId, userId) : []),
    change(proof.id, proved),
    build.update(ownershipProofs).set({ endedAt: nowMs, fault: "replaced" }).where(isOther),
  ];
}

/** Gives an account that has no person yet the one of its character. The proof settles its claim. */
function accountStatements(
  ctx: GuildContext,
  personId: PersonId,
  userId: UserId,
): readonly (Writable | Guard)[] {
  return [
    guard(sql`not ${existsIn(persons, eq(persons.userId, userId))}`, changedMeanwhile),
    ...linkUser(ctx, personId, userId),
    decideStatement(ctx, userId, "confirmed", "proof"),
  ];
}

/** What changes in a proof that made no link. A finding of before is not stored again. */
function waitingStatements(
  ctx: GuildContext,
  decision: ProofDecision,
  stored: readonly StoredProof[],
): readonly Writable[] {
  if (decision.kind === "proved") return [];
  const nowMs = ctx.now().getTime();
  const { proof, fault } = decision;
  const before = stored.find(({ id }) => id === proof.id);
  if (decision.kind === "contested") {
    if (before?.fault === fault && proof.seenAt !== null) return [];
    const expiresAt = proof.seenAt === null ? nowMs + limits.identity.contestMs : proof.expiresAt;
    return [change(proof.id, { fault, expiresAt, seenAt: proof.seenAt ?? nowMs })];
  }
  if (fault === "expired") return [change(proof.id, { fault, endedAt: nowMs })];
  return before?.fault === fault ? [] : [change(proof.id, { fault })];
}

function change(id: string, set: Partial<typeof ownershipProofs.$inferInsert>): Writable {
  return build
    .update(ownershipProofs)
    .set(set)
    .where(and(eq(ownershipProofs.id, id as OwnershipProofId), isNull(ownershipProofs.endedAt)));
}

/** Another run may have used a proof meanwhile. */
function areOpen(ids: readonly string[]): Guard {
  const list = JSON.stringify(ids);
  return guard(
    sql`(select count(*) from ${ownershipProofs} where ${ownershipProofs.endedAt} is null
      and ${ownershipProofs.id} in (select value from json_each(${list}))) = ${ids.length}`,
    changedMeanwhile,
  );
}

function evidenceOf({ source, userName }: Proved["proof"]): Evidence {
  const text = source === "battlenet" ? "Battle.net lists it." : "Its public note had the code.";
  return { rule: source, text, details: { by: userName } };
}
