import { columnOrText } from "../../database/query.ts";
import { decodeCursor, type Page, toPage } from "../../kernel/cursor.ts";
import { NotFound } from "../../kernel/errors.ts";
import type { AuctionId, BidId, PersonId, PoolId } from "../../kernel/ids.ts";
import { allow, type GuildContext, may } from "../context.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import type { Spec } from "../loot/service.ts";
import { ownPerson } from "../roster/service.ts";
import { type Passes, passes } from "./early-end.ts";
import { type Increment, isAscending, isSecret, nextMinimum, ranked, type Terms } from "./rules.ts";
import type { AuctionMode, AuctionRules, AuctionStatus, BidState, TieBreak } from "./schema.ts";

/** The row of an auction. Amounts are minor units of its pool, times are Unix milliseconds. */
export interface Auction extends Terms {
  readonly id: AuctionId;
  readonly poolId: PoolId;
  readonly decimals: number;
  readonly itemName: string;
  readonly itemId: number | null;
  readonly boss: string;
  readonly raidId: string | null;
  readonly note: string;
  readonly status: AuctionStatus;
  readonly classes: readonly string[] | null;
  readonly roles: readonly string[] | null;
  readonly opensAt: number;
  readonly closesAt: number;
  readonly originalClosesAt: number;
  readonly snipeMs: number;
  readonly extensions: number;
  readonly extensionsMax: number;
  readonly overtimeMsMax: number;
  readonly seedHash: string;
  /** Null until the auction is over. */
  readonly seed: string | null;
  readonly settledAt: number | null;
  readonly voidReason: string | null;
  readonly reopens: AuctionId | null;
  readonly reopenedBy: AuctionId | null;
}

/** One accepted bid, as this reader may see it. */
export interface Bid {
  readonly id: BidId;
  readonly seq: number;
  /** Null when the auction hides names and the bid is not the reader's. */
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly class: string | null;
  readonly isOwn: boolean;
  readonly value: number;
  readonly spec: Spec;
  readonly state: BidState;
  readonly rolls: readonly number[] | null;
  readonly at: number;
}

/** The reader's points, and how many they can bid. */
export interface Funds {
  readonly personId: PersonId;
  readonly balance: number;
  /** Points held by other auctions. */
  readonly heldElsewhere: number;
  /** Points held by this auction. */
  readonly heldHere: number;
  readonly floor: number | null;
  /** The highest possible bid here; null for no limit. */
  readonly most: number | null;
}

/** An auction as one reader may see it. */
export interface AuctionView extends Auction, Passes {
  readonly pool: Pool;
  /** Before the end of a secret auction, only the reader's own bid. */
  readonly bids: readonly Bid[];
  /** Null when the number of bids is secret. */
  readonly bidCount: number | null;
  /** The bids that would get a copy now, best first. */
  readonly leaders: readonly Bid[];
  readonly nextMinimum: { readonly main: number; readonly off: number };
  readonly funds: Funds | undefined;
  readonly own: Bid | undefined;
  /** The server's clock in Unix milliseconds, for the countdown. */
  readonly now: number;
  readonly loot: readonly Won[];
}

/** One copy and its winner. */
interface Won {
  readonly id: string;
  readonly personId: PersonId | null;
  readonly personName: string | null;
  readonly price: number;
  readonly fate: string;
  readonly txId: string | null;
  readonly isReverted: boolean;
}

const COLUMNS = `a.id, a.pool_id AS poolId, p.decimals, a.item_name AS itemName, a.item_id AS itemId,
  a.boss, a.raid_id AS raidId, a.note, a.mode, a.status, a.copies, a.minimum, a.maximum, a.increments,
  a.tie_break AS tieBreak, a.allows_off_spec AS allowsOffSpec, a.allows_all_in AS allowsAllIn,
  a.classes, a.roles, a.opens_at AS opensAt, a.closes_at AS closesAt,
  a.original_closes_at AS originalClosesAt, a.snipe_ms AS snipeMs, a.extensions,
  a.extensions_max AS extensionsMax, a.overtime_ms_max AS overtimeMsMax, a.seed_hash AS seedHash,
  CASE a.status WHEN 'open' THEN NULL ELSE a.seed END AS seed, a.settled_at AS settledAt,
  a.void_reason AS voidReason, a.reopens, ${columnOrText("auctions", "rules", "a", "'{}'")} AS rules,
  (SELECT r.id FROM auctions r WHERE r.reopens = a.id) AS reopenedBy`;
