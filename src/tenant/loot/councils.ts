import { sql } from "drizzle-orm";
import { type Guard, guard, write } from "../../database/write.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { Conflict, NotFound } from "../../kernel/errors.ts";
import { type CouncilId, type LootId, newId, type PersonId } from "../../kernel/ids.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { announce } from "../events.ts";
import { mustExist } from "../references.ts";
import { ownPerson } from "../roster/service.ts";
import { foldItem } from "./items.ts";
import type { CouncilStatus, Response } from "./schema.ts";
import { addLoot } from "./service.ts";

export interface NewCouncil {
  readonly itemName: string;
  readonly boss?: string | undefined;
  readonly raidId?: string | undefined;
  readonly note?: string | undefined;
}

export interface Council {
  readonly id: CouncilId;
  readonly itemName: string;
  readonly boss: string;
  readonly note: string;
  readonly raidId: string | null;
  readonly status: CouncilStatus;
  readonly lootId: LootId | null;
  readonly winnerName: string | null;
  readonly openedAt: number;
  readonly decidedAt: number | null;
}

/** Somebody who said what the item would be for them, or whom an officer voted for. */
export interface Candidate {
  readonly personId: PersonId;
  readonly name: string;
  readonly class: string | null;
  readonly response: Response | null;
  readonly note: string;
  /** How many items they got, of those that were not taken back. */
  readonly items: number;
  /** The place of the item on their list of wishes. */
  readonly wish: number | null;
  /** Who voted for them; null as long as the reader may not see it. */
  readonly voters: readonly string[] | null;
  readonly isOwn: boolean;
}

export interface CouncilView extends Council {
  readonly candidates: readonly Candidate[];
  readonly ownVote: PersonId | null;
}

const COUNCIL = `
  SELECT c.id, c.item_name AS itemName, c.boss, c.note, 
    (SELECT id FROM raids WHERE id = c.raid_id) AS raidId, c.status,
    c.loot_id AS lootId, n.name AS winnerName, c.opened_at AS openedAt, c.decided_at AS decidedAt
  FROM loot_councils c LEFT JOIN loot_awards l ON l.id = c.loot_id
    LEFT JOIN persons n ON n.id = l.person_id`;

const CANDIDATES = `
  SELECT n.id AS personId, n.name, n.user_id AS userId,
    (SELECT class FROM characters m WHERE m.person_id = n.id AND m.is_main = 1) AS class,
    r.response, coalesce(r.note, '') AS note,
    (SELECT count(*) FROM loot_awards l WHERE l.person_id = n.id AND l.reverted_at IS NULL) AS items,
    (SELECT rank FROM loot_wishes w WHERE w.person_id = n.id AND w.item_key = c.item_key) AS wish,
    (SELECT json_group_array(v.name) FROM council_votes x JOIN persons v ON v.id = x.voter_id
     WHERE x.council_id = c.id AND x.person_id = n.id) AS voters
  FROM loot_councils c
  JOIN (SELECT person_id FROM council_responses WHERE council_id = ?1
        UNION SELECT person_id FROM council_votes WHERE council_id = ?1) p
  JOIN persons n ON n.id = p.person_id
  LEFT JOIN council_responses r ON r.council_id = c.id AND r.person_id = n.id
  WHERE c.id = ?1
  ORDER BY json_array_length(voters) DESC,
    CASE r.response WHEN 'best' THEN 0 WHEN 'upgrade' THEN 1 WHEN 'minor' THEN 2 WHEN 'off' THEN 3
      ELSE 4 END, n.name_key`;

/** Asks the guild what an item would be for whom. */
export async function openCouncil(ctx: GuildContext, input: NewCouncil): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  const id = newId<CouncilId>();
  await write(ctx.db, [
    ...mustExist("raid", input.raidId, "/raidId"),
    {
      sql: `INSERT INTO loot_councils (id, item_name, item_key, boss, raid_id, note, opened_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)`,
      args: [
        id,
        input.itemName.trim(),
        foldItem(input.itemName),
        input.boss?.trim() ?? "",
        input.raidId ?? null,
        input.note?.trim() ?? "",
        ctx.now().getTime(),
      ],
    },
    changed(ctx, id),
    record(ctx, "council.open", id, { after: { item: input.itemName } }),
  ]);
  return await council(ctx, id);
}

/** Says what the item would be for the caller. @throws {Conflict} `loot/council-over` */
export async function respond(
  ctx: GuildContext,
  id: string,
  input: { readonly response: Response; readonly note?: string | undefined },
): Promise<CouncilView> {
  allow(ctx, "auctions.bid");
  const me = await own(ctx);
  await write(ctx.db, [
    ...isOpen(id),
    sql`insert into council_responses (council_id, person_id, response, note, at)
      values (${id}, ${me}, ${input.response}, ${input.note?.trim() ?? ""}, ${ctx.now().getTime()})
      on conflict (council_id, person_id) do update set response = excluded.response,
        note = excluded.note, at = excluded.at`,
    changed(ctx, id),
    record(ctx, "council.respond", id, { after: { person: me, response: input.response } }),
  ]);
  return await council(ctx, id);
}

