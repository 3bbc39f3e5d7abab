import { and, eq, lt, not, type SQL, sql } from "drizzle-orm";
import { DatabaseError } from "../../database/errors.ts";
import { existsIn } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict, Forbidden, Invalid } from "../../kernel/errors.ts";
import { type AuctionId, type BidId, newId, type PersonId } from "../../kernel/ids.ts";
import { allow, type GuildContext } from "../context.ts";
import { amountFault, formatPoints, parsePoints } from "../dkp/points.ts";
import { type Pool, poolOf } from "../dkp/pools.ts";
import { momentOf } from "../events.ts";
import { hasEnoughEffort } from "../loot/payments.ts";
import type { Spec } from "../loot/service.ts";
import { isPresentAt } from "../raids/queries.ts";
import { isActivePerson } from "../roster/queries.ts";
import { ownPerson, type Person } from "../roster/service.ts";
import { announceAuction } from "./announcements.ts";
import { bidByKey, keyOf, sameBid } from "./bid-keys.ts";
import { withoutPass } from "./early-end.ts";
import { availableSql, holdStatements, isMain } from "./holds.ts";
import { type Auction, auctionRow, fundsOf, isLive } from "./queries.ts";
import { hasOnePrice, isAscending } from "./rules.ts";
import { auctions, bids, holds } from "./schema.ts";

export interface BidInput {
  /** In the format that users type; undefined when the auction has a fixed price. */
  readonly points?: string | number | undefined;
  readonly spec?: Spec | undefined;
}

/** An accepted bid. */
export interface PlacedBid {
  readonly id: BidId;
  readonly seq: number;
  readonly auctionId: AuctionId;
  readonly personId: PersonId;
  readonly value: number;
  readonly points: string;
  readonly spec: Spec;
  readonly at: number;
}

/**
 * Bids for the caller's own person. The conditions, the bid, its hold and the extension of the auction are
 * one transaction, so two concurrent bids cannot promise the same points.
 *
 * @throws {Conflict} `auctions/closed`, `auctions/bid-too-low`, `auctions/bid-too-high`,
 * `auctions/insufficient-points`, `auctions/spec-change`
 *
 * @throws {Forbidden} `auctions/not-in-roster`, `auctions/not-eligible`, `auctions/off-spec`
 *
 * @throws {Invalid} `auctions/bad-points`, `idempotency/key-reused`
 *
 * @throws {NotFound} `auctions/not-found`
 */
export async function placeBid(
  ctx: GuildContext,
  auctionId: string,
  input: BidInput,
): Promise<PlacedBid> {
  allow(ctx, "auctions.bid");
  const auction = await auctionRow(ctx, auctionId);
  const person = await bidder(ctx);
  const spec = input.spec ?? "main";
  const key = keyOf(ctx, person);
  const first = ctx.idempotencyKey && (await bidByKey(ctx, key));
  if (first) return sameBid(first, auction, spec, input);
  refuseUnlessOpen(ctx, auction);
  refuseUnlessEligible(auction, person, spec);
  const value = amountOf(auction, input);
  const pool = await poolOf(ctx, auction.poolId);
  const id = newId<BidId>();
  try {
    await write(ctx.db, [
      ...conditions(ctx, auction, pool, person.id, value, spec),
      build
        .update(bids)
        .set({ state: "replaced" })
        .where(and(isLive(auction.id), eq(bids.personId, person.id))),
      ...withoutPass(ctx, auction.id, person.id),
      insertInto(bids, {
        ...{ id, auctionId: auction.id, personId: person.id, value, spec },
        ...{ at: momentOf(ctx.now), idempotencyKey: key },
      }),
      // Compare the stored time of the bid: the auction may have closed since the first check.
      guard(
        sql`(select ${bids.at} from ${bids} where ${bids.id} = ${id})
          < (select ${auctions.closesAt} from ${auctions} where ${auctions.id} = ${auction.id})`,
        closed,
      ),
      ...holdStatements(auction, pool, person.id, value),
      ...extension(auction, id),
      ...announceAuction(auction, ctx.now().getTime()),
    ]);
  } catch (error) {
    // A concurrent request with the same key may have placed the bid first.
    const made = ctx.idempotencyKey && (await bidByKey(ctx, key));
    if (made) return sameBid(made, auction, spec, input);
    if (error instanceof DatabaseError && error.kind === "unique") throw outbid(auction);
    throw await withFigures(ctx, error, auction, pool, person.id, value);
  }
  return (await bidByKey(ctx, key))!;
}

/**
 * Retracts the caller's own bid if the auction allows it. A bid that others had to outbid stays.
 *
 * @throws {Conflict} `auctions/closed`, `auctions/bid-stays`, `auctions/no-bid`
 */