const FROM = "FROM auctions a JOIN pools p ON p.id = a.pool_id";

const BIDS = `
  SELECT b.id, b.seq, b.person_id AS personId, n.name AS personName,
    (SELECT class FROM characters c WHERE c.person_id = n.id AND c.is_main = 1) AS class,
    b.value, b.spec, b.state, b.rolls, b.at
  FROM bids b JOIN persons n ON n.id = b.person_id WHERE b.auction_id = ? ORDER BY b.seq DESC`;

const LOOT = `
  SELECT l.id, l.person_id AS personId, n.name AS personName, l.price, l.fate, l.tx_id AS txId,
    l.reverted_at IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_tx t WHERE t.reverses_id = l.tx_id)
      AS isReverted
  FROM loot_awards l LEFT JOIN persons n ON n.id = l.person_id
  WHERE l.auction_id = ? ORDER BY l.price DESC, l.id`;

const FUNDS = `
  SELECT coalesce((SELECT balance FROM balances JOIN accounts ON accounts.id = account_id
      WHERE pool_id = ?2 AND person_id = ?1 AND kind = 'person' AND unit = 'pt'), 0) AS balance,
    coalesce(sum(amount) FILTER (WHERE auction_id <> ?3), 0) AS heldElsewhere,
    coalesce(sum(amount) FILTER (WHERE auction_id = ?3), 0) AS heldHere
  FROM holds WHERE person_id = ?1 AND pool_id = ?2`;

type Row = Record<string, unknown>;

/** @throws {NotFound} `auctions/not-found` */
export async function auctionRow(ctx: GuildContext, id: string): Promise<Auction> {
  const row = await ctx.db.first<Row>(`SELECT ${COLUMNS} ${FROM} WHERE a.id = ?`, id);
  if (row) return toAuction(row);
  throw new NotFound("auctions/not-found", "This auction does not exist.");
}

/**
 * One auction as the caller may see it. Before the end of a secret auction, callers see only their own bid.
 *
 * @throws {NotFound} `auctions/not-found`
 */
export async function auction(ctx: GuildContext, id: string): Promise<AuctionView> {
  allow(ctx, "raids.view");
  const row = await auctionRow(ctx, id);
  const me = may(ctx, "auctions.bid") ? await ownPerson(ctx) : undefined;
  return await viewOfAuction(ctx, row, me?.id);
}

/** The open auctions, the first to close first. */
export async function openAuctions(ctx: GuildContext): Promise<readonly AuctionView[]> {
  allow(ctx, "raids.view");
  const rows = await ctx.db.all<Row>(
    `SELECT ${COLUMNS} ${FROM} WHERE a.status = 'open' ORDER BY a.closes_at, a.id`,
  );
  const me = may(ctx, "auctions.bid") ? await ownPerson(ctx) : undefined;
  return await Promise.all(rows.map((row) => viewOfAuction(ctx, toAuction(row), me?.id)));
}