/** An officer's one vote; the last one counts. @throws {Conflict} `loot/council-over` */
export async function vote(ctx: GuildContext, id: string, personId: string): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  const me = await own(ctx);
  await write(ctx.db, [
    ...isOpen(id),
    isActive(personId),
    sql`insert into council_votes (council_id, voter_id, person_id, at)
      values (${id}, ${me}, ${personId}, ${ctx.now().getTime()})
      on conflict (council_id, voter_id) do update set person_id = excluded.person_id,
        at = excluded.at`,
    changed(ctx, id),
    record(ctx, "council.vote", id, { after: { voter: me, for: personId } }),
  ]);
  return await council(ctx, id);
}

/**
 * Gives the item away: the decision, the loot row and a price, if there is one, are one transaction.
 * @throws {Conflict} `loot/council-over` @throws as `addLoot` does
 */
export async function decideCouncil(
  ctx: GuildContext,
  id: string,
  input: { readonly personId: string; readonly points?: string | number | undefined },
): Promise<CouncilView> {
  const { itemName, boss, raidId, note } = await council(ctx, id);
  const item = { itemName, boss, note, raidId: raidId ?? undefined };
  await addLoot(ctx, { ...item, ...input, fate: "person", source: "council" }, (lootId) => [
    ...isOpen(id),
    sql`update loot_councils set status = 'decided', decided_at = ${ctx.now().getTime()}
      where id = ${id}`,
    // The loot row stands before this in the same write.
    sql`update loot_councils set loot_id = ${lootId} where id = ${id}`,
    changed(ctx, id),
  ]);
  return await council(ctx, id);
}

/** Ends a council without a decision. @throws {Conflict} `loot/council-over` */
export async function voidCouncil(ctx: GuildContext, id: string): Promise<CouncilView> {
  allow(ctx, "auctions.run");
  await council(ctx, id);
  await write(ctx.db, [
    ...isOpen(id),
    sql`update loot_councils set status = 'void', decided_at = ${ctx.now().getTime()}
      where id = ${id}`,
    changed(ctx, id),
    record(ctx, "council.cancel", id),
  ]);
  return await council(ctx, id);
}

/** The guild's councils, the latest first. */
export async function councils(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<Council>> {
  allow(ctx, "raids.view");
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await ctx.db.all<Council>(
    `${COUNCIL} WHERE (c.opened_at, c.id) < (coalesce(?1, 9e15), coalesce(?2, ''))
     ORDER BY c.opened_at DESC, c.id DESC LIMIT ?3`,
    at ?? null,
    id ?? null,
    query.limit + 1,
  );
  return toPage(rows, query.limit, (last) => [last.openedAt, last.id]);
}

/**
 * One council. Votes are the officers' own until the decision; then everybody sees them.
 * @throws {NotFound} `loot/council-not-found`
 */
export async function council(ctx: GuildContext, id: string): Promise<CouncilView> {
  allow(ctx, "raids.view");
  const row = await ctx.db.first<Council>(`${COUNCIL} WHERE c.id = ?`, id);
  if (row === undefined) {
    throw noSuchCouncil();
  }
  const seesVotes = row.status !== "open" || may(ctx, "auctions.run");
  const userId = ctx.actor.type === "user" ? ctx.actor.userId : undefined;
  const found = await ctx.db.all<Omit<Candidate, "voters"> & { voters: string; userId: string }>(
    CANDIDATES,
    id,
  );
  const candidates = found.map(({ userId: of, ...one }) => ({
    ...one,
    voters: seesVotes ? (JSON.parse(one.voters) as string[]) : null,
    isOwn: userId !== undefined && of === userId,
  }));
  // Without the votes their order would still tell the leader.
  if (!seesVotes) candidates.sort((a, b) => (a.name < b.name ? -1 : 1));
  const mine = await ctx.db.first<{ personId: PersonId }>(
    `SELECT v.person_id AS personId FROM council_votes v JOIN persons n ON n.id = v.voter_id
     WHERE v.council_id = ? AND n.user_id = ?`,
    id,
    userId ?? "",
  );
  return { ...row, candidates, ownVote: mine?.personId ?? null };
}

async function own(ctx: GuildContext): Promise<PersonId> {
  const me = await ownPerson(ctx);
  if (me !== undefined) return me.id;
  throw new NotFound("roster/person-not-found", "You are not in the roster.");
}

function isOpen(id: string): readonly Guard[] {
  return [
    guard(sql`exists (select 1 from loot_councils where id = ${id})`, noSuchCouncil),
    guard(
      sql`exists (select 1 from loot_councils where id = ${id} and status = 'open')`,
      () => new Conflict("loot/council-over", "This council has decided already."),
    ),
  ];
}

function noSuchCouncil(): NotFound {
  return new NotFound("loot/council-not-found", "This guild has no such council.");
}

function isActive(personId: string): Guard {
  return guard(
    sql`exists (select 1 from persons where id = ${personId} and status = 'active')`,
    () => new NotFound("roster/person-not-found", "This guild has no such person."),
  );
}

function changed(ctx: GuildContext, id: string) {
  return announce("council", { id }, ctx.now().getTime());
}