export async function retractBid(ctx: GuildContext, auctionId: string): Promise<void> {
  allow(ctx, "auctions.bid");
  const auction = await auctionRow(ctx, auctionId);
  const person = await bidder(ctx);
  if (isAscending(auction.mode)) {
    throw new Conflict(
      "auctions/bid-stays",
      "A bid in an open auction cannot be withdrawn. Other people have bid against it.",
    );
  }
  const own = and(isLive(auction.id), eq(bids.personId, person.id));
  const held = and(eq(holds.auctionId, auction.id), eq(holds.personId, person.id));
  await write(ctx.db, [
    isOpenGuard(ctx, auction),
    guard(
      existsIn(bids, own),
      () => new Conflict("auctions/no-bid", "You have no bid in this auction."),
    ),
    build.update(bids).set({ state: "retracted" }).where(own),
    build.delete(holds).where(held),
    ...announceAuction(auction, ctx.now().getTime()),
  ]);
}

/** @throws {Conflict} `auctions/closed` inside the transaction, at the time of the transaction. */
export function isOpenGuard(ctx: GuildContext, auction: Auction): Guard {
  return guard(
    existsIn(
      auctions,
      and(
        eq(auctions.id, auction.id),
        eq(auctions.status, "open"),
        sql`${momentOf(ctx.now)} < ${auctions.closesAt}`,
      ),
    ),
    closed,
  );
}

function conditions(
  ctx: GuildContext,
  auction: Auction,
  pool: Pool,
  personId: PersonId,
  value: number,
  spec: Spec,
): readonly Guard[] {
  const guards: Guard[] = [isOpenGuard(ctx, auction)];
  guards.push(guard(isActivePerson(personId), notInRoster));
  if (auction.rules.presentOnly) guards.push(isPresent(auction, personId));
  guards.push(...hasEnoughEffort(pool, personId));
  if (spec === "off") {
    guards.push(
      guard(
        not(existsIn(bids, and(isLive(auction.id), eq(bids.personId, personId), isMain))),
        () =>
          new Conflict(
            "auctions/spec-change",
            "You bid for your main spec. That bid cannot become an off-spec bid.",
          ),
      ),
    );
  }
  const available = availableSql(pool.id, personId, auction.id);
  const floor = pool.kind === "epgp" ? null : pool.floor;
  if (isAscending(auction.mode)) {
    guards.push(
      guard(mustBeat(auction, personId, value, spec, available, floor), () => outbid(auction)),
    );
  }
  if (floor !== null) {
    guards.push(guard(sql`${available} - ${value} >= ${floor}`, () => SHORT));
  }
  return guards;
}

/** The same rule as `nextMinimum`, checked against the bids at the time of the write. */
function mustBeat(
  auction: Auction,
  personId: PersonId,
  value: number,
  spec: Spec,
  available: SQL,
  floor: number | null,
): SQL {
  const live = isLive(auction.id);
  const stepAbove = sql`${bids.value} + (select s.value->>'by' from json_each(
    ${JSON.stringify(auction.increments)}) s where s.value->>'from' <= ${bids.value}
    order by s.value->>'from' desc limit 1)`;
  const isTheirs = and(live, eq(bids.personId, personId));
  const own = sql`from ${bids} where ${isTheirs} and ${bids.spec} = ${spec}`;
  const toBeat = sql`from ${bids} where ${live} and ${bids.personId} <> ${personId}
    and ${bids.spec} = ${spec} order by ${bids.value} desc limit 1 offset ${auction.copies - 1}`;
  const isEnough = sql`${value} >= max(coalesce((select ${stepAbove} ${toBeat}), 0),
    coalesce((select ${stepAbove} ${own}), 0))`;
  if (auction.rules.allowsMinimum && value === auction.minimum) {
    return sql`(${isEnough} or not ${existsIn(bids, isTheirs)})`;
  }
  if (!auction.allowsAllIn || floor === null) return isEnough;
  // An all-in bid is valid even if it is less than a full step higher.
  return sql`(${isEnough} or (${value} = ${available} - ${floor}
    and ${value} > coalesce((select ${bids.value} ${toBeat}), 0)
    and ${value} > coalesce((select ${bids.value} ${own}), 0)))`;
}

function isPresent(auction: Auction, personId: PersonId): Guard {
  return guard(
    isPresentAt(auction.raidId, personId),
    () =>
      new Forbidden(
        "auctions/not-present",
        "Only people who are present at the raid can bid. Ask an officer to mark you present.",
      ),
  );
}

/**
 * Extends the auction after a late bid, so that others can answer: by `snipeMs`, at most `extensionsMax`
 * times, and never past the overtime limit.
 */
