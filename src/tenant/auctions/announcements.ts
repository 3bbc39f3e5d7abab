import { type SQL, sql } from "drizzle-orm";
import type { AuctionId } from "../../kernel/ids.ts";
import { isSecret } from "./rules.ts";
import type { AuctionMode } from "./schema.ts";

/**
 * Announces an auction's current state to all viewers. A bid in a secret auction announces nothing, because
 * even its time must stay secret.
 */
export function announceAuction(
  auction: { readonly id: AuctionId; readonly mode: AuctionMode },
  nowMs: number,
): readonly SQL[] {
  if (isSecret(auction.mode)) return [];
  return [announceState(auction.id, nowMs)];
}

/** Announces that an auction begins or ends, which is never secret. */
export function announceState(auctionId: AuctionId, nowMs: number): SQL {
  const place = sql`row_number() over (order by b.spec = 'main' desc, b.value desc, b.seq)`;
  const leaders = sql`(select json_group_array(json_object('person', l.person_id, 'name', l.name,
      'value', l.value)) from (select b.person_id, n.name, b.value, ${place} as place
      from bids b join persons n on n.id = b.person_id
      where b.auction_id = a.id and ((a.status = 'open' and b.state = 'live'
        and a.mode in ('open', 'anonymous')) or b.state = 'won')
      order by place) l where l.place <= a.copies)`;
  return sql`insert into events (topic, data, at)
    select 'auction', json_object('id', a.id, 'status', a.status, 'mode', a.mode,
      'closesAt', a.closes_at, 'extensions', a.extensions, 'decimals', p.decimals,
      'bids', case when a.mode in ('sealed', 'vickrey') and a.status <> 'settled' then 0
        else (select count(*) from bids b where b.auction_id = a.id) end,
      'leaders', json(${leaders})), ${nowMs}
    from auctions a join pools p on p.id = a.pool_id where a.id = ${auctionId}`;
}