/** Auctions that are over, newest first. */
export async function pastAuctions(
  ctx: GuildContext,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<AuctionView>> {
  allow(ctx, "raids.view");
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const rows = await ctx.db.all<Row>(
    `SELECT ${COLUMNS} ${FROM} WHERE a.status <> 'open'
       AND (a.opens_at, a.id) < (coalesce(?1, 9e15), coalesce(?2, ''))
     ORDER BY a.opens_at DESC, a.id DESC LIMIT ?3`,
    at ?? null,
    id ?? null,
    query.limit + 1,
  );
  const page = toPage(rows.map(toAuction), query.limit, (last) => [last.opensAt, last.id]);
  const items = await Promise.all(page.items.map((row) => viewOfAuction(ctx, row, undefined)));
  return { ...page, items };
}

/** This person's points in a pool, and how many of them auctions hold. */
export async function fundsOf(
  ctx: GuildContext,
  pool: Pool,
  personId: PersonId,
  auctionId: string,
): Promise<Funds> {
  const row = await ctx.db.first<{ balance: number; heldElsewhere: number; heldHere: number }>(
    FUNDS,
    personId,
    pool.id,
    auctionId,
  );
  const { balance, heldElsewhere, heldHere } = row!;
  const hasBound = pool.floor !== null && pool.kind !== "epgp";
  const most = hasBound ? Math.max(0, balance - heldElsewhere - pool.floor) : null;
  return { personId, balance, heldElsewhere, heldHere, floor: pool.floor, most };
}

/**
 * True once the item of an auction is decided. A canceled auction decides nothing: it can be opened
 * again, and its bids stay secret until the last auction of the chain is settled.
 */
async function isDecided(ctx: GuildContext, row: Auction): Promise<boolean> {
  if (row.reopenedBy === null) return row.status === "settled";
  const last = await ctx.db.first<{ status: AuctionStatus }>(
    `WITH RECURSIVE chain (id, status) AS (
       SELECT id, status FROM auctions WHERE id = ?
       UNION ALL SELECT a.id, a.status FROM auctions a JOIN chain ON a.reopens = chain.id)
     SELECT status FROM chain WHERE NOT EXISTS (SELECT 1 FROM auctions n WHERE n.reopens = chain.id)`,
    row.id,
  );
  return last?.status === "settled";
}

async function viewOfAuction(
  ctx: GuildContext,
  row: Auction,
  personId: PersonId | undefined,
): Promise<AuctionView> {
  const [pool, found, loot] = await Promise.all([
    poolOf(ctx, row.poolId),
    ctx.db.all<Row>(BIDS, row.id),
    ctx.db.all<Row>(LOOT, row.id),
  ]);
  const all = found.map((bid) => toBid(bid, personId));
  const live = all.filter((bid) => bid.state === "live") as readonly (Bid & {
    personId: PersonId;
  })[];
  const isHidden = isSecret(row.mode) && !(await isDecided(ctx, row));
  const seen = isHidden ? all.filter((bid) => bid.isOwn) : all;
  const nameless = row.mode === "anonymous" && row.status === "open";
  const shown = (bid: Bid) =>
    nameless && !bid.isOwn ? { ...bid, personId: null, personName: null, class: null } : bid;
  const leading = isAscending(row.mode) ? ranked(live).slice(0, row.copies) : [];
  return {
    ...row,
    ...(await passes(ctx, row, { me: personId, isHidden })),
    pool,
    bids: seen.map(shown),
    bidCount: isHidden ? null : all.length,
    leaders: leading.map(shown),
    nextMinimum: {
      main: nextMinimum(row, live, personId, "main"),
      off: nextMinimum(row, live, personId, "off"),
    },
    funds:
      personId && row.status === "open" ? await fundsOf(ctx, pool, personId, row.id) : undefined,
    own: live.find((bid) => bid.isOwn),
    now: ctx.now().getTime(),
    loot: loot.map((won) => ({ ...won, isReverted: won["isReverted"] === 1 }) as Won),
  };
}

function toBid(row: Row, personId: PersonId | undefined): Bid {
  return {
    ...(row as unknown as Bid),
    isOwn: row["personId"] === personId,
    rolls: row["rolls"] === null ? null : (JSON.parse(String(row["rolls"])) as number[]),
  };
}

function toAuction(row: Row): Auction {
  return {
    ...(row as unknown as Auction),
    mode: row["mode"] as AuctionMode,
    tieBreak: row["tieBreak"] as TieBreak,
    allowsOffSpec: row["allowsOffSpec"] === 1,
    allowsAllIn: row["allowsAllIn"] === 1,
    increments: JSON.parse(String(row["increments"])) as Increment[],
    rules: JSON.parse(String(row["rules"])) as AuctionRules,
    classes: listOf(row["classes"]),
    roles: listOf(row["roles"]),
  };
}

function listOf(value: unknown): readonly string[] | null {
  return value === null ? null : (JSON.parse(String(value)) as string[]);
}