function extension(auction: Auction, bidId: BidId): readonly Writable[] {
  // A moved end would reveal a bid in a secret auction.
  if (auction.snipeMs === 0 || !isAscending(auction.mode)) return [];
  const { closesAt, snipeMs, extensions, extensionsMax } = auctions;
  const later = sql`min(${closesAt} + ${snipeMs},
    ${auctions.originalClosesAt} + ${auctions.overtimeMsMax})`;
  const bidAt = sql`(select ${bids.at} from ${bids} where ${bids.id} = ${bidId})`;
  return [
    build
      .update(auctions)
      .set({ closesAt: later, extensions: sql`${extensions} + 1` })
      .where(
        and(
          eq(auctions.id, auction.id),
          lt(extensions, extensionsMax),
          sql`${later} > ${closesAt}`,
          sql`${closesAt} - ${bidAt} <= ${snipeMs}`,
        ),
      ),
  ];
}

/** @throws {Forbidden} `auctions/not-in-roster` */
export async function bidder(ctx: GuildContext): Promise<Person> {
  const person = await ownPerson(ctx);
  if (person === undefined || person.status !== "active") throw notInRoster();
  return person;
}

function refuseUnlessOpen(ctx: GuildContext, auction: Auction): void {
  if (auction.status !== "open" || ctx.now().getTime() >= auction.closesAt) throw closed();
}

function refuseUnlessEligible(auction: Auction, person: Person, spec: Spec): void {
  const { classes, roles } = auction;
  const mayUse = person.characters.some(
    (one) =>
      (classes === null || classes.includes(one.class)) &&
      (roles === null || (one.role !== null && roles.includes(one.role))),
  );
  if (!mayUse && (classes !== null || roles !== null)) {
    throw new Forbidden("auctions/not-eligible", "None of your characters can use this item.", {
      classes,
      roles,
    });
  }
  if (spec === "off" && !auction.allowsOffSpec) {
    throw new Forbidden("auctions/off-spec", "This auction is for main specs only.");
  }
}

/** The bid in minor units, within the auction's bounds. */
function amountOf(auction: Auction, input: BidInput): number {
  const { decimals, minimum, maximum } = auction;
  if (hasOnePrice(auction.mode)) {
    const said = input.points === undefined ? minimum : parsePoints(input.points, decimals);
    if (said === minimum) return minimum;
    throw badPoints(`The price of this item is ${formatPoints(minimum, decimals)} for everybody.`);
  }
  const fault = amountFault(input.points ?? "", decimals, "zero or more");
  if (fault !== undefined) throw badPoints(fault);
  const value = parsePoints(input.points ?? "", decimals)!;
  if (value < minimum) throw tooLow(minimum, decimals);
  if (maximum !== null && value > maximum) {
    throw new Conflict(
      "auctions/bid-too-high",
      `The maximum bid is ${formatPoints(maximum, decimals)}. Enter a lower bid.`,
      { maximum, decimals },
    );
  }
  return value;
}

const SHORT = new Conflict(
  "auctions/insufficient-points",
  "You do not have enough free points. Enter a lower bid.",
);

/** The same error with the figures that the bidder needs. */
async function withFigures(
  ctx: GuildContext,
  error: unknown,
  auction: Auction,
  pool: Pool,
  personId: PersonId,
  required: number,
): Promise<unknown> {
  if (error !== SHORT) return error;
  const funds = await fundsOf(ctx, pool, personId, auction.id);
  const most = formatPoints(funds.most ?? 0, pool.decimals);
  const held = formatPoints(funds.heldElsewhere, pool.decimals);
  const others = funds.heldElsewhere > 0 ? ` Your other bids hold ${held}.` : "";
  return new Conflict(
    "auctions/insufficient-points",
    `You can bid at most ${most}.${others} Enter a lower bid.`,
    { ...funds, required, decimals: pool.decimals },
  );
}

function outbid(auction: Auction): Conflict {
  return new Conflict("auctions/outbid", "Another bid came first. Enter a higher bid to lead.", {
    decimals: auction.decimals,
  });
}

function tooLow(minimum: number, decimals: number): Conflict {
  return new Conflict(
    "auctions/bid-too-low",
    `The minimum bid is ${formatPoints(minimum, decimals)}. Enter a higher bid.`,
    { minimum, decimals },
  );
}

function closed(): Conflict {
  return new Conflict("auctions/closed", "This auction no longer accepts bids.");
}

function notInRoster(): Forbidden {
  return new Forbidden(
    "auctions/not-in-roster",
    "Only people in the roster can bid. Ask an officer to add you.",
  );
}

function badPoints(detail: string): Invalid {
  return new Invalid("auctions/bad-points", detail, { errors: [{ pointer: "/points", detail }] });
}
