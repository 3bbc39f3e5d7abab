import { z } from "@hono/zod-openapi";
import { lineField, linesField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { SLOTS } from "../dkp/pool-rules.ts";
import { CLASS_IDS, RAID_ROLES } from "../roster/classes.ts";
import { AUCTION_MODES } from "./schema.ts";

export const PRICE_RULES = ["own", "second", "second-plus", "uniform"] as const;
export const TIE_BREAKS = ["first", "roll", "balance", "priority"] as const;

const { auctions } = limits;
const points = z.union([z.string().max(40), z.number()]).openapi({
  description: "Points as people write them, exact to the pool's decimals.",
  examples: [15, "12.5"],
});
const durationMs = z.number().int().min(auctions.durationMsMin).max(auctions.durationMsMax);

export const newAuction = z
  .strictObject({
    itemName: nameField(auctions.itemCharsMax),
    itemId: z.number().int().positive().optional(),
    mode: z.enum(AUCTION_MODES),
    durationMs,
    pool: z.uuid().optional(),
    copies: z.number().int().min(1).max(auctions.copiesMax).optional(),
    minimum: points.optional(),
    maximum: points.optional(),
    increment: points.optional(),
    increments: z
      .array(z.strictObject({ from: points, by: points }))
      .min(1)
      .max(auctions.incrementsMax)
      .optional(),
    tieBreak: z.enum(TIE_BREAKS).optional(),
    allowsOffSpec: z.boolean().optional(),
    allowsAllIn: z.boolean().optional(),
    classes: z.array(z.enum(CLASS_IDS)).max(CLASS_IDS.length).optional(),
    roles: z.array(z.enum(RAID_ROLES)).max(RAID_ROLES.length).optional(),
    snipeMs: z.number().int().min(0).max(auctions.snipeMsMax).optional(),
    extensionsMax: z.number().int().min(0).max(auctions.extensionsMax).optional(),
    overtimeMsMax: z.number().int().min(0).max(auctions.overtimeMsMax).optional(),
    boss: linesField(limits.loot.noteCharsMax).optional(),
    raidId: z.uuid().optional(),
    note: linesField(limits.loot.noteCharsMax).optional(),
    price: z
      .enum(PRICE_RULES)
      .optional()
      .openapi({
        description:
          "What winners pay: their own bid, the highest losing bid (`second`), that and a step " +
          "(`second-plus`), or the highest losing bid of all for every copy (`uniform`).",
      }),
    presentOnly: z.boolean().optional().openapi({
      description: "Only people who are present at the raid may bid.",
    }),
    allowsMinimum: z.boolean().optional().openapi({
      description: "In an open auction, a first bid of the minimum is always accepted.",
    }),
    endsWhenPassed: z
      .boolean()
      .optional()
      .openapi({
        description:
          "The auction ends once everyone who is present at its raid, has an account and can use " +
          "the item has bid or passed. In an open auction, once all but the leaders have passed.",
      }),
    slot: z.enum(SLOTS).optional().openapi({
      description: "Without a minimum, the price of the pool's list for the slot is the minimum.",
    }),
    itemLevel: z.number().int().min(0).max(9_999).optional(),
  })
  .openapi("NewAuction");

export const bidBody = z
  .strictObject({
    points: points.optional(),
    spec: z.enum(["main", "off"]).optional(),
  })
  .openapi("NewBid");

export const reasonBody = z
  .strictObject({ reason: lineField(limits.dkp.reasonCharsMax, 1, "Enter a reason.") })
  .openapi("AuctionCancellation");

export const reopenBody = z.strictObject({ durationMs }).openapi("AuctionReopening");

const amount = z.number().int();
const nullableText = z.string().nullable();
const spec = z.enum(["main", "off"]);

const bidJson = z
  .object({
    id: z.string(),
    seq: z.number().int(),
    personId: nullableText,
    personName: nullableText,
    class: nullableText,
    isOwn: z.boolean(),
    value: amount,
    spec,
    state: z.enum(["live", "replaced", "retracted", "won", "lost", "unpaid"]),
    rolls: z.array(z.number().int()).readonly().nullable(),
    at: z.number().int(),
  })
  .openapi("Bid");

export const placedBidJson = z
  .object({
    id: z.string(),
    seq: z.number().int(),
    auctionId: z.string(),
    personId: z.string(),
    value: amount,
    points: z.string(),
    spec,
    at: z.number().int(),
  })
  .openapi("PlacedBid");

export const auctionJson = z
  .object({
    id: z.string(),
    poolId: z.string(),
    decimals: z.number().int(),
    itemName: z.string(),
    itemId: z.number().int().nullable(),
    boss: z.string(),
    raidId: nullableText,
    note: z.string(),
    mode: z.enum(AUCTION_MODES),
    status: z.enum(["open", "settled", "void"]),
    copies: z.number().int(),
    minimum: amount,
    maximum: amount.nullable(),
    increments: z.array(z.object({ from: amount, by: amount })).readonly(),
    tieBreak: z.enum(TIE_BREAKS),
    allowsOffSpec: z.boolean(),
    allowsAllIn: z.boolean(),
    classes: z.array(z.string()).readonly().nullable(),
    roles: z.array(z.string()).readonly().nullable(),
    opensAt: z.number().int(),
    closesAt: z.number().int(),
    originalClosesAt: z.number().int(),
    snipeMs: z.number().int(),
    extensions: z.number().int(),
    extensionsMax: z.number().int(),
    overtimeMsMax: z.number().int(),
    seedHash: z.string(),
    seed: nullableText.openapi({ description: "Told once the auction is over." }),
    settledAt: z.number().int().nullable(),
    voidReason: nullableText,
    reopens: nullableText,
    reopenedBy: nullableText,
    rules: z.object({
      price: z.enum(PRICE_RULES).optional(),
      presentOnly: z.boolean().optional(),
      allowsMinimum: z.boolean().optional(),
      endsWhenPassed: z.boolean().optional(),
      slot: z.string().optional(),
      itemLevel: z.number().int().optional(),
    }),
    bids: z.array(bidJson).readonly(),
    bidCount: z.number().int().nullable(),
    passCount: z.number().int().nullable().openapi({
      description: "People who passed. Null while bids are secret.",
    }),
    hasPassed: z.boolean().openapi({ description: "The caller has passed." }),
    leaders: z.array(bidJson).readonly(),
    nextMinimum: z.object({ main: amount, off: amount }),
    funds: z
      .object({
        personId: z.string(),
        balance: amount,
        heldElsewhere: amount,
        heldHere: amount,
        floor: amount.nullable(),
        most: amount.nullable(),
      })
      .optional(),
    own: bidJson.optional(),
    now: z.number().int(),
    loot: z
      .array(
        z.object({
          id: z.string(),
          personId: nullableText,
          personName: nullableText,
          price: amount,
          fate: z.string(),
          txId: nullableText,
          isReverted: z.boolean(),
        }),
      )
      .readonly(),
  })
  .openapi("Auction");
