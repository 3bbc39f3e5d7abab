import type { AuctionId, CouncilId, LootId, PersonId } from "../../kernel/ids.ts";
import { pastAuction } from "../auctions/history.ts";
import type { Pool } from "../dkp/service.ts";
import { pastCouncil } from "../loot/history.ts";
import { minorUnits } from "./plan.ts";
import type { StoredRow } from "./queries.ts";
import * as data from "./row-data.ts";

/** What the rows of auctions and councils refer to. */
interface DecisionFacts {
  readonly batchId: string;
  readonly pool: Pool;
  readonly persons: ReadonlyMap<string, string>;
  readonly raids: ReadonlyMap<string, string>;
  /** Rows by kind and key. */
  readonly rows: ReadonlyMap<string, string>;
}

/** The statements of an auction or a council of the past. */
export function pastDecision(row: StoredRow, facts: DecisionFacts) {
  return row.kind === "auction" ? auctionOf(row, facts) : councilOf(row, facts);
}

function auctionOf(row: StoredRow, facts: DecisionFacts) {
  const auction = data.auctionData.parse(row.data);
  const { decimals } = facts.pool;
  return pastAuction({
    id: row.targetId as AuctionId,
    key: `import:${facts.batchId}:${row.line}`,
    poolId: facts.pool.id,
    itemName: auction.itemName,
    itemId: auction.itemId,
    status: auction.status,
    voidReason: auction.voidReason ?? null,
    minimum: minorUnits(auction.minimum, decimals) ?? 0,
    classes: auction.classes ?? null,
    opensAt: auction.at,
    closesAt: auction.closedAt,
    bids: auction.bids.map(({ person, points, rolls, ...bid }) => ({
      ...bid,
      personId: personOf(facts, person),
      value: minorUnits(points, decimals) ?? 0,
      rolls: rolls ?? null,
    })),
  });
}

function councilOf(row: StoredRow, facts: DecisionFacts) {
  const council = data.councilData.parse(row.data);
  const loot = council.loot === undefined ? undefined : facts.rows.get(`loot ${council.loot}`);
  return pastCouncil({
    id: row.targetId as CouncilId,
    itemName: council.itemName,
    boss: council.boss ?? "",
    note: council.note ?? "",
    raidId: council.raid === undefined ? null : (facts.raids.get(council.raid) ?? null),
    poolId: facts.pool.id,
    status: council.status,
    lootId: (loot ?? null) as LootId | null,
    openedAt: council.at,
    decidedAt: council.decidedAt ?? null,
    responses: council.responses.map(({ person, note, ...rest }) => ({
      ...rest,
      personId: personOf(facts, person),
      note: note ?? "",
    })),
    votes: council.votes.map(({ voter, person, at }) => ({
      voterId: personOf(facts, voter),
      personId: personOf(facts, person),
      at,
    })),
  });
}

function personOf({ persons }: DecisionFacts, key: string): PersonId {
  return persons.get(key) as PersonId;
}
