import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { type CouncilId, newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { SLOTS, type Slot } from "../dkp/pool-rules.ts";
import { isReversed } from "../dkp/queries.ts";
import { announce } from "../events.ts";
import { poolAtRaid } from "../raids/queries.ts";
import { mustExist } from "../references.ts";
import { isActivePerson } from "../roster/queries.ts";
import { ownPerson } from "../roster/service.ts";
import { foldItem } from "./items.ts";
import { type CouncilRow, candidatesOf, councilById, councilsPage, voteOfUser } from "./queries.ts";
import {
  councilResponses,
  councilVotes,
  lootAwards,
  type Response,
  type Spec,
  councils as table,
} from "./schema.ts";
import { addLoot } from "./service.ts";

export interface NewCouncil {
  readonly itemName: string;
  readonly boss?: string | undefined;
  readonly raidId?: string | undefined;
  /** The pool that pays for the item; that of the raid or the default pool if absent. */
  readonly pool?: string | undefined;
  readonly slot?: Slot | undefined;
  readonly itemLevel?: number | undefined;
  readonly note?: string | undefined;
}

export type Council = CouncilRow;

type CandidateRow = Awaited<ReturnType<typeof candidatesOf.all>>[number];

/** A person who answered in a council, or whom an officer voted for. */
export type Candidate = Omit<CandidateRow, "userId" | "voters"> & {
  /** The names of the voters. Null if the caller may not see votes yet. */
  readonly voters: readonly string[] | null;
  readonly isOwn: boolean;
};

export type CouncilView = Council & {
  readonly candidates: readonly Candidate[];
  readonly ownVote: PersonId | null;
};

/** Opens a council for an item, so that members can say how much they need it. */
export async function openCouncil(ctx: GuildContext, input: NewCouncil): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  const id = newId<CouncilId>();
  const pool = await poolAtRaid(ctx, input.raidId, input.pool);
  const { slot, itemLevel } = input;
  await write(ctx.db, [
    ...mustExist("raid", input.raidId, "/raidId"),
    insertInto(table, {
      id,
      itemName: input.itemName.trim(),
      itemKey: foldItem(input.itemName),
      boss: input.boss?.trim() ?? "",
      raidId: input.raidId ?? null,
      note: input.note?.trim() ?? "",
      openedAt: ctx.now().getTime(),
      ...(input.pool !== undefined && { poolId: pool.id }),
      ...(slot !== undefined && { slot }),
      ...(itemLevel !== undefined && { itemLevel }),
    }),
    changed(ctx, id),
    record(ctx, "council.open", id, { after: { item: input.itemName } }),
  ]);
  return await council(ctx, id);
}

/** Sets the caller's own response. @throws {Conflict} `loot/council-over` */
export async function respond(
  ctx: GuildContext,
  id: string,
  input: { readonly response: Response; readonly note?: string | undefined },
): Promise<CouncilView> {
  allow(ctx, "auctions.bid");
  const me = await own(ctx);
  const note = input.note?.trim() ?? "";
  const answer = { response: input.response, note, at: ctx.now().getTime() };
  await write(ctx.db, [
    ...isOpen(id),
    insertInto(
      councilResponses,
      { councilId: id as CouncilId, personId: me, ...answer },
      { on: [councilResponses.councilId, councilResponses.personId], set: answer },
    ),
    changed(ctx, id),
    record(ctx, "council.respond", id, { after: { person: me, response: input.response } }),
  ]);
  return await council(ctx, id);
}

/** Sets an officer's vote. A later vote replaces it. @throws {Conflict} `loot/council-over` */
export async function vote(ctx: GuildContext, id: string, personId: string): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  const me = await own(ctx);
  const choice = { personId: personId as PersonId, at: ctx.now().getTime() };
  await write(ctx.db, [
    ...isOpen(id),
    isActive(personId),
    insertInto(
      councilVotes,
      { councilId: id as CouncilId, voterId: me, ...choice },
      { on: [councilVotes.councilId, councilVotes.voterId], set: choice },
    ),
    changed(ctx, id),
    record(ctx, "council.vote", id, { after: { voter: me, for: personId } }),
  ]);
  return await council(ctx, id);
}

/**
 * Awards the item. The decision, the award and its payment are one transaction.
 * @throws {Conflict} `loot/council-over` @throws as `addLoot` does
 */
