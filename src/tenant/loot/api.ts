import { z } from "@hono/zod-openapi";
import { lineField, linesField, nameField } from "../../http/text-fields.ts";
import { limits } from "../../limits.ts";
import { SLOTS } from "../dkp/pool-rules.ts";

const { noteCharsMax } = limits.loot;
const itemName = nameField(limits.auctions.itemCharsMax);
const itemId = z.number().int().positive();
const note = linesField(noteCharsMax);
const nullableText = z.string().nullable();

export const newLoot = z
  .strictObject({
    itemName,
    itemId: itemId.optional(),
    fate: z.enum(["person", "disenchanted", "bank"]).default("person"),
    personId: z.uuid().optional(),
    spec: z.enum(["main", "off"]).optional(),
    points: z
      .union([z.string().max(40), z.number()])
      .optional()
      .openapi({ description: "What they pay. Nothing, unless said." }),
    pool: z.uuid().optional(),
    source: z.enum(["manual", "council"]).optional(),
    auctionId: z.uuid().optional(),
    raidId: z.uuid().optional(),
    boss: note.optional(),
    note: note.optional(),
    slot: z.enum(SLOTS).optional().openapi({
      description: "Without points, the price is that of the pool's list for the slot.",
    }),
    itemLevel: z.number().int().min(0).max(9_999).optional(),
    at: z.number().int().min(0).optional().openapi({
      description: "When it dropped, in Unix milliseconds. Now, unless said.",
    }),
  })
  .openapi("NewLoot");

export const revertBody = z
  .strictObject({ reason: lineField(limits.dkp.reasonCharsMax, 1, "Enter a reason.") })
  .openapi("LootReversal");

export const lootFilters = z.object({
  person: z.uuid().optional(),
  raid: z.uuid().optional(),
  item: z.string().max(200).optional(),
  q: z.string().max(100).optional(),
});

export const wishesBody = z
  .strictObject({
    items: z
      .array(z.strictObject({ itemName, itemId: itemId.optional(), note: note.optional() }))
      .max(limits.loot.wishesMax),
  })
  .openapi("Wishlist");

export const lootJson = z
  .object({
    id: z.string(),
    itemName: z.string(),
    itemKey: z.string(),
    itemId: z.number().int().nullable(),
    fate: z.enum(["person", "disenchanted", "bank"]),
    personId: nullableText,
    personName: nullableText,
    class: nullableText,
    spec: z.enum(["main", "off"]).nullable(),
    poolId: nullableText,
    decimals: z.number().int(),
    price: z.number().int(),
    points: z.string(),
    txId: nullableText,
    source: z.enum(["auction", "council", "manual", "import"]),
    auctionId: nullableText,
    raidId: nullableText,
    raidName: nullableText,
    boss: z.string(),
    note: z.string(),
    at: z.number().int(),
    isReverted: z.boolean(),
    slot: nullableText,
    itemLevel: z.number().int().nullable(),
  })
  .openapi("Loot");

export const wishJson = z
  .object({
    personId: z.string(),
    personName: z.string(),
    class: nullableText,
    itemKey: z.string(),
    itemName: z.string(),
    itemId: z.number().int().nullable().openapi({
      description: "The game's own id of the item, if it is known.",
    }),
    rank: z.number().int(),
    note: z.string(),
    hasIt: z.boolean(),
  })
  .openapi("Wish");

export const RESPONSES = ["best", "upgrade", "minor", "off", "pass"] as const;

export const newCouncil = z
  .strictObject({
    itemName,
    boss: note.optional(),
    raidId: z.uuid().optional(),
    pool: z.uuid().optional(),
    slot: z.enum(SLOTS).optional(),
    itemLevel: z.number().int().min(0).max(9_999).optional(),
    note: note.optional(),
  })
  .openapi("NewCouncil");

export const responseBody = z
  .strictObject({ response: z.enum(RESPONSES), note: note.optional() })
  .openapi("CouncilResponse");

export const voteBody = z.strictObject({ personId: z.uuid() }).openapi("CouncilVote");

export const decisionBody = z
  .strictObject({
    personId: z.uuid(),
    points: z.union([z.string().max(40), z.number()]).optional(),
    spec: z.enum(["main", "off"]).optional(),
  })
  .openapi("CouncilDecision");

export const councilJson = z
  .object({
    id: z.string(),
    itemName: z.string(),
    boss: z.string(),
    note: z.string(),
    raidId: nullableText,
    status: z.enum(["open", "decided", "void"]),
    lootId: nullableText,
    winnerName: nullableText,
    openedAt: z.number().int(),
    decidedAt: z.number().int().nullable(),
  })
  .openapi("Council");

export const councilViewJson = councilJson
  .extend({
    candidates: z
      .array(
        z.object({
          personId: z.string(),
          name: z.string(),
          class: nullableText,
          response: z.enum(RESPONSES).nullable(),
          note: z.string(),
          items: z.number().int(),
          wish: z.number().int().nullable(),
          voters: z.array(z.string()).readonly().nullable().openapi({
            description: "Officers see votes at once, everybody once it is decided.",
          }),
          isOwn: z.boolean(),
        }),
      )
      .readonly(),
    ownVote: nullableText,
  })
  .openapi("CouncilWithCandidates");
