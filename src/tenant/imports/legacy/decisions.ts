import {
  type LegacyRow,
  legacyFlag,
  legacyNumber,
  legacyText,
  legacyTime,
  legacyWhole,
} from "../../../kernel/legacy-values.ts";
import { DAY_MS, MINUTE_MS } from "../../../kernel/time.ts";
import { limits } from "../../../limits.ts";
import { foldItem } from "../../loot/items.ts";
import { type ClassId, classFrom } from "../../roster/classes.ts";
import type { ImportRow } from "../document.ts";
import { absolutePoints, itemFrom, lineFrom, pointsFrom } from "../formats/text.ts";
import type { EntryLinks, Payment } from "./entries.ts";
import { type Left, type LegacyTables, NO_USER, rowOf, userKey } from "./source.ts";

interface AuctionFacts {
  readonly links: EntryLinks;
  readonly snapshotAt: number;
  readonly isUser: (id: number) => boolean;
  readonly left: Left;
}

interface Bid {
  readonly user: number;
  readonly points: string;
  readonly at: number | undefined;
}

const AUCTION_COLUMNS = [
  ...[
    "id",
    "item_name",
    "item_name_en",
    "item_id",
    "min_bid",
    "status",
    "winner_id",
    "winning_bid",
  ],
  ...["created_at", "ended_at", "duration_minutes", "ends_at", "eligible_classes", "farewell_data"],
];
const MINUTES = 3;

/** Auctions with their bids, and the items that they gave away. */
export async function readAuctions(source: LegacyTables, facts: AuctionFacts) {
  const bids = await bidsByAuction(source, facts);
  const rolls = await rollsByAuction(source);
  const auctions: ImportRow[] = [];
  const loot: ImportRow[] = [];
  for await (const row of source.rows("auctions", AUCTION_COLUMNS)) {
    const farewell = row["farewell_data"];
    if (farewell !== null && farewell !== undefined) {
      facts.left.skip("auctions", "they are a farewell to a member, not an auction");
      continue;
    }
    const id = legacyWhole(row["id"]) ?? 0;
    const one = auctionOf(row, facts, bids.get(id) ?? [], rolls);
    auctions.push(one.auction);
    if (one.loot !== undefined) loot.push(one.loot);
    bids.delete(id);
  }
  return { auctions, loot };
}

async function bidsByAuction(source: LegacyTables, { isUser, left }: AuctionFacts) {
  const bids = new Map<number, Bid[]>();
  const columns = ["auction_id", "user_id", "amount", "created_at"];
  for await (const row of source.rows("auction_bids", columns)) {
    const [auction, user] = [legacyWhole(row["auction_id"]) ?? 0, legacyWhole(row["user_id"]) ?? 0];
    const points = pointsFrom(row["amount"]);
    if (!isUser(user)) left.lose("auction_bids", NO_USER);
    else if (points === undefined) left.lose("auction_bids", "their amount is no number");
    else {
      const bid = { user, points, at: legacyTime(row["created_at"]) };
      const some = bids.get(auction);
      if (some) some.push(bid);
      else bids.set(auction, [bid]);
    }
  }
  return bids;
}

async function rollsByAuction(source: LegacyTables): Promise<ReadonlyMap<string, number[]>> {
  const rolls = new Map<string, number[]>();
  for await (const row of source.rows("auction_rolls", ["auction_id", "user_id", "roll_result"])) {
    const key = `${legacyWhole(row["auction_id"]) ?? 0} ${legacyWhole(row["user_id"]) ?? 0}`;
    const roll = legacyWhole(row["roll_result"]);
    if (roll !== undefined) rolls.set(key, [...(rolls.get(key) ?? []), roll]);
  }
  return rolls;
}