export async function decideCouncil(
  ctx: GuildContext,
  id: string,
  input: {
    readonly personId: string;
    readonly points?: string | number | undefined;
    readonly spec?: Spec | undefined;
  },
): Promise<CouncilView> {
  const found = await council(ctx, id);
  const { itemName, boss, note } = found;
  const slot = SLOTS.find((one) => one === found.slot);
  const item = {
    ...{ itemName, boss, note, slot, itemLevel: found.itemLevel ?? undefined },
    raidId: found.raidId ?? undefined,
    pool: found.pool ?? undefined,
  };
  await addLoot(ctx, { ...item, ...input, fate: "person", source: "council" }, (lootId) => [
    ...mayDecide(id),
    // The row of the award is inserted earlier in the same write.
    build
      .update(table)
      .set({ status: "decided", decidedAt: ctx.now().getTime(), lootId })
      .where(isCouncil(id)),
    changed(ctx, id),
  ]);
  return await council(ctx, id);
}

/** Closes a council without a decision. @throws {Conflict} `loot/council-over` */
export async function voidCouncil(ctx: GuildContext, id: string): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  await council(ctx, id);
  await write(ctx.db, [
    ...isOpen(id),
    build
      .update(table)
      .set({ status: "void", decidedAt: ctx.now().getTime() })
      .where(isCouncil(id)),
    changed(ctx, id),
    record(ctx, "council.cancel", id),
  ]);
  return await council(ctx, id);
}

/** Lists the guild's councils, the latest first. */
export async function councils(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Council>> {
  allow(ctx, "auctions.view");
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const limit = query.limit + 1;
  const rows = await councilsPage.all(ctx.db, { at: at ?? null, id: id ?? null, limit });
  return toPage(rows, query.limit, (last) => [last.openedAt, last.id]);
}

/**
 * Reads one council. Until the decision, only officers see the votes.
 * @throws {NotFound} `loot/council-not-found`
 */
export async function council(ctx: GuildContext, id: string): Promise<CouncilView> {
  allow(ctx, "auctions.view");
  const row = await councilById.first(ctx.db, { id });
  if (row === undefined) {
    throw noSuchCouncil();
  }
  // Votes stay secret until a decision stands: a council that was called off decided nothing.
  const isDecided = row.status === "decided" && !row.isTakenBack;
  const seesVotes = isDecided || may(ctx, "auctions.run");
  const userId = ctx.actor.type === "user" ? ctx.actor.userId : undefined;
  const found = await candidatesOf.all(ctx.db, { id });
  const candidates = found.map(({ userId: of, voters, ...one }) => ({
    ...one,
    voters: seesVotes ? voters.map(({ name }) => name) : null,
    isOwn: userId !== undefined && of === userId,
  }));
  // The order by votes would show who leads, so sort by name.
  if (!seesVotes) candidates.sort((a, b) => (a.name < b.name ? -1 : 1));
  const mine = userId && (await voteOfUser.first(ctx.db, { id, userId }));
  return { ...row, candidates, ownVote: mine ? mine.personId : null };
}

async function own(ctx: GuildContext): Promise<PersonId> {
  const me = await ownPerson(ctx);
  if (me !== undefined) return me.id;
  throw new NotFound(
    "roster/person-not-found",
    "You are not in the roster. Ask an officer to add you.",
  );
}

function isOpen(id: string): readonly Guard[] {
  return [
    guard(existsIn(table, isCouncil(id)), noSuchCouncil),
    guard(
      existsIn(table, and(isCouncil(id), eq(table.status, "open"))),
      () => new Conflict("loot/council-over", "This loot council has already decided."),
    ),
  ];
}

/** Like `isOpen`, and a council may decide again after its award was taken back. */
function mayDecide(id: string): readonly Guard[] {
  const isTakenBack = sql`exists (select 1 from ${lootAwards}
    where ${lootAwards.id} = ${table.lootId} and (${lootAwards.revertedAt} is not null or ${isReversed(lootAwards.txId)}))`;
  return [
    guard(existsIn(table, isCouncil(id)), noSuchCouncil),
    guard(
      existsIn(
        table,
        and(
          isCouncil(id),
          or(eq(table.status, "open"), and(eq(table.status, "decided"), isTakenBack)),
        ),
      ),
      () => new Conflict("loot/council-over", "This loot council has already decided."),
    ),
  ];
}

/** A condition for the row of this id, which may be any text of a request. */
function isCouncil(id: string): SQL {
  return sql`${table.id} = ${id}`;
}

function noSuchCouncil(): NotFound {
  return new NotFound("loot/council-not-found", "This loot council does not exist.");
}

function isActive(personId: string): Guard {
  return guard(
    isActivePerson(personId),
    () => new NotFound("roster/person-not-found", "This person does not exist in the roster."),
  );
}

function changed(ctx: GuildContext, id: string) {
  return announce("council", { id }, ctx.now().getTime());
}
