import { and, eq, type SQL, sql } from "drizzle-orm";
import { asBoolean, asNumber, columnOr, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import type { AuctionId, PersonId } from "../../kernel/ids.ts";
import type { GuildContext } from "../context.ts";
import { presentMembers } from "../raids/queries.ts";
import { hasCharacterFor } from "../roster/queries.ts";
import { isAscending, isSecret, type Terms } from "./rules.ts";
import { auctionPasses, auctions, bids } from "./schema.ts";

// Passes, and the end of an auction in which everyone has bid or passed.

/** The schema version that brought passes. */
const PASSES_VERSION = 10;

/** The part of an auction that decides who may bid, and whether all of them have decided. */
interface Open extends Terms {
  readonly raidId: string | null;
  readonly status: string;
  readonly classes: readonly string[] | null;
  readonly roles: readonly string[] | null;
}

/** A bid removes the bidder's pass. */
export function withoutPass(ctx: GuildContext, auctionId: AuctionId, personId: PersonId) {
  if (ctx.guild.schemaVersion < PASSES_VERSION) return [];
  return [
    build
      .delete(auctionPasses)
      .where(and(eq(auctionPasses.auctionId, auctionId), eq(auctionPasses.personId, personId))),
  ];
}

/** Who passed, as one reader may see it. */
export interface Passes {
  /** Null while the auction keeps secret who is interested. */
  readonly passCount: number | null;
  /** True if the reader has passed. */
  readonly hasPassed: boolean;
}

const passesOf = prepare(({ id, me }: Values<{ id: string; me: string }>) =>
  build
    .select({
      passCount: asNumber(sql`count(*)`),
      hasPassed: asBoolean(sql`coalesce(max(${auctionPasses.personId} = ${me}), 0)`),
    })
    .from(auctionPasses)
    .where(sql`${auctionPasses.auctionId} = ${id}`),
);

export async function passes(
  ctx: GuildContext,
  auction: Pick<Open, "id" | "mode">,
  reader: { readonly me: PersonId | undefined; readonly isHidden: boolean },
): Promise<Passes> {
  const { me, isHidden } = reader;
  const none = { passCount: 0, hasPassed: false };
  const hasPasses = ctx.guild.schemaVersion >= PASSES_VERSION;
  const found = hasPasses
    ? await passesOf.first(ctx.db, { id: auction.id, me: me ?? "" })
    : undefined;
  const isSecretYet = isSecret(auction.mode) && isHidden;
  return { ...none, ...found, ...(isSecretYet && { passCount: null }) };
}

/**
 * A condition: everyone who may bid has decided, and the auction ends when they have. Those are the people
 * who are present at its raid, have an account, and can use the item. In an ascending auction the leaders
 * have decided, and all others have once they pass. In the other modes a bid or a pass decides.
 */
export function allDecided(auction: Open): SQL {
  if (auction.rules.endsWhenPassed !== true || auction.raidId === null) return sql`false`;
  const able = sql`(select there.id from ${presentMembers(auction.raidId)} there
    where ${hasCharacterFor(sql`there.id`, auction)})`;
  const hasPassed = sql`(select person_id from ${auctionPasses} where auction_id = ${auction.id})`;
  const decided = isAscending(auction.mode)
    ? leaders(auction)
    : sql`(select person_id from ${bids} where auction_id = ${auction.id} and state = 'live')`;
  return sql`(exists ${able} and not exists (select 1 from ${able} able
    where able.id not in ${hasPassed} and able.id not in ${decided}))`;
}

const mayEnd = prepare(({ id }: Values<{ id: string }>) =>
  build
    .select({ rules: columnOr(auctions.rules, "'{}'") })
    .from(auctions)
    .where(and(sql`${auctions.id} = ${id}`, eq(auctions.status, "open"))),
);

/** True for an open auction that ends once everyone has decided. */
export async function endsWhenDecided(ctx: GuildContext, auctionId: string): Promise<boolean> {
  return (await mayEnd.first(ctx.db, { id: auctionId }))?.rules.endsWhenPassed === true;
}

/** The people whose bids would get a copy now, as a subquery. */
export function leaders(auction: Terms): SQL {
  return sql`(select person_id from (select person_id from ${bids}
    where auction_id = ${auction.id} and state = 'live'
    order by spec = 'main' desc, value desc, seq limit ${auction.copies}))`;
}