function auctionOf(
  row: LegacyRow,
  facts: AuctionFacts,
  bids: readonly Bid[],
  rolls: ReadonlyMap<string, number[]>,
): { readonly auction: ImportRow; readonly loot: ImportRow | undefined } {
  const id = legacyWhole(row["id"]) ?? 0;
  const status = legacyText(row["status"]).toLowerCase();
  const isSettled = status === "completed";
  const { at, closedAt } = timesOf(row, facts.snapshotAt);
  const named = legacyText(row["item_name"]) || legacyText(row["item_name_en"]);
  const item = itemFrom(named, legacyWhole(row["item_id"]) ?? null);
  const itemName = item.name || `Item of auction ${id}`;
  const winner = isSettled ? legacyWhole(row["winner_id"]) : undefined;
  const classes = classesFrom(legacyText(row["eligible_classes"]));
  const key = `auction:${id}`;
  const shown = bids.map(({ user, points, at: bidAt }) => {
    const own = rolls.get(`${id} ${user}`);
    const bid = { person: userKey(user), points, at: bidAt ?? at, isWinner: user === winner };
    return { ...bid, ...(own && { rolls: own }) };
  });
  const auction = rowOf("auction", key, itemName, {
    ...{ itemName, itemId: item.id, at, closedAt, bids: shown },
    status: isSettled ? "settled" : "void",
    minimum: absolutePoints(pointsFrom(row["min_bid"] ?? 0) ?? "0"),
    ...(!isSettled && {
      voidReason: status === "active" ? "was open at the export" : "cancelled in the legacy system",
    }),
    ...(classes.length > 0 && { classes }),
  });
  if (!isSettled) return { auction, loot: undefined };
  const known = winner !== undefined && facts.isUser(winner) ? winner : undefined;
  if (known === undefined)
    facts.left.skip("loot", "its winner does not exist: kept without a person");
  const payment =
    known === undefined ? undefined : paymentOf(facts.links, id, known, itemName, closedAt);
  const price = payment?.points ?? pointsFrom(row["winning_bid"] ?? 0) ?? "0";
  const loot = rowOf("loot", key, itemName, {
    ...{ itemName, itemId: item.id, fate: "person", at: closedAt, auction: key },
    person: known === undefined ? null : userKey(known),
    points: absolutePoints(price),
    ...(payment !== undefined && { entry: payment.key }),
  });
  return { auction, loot };
}

/** When an auction began and ended. One that was open ends at its planned time, or at the export. */
function timesOf(row: LegacyRow, snapshotAt: number) {
  const at = legacyTime(row["created_at"]) ?? snapshotAt;
  const minutes = legacyNumber(row["duration_minutes"]) || MINUTES;
  const planned = legacyTime(row["ends_at"]) ?? at + Math.round(minutes * MINUTE_MS);
  return { at, closedAt: Math.max(at, legacyTime(row["ended_at"]) ?? planned) };
}

/** The payment of an auction: the winner's last one that was not refunded. */
function paymentOf(
  links: EntryLinks,
  auction: number,
  winner: number,
  itemName: string,
  closedAt: number,
): Payment | undefined {
  const isTheirs = ({ user, isReversed }: Payment) => user === winner && !isReversed;
  const named = links.payments.get(auction)?.findLast(isTheirs);
  if (named !== undefined) return named;
  return links.paymentsByItem
    .get(foldItem(itemName))
    ?.filter(isTheirs)
    .findLast(({ at }) => at === undefined || Math.abs(at - closedAt) < DAY_MS);
}

function classesFrom(text: string): readonly ClassId[] {
  if (!text.startsWith("[")) return [];
  try {
    const found: unknown = JSON.parse(text);
    const names = Array.isArray(found) ? found : [];
    return [...new Set(names.flatMap((name) => classFrom(String(name)) ?? []))];
  } catch {
    return [];
  }
}

/** Wishes that are still open: one of each member and item, the most wanted one. */
export async function wishRows(
  source: LegacyTables,
  isUser: (id: number) => boolean,
  left: Left,
): Promise<readonly ImportRow[]> {
  const wishes = new Map<string, { user: number; itemName: string; rank: number; note: string }>();
  const columns = [
    "user_id",
    "item_id",
    "item_name",
    "item_name_en",
    "priority",
    "obtained",
    "notes",
  ];
  for await (const row of source.rows("bis_items", columns)) {
    const user = legacyWhole(row["user_id"]) ?? 0;
    const named = legacyText(row["item_name"]) || legacyText(row["item_name_en"]);
    const itemName = itemFrom(named, legacyWhole(row["item_id"]) ?? null).name;
    const rank = Math.max(0, legacyWhole(row["priority"]) ?? 0) + 1;
    const key = `${user} ${foldItem(itemName)}`;
    const found = wishes.get(key);
    if (!isUser(user)) left.lose("bis_items", NO_USER);
    else if (itemName === "") left.lose("bis_items", "their item has no name");
    else if (legacyFlag(row["obtained"])) left.skip("bis_items", "the member has the item");
    else {
      if (found !== undefined) left.skip("bis_items", "the member wishes for the item twice");
      const note = lineFrom(legacyText(row["notes"]), limits.loot.noteCharsMax);
      if (found === undefined || rank < found.rank) wishes.set(key, { user, itemName, rank, note });
    }
  }
  return [...wishes].map(([key, { user, itemName, rank, note }]) => {
    const data = { person: userKey(user), itemName, rank, ...(note !== "" && { note }) };
    return rowOf("wish", `wish:${key}`, itemName, data);
  });
}
