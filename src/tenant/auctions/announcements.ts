import { sql } from "drizzle-orm";
import type { Writable } from "../../database/write.ts";
import type { AuctionId } from "../../kernel/ids.ts";
import { decimalsOf } from "../dkp/queries.ts";
import { announceFrom } from "../events.ts";
import { persons } from "../roster/schema.ts";
import { isAnonymous, isAscending, isSecret, modesThat } from "./rules.ts";
import { type AuctionMode, auctions, bids } from "./schema.ts";

/**
 * Announces an auction's current state to all viewers. A bid in a secret auction announces nothing, because
 * even its time must stay secret.
 */
export function announceAuction(
  auction: { readonly id: AuctionId; readonly mode: AuctionMode },
  nowMs: number,
): readonly Writable[] {
  if (isSecret(auction.mode)) return [];
  return [announceState(auction.id, nowMs)];
}

/** Announces that an auction begins or ends, which is never secret. */
export function announceState(auctionId: AuctionId, nowMs: number): Writable {
  const { id, status, mode } = auctions;
  const isLeader = sql`((${status} = 'open' and ${bids.state} = 'live'
    and ${mode} in ${modesThat(isAscending)}) or ${bids.state} = 'won')`;
  const place = sql`row_number() over
    (order by ${bids.spec} = 'main' desc, ${bids.value} desc, ${bids.seq})`;
  const leaders = sql`(select json_group_array(json_object('person', l.person, 'name', l.name,
      'value', l.value)) from (select ${bids.personId} as person, ${persons.name} as name,
      ${bids.value} as value, ${place} as place
      from ${bids} join ${persons} on ${persons.id} = ${bids.personId}
      where ${bids.auctionId} = ${id} and ${isLeader} order by place) l
    where l.place <= ${auctions.copies})`;
  const data = sql`json_object('id', ${id}, 'status', ${status}, 'mode', ${mode},
    'closesAt', ${auctions.closesAt}, 'extensions', ${auctions.extensions},
    'decimals', ${decimalsOf(auctions.poolId)},
    'bids', case when ${mode} in ${modesThat(isSecret)} and ${status} <> 'settled' then 0
      else (select count(*) from ${bids} where ${bids.auctionId} = ${id}) end,
    'hasNames', not (${mode} in ${modesThat(isAnonymous)} and ${status} = 'open'),
    'leaders', json(${leaders}))`;
  const rest = sql`from ${auctions} where ${id} = ${auctionId}`;
  return announceFrom("auction", data, rest, nowMs);
}
