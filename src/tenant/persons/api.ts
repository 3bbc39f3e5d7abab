import { z } from "@hono/zod-openapi";

export const joinBody = z
  .strictObject({
    fromId: z.uuid().openapi({ description: "The person who is archived." }),
    intoId: z.uuid().openapi({ description: "The person who gets everything." }),
  })
  .openapi("PersonJoinInput");

/** `personId` is the person that the member is linked to now. */
export const memberLink = z.strictObject({ personId: z.uuid() }).openapi("MemberLink");

export const moveBody = z
  .strictObject({
    personId: z
      .uuid()
      .nullable()
      .openapi({ description: "The new person of the character. Null makes a new person." }),
  })
  .openapi("CharacterMove");

const kind = z.enum([
  "points",
  "login",
  "characters",
  "links",
  "proofs",
  "signups",
  "attendance",
  "teams",
  "loot",
  "wishes",
  "responses",
  "votes",
  "bids",
  "passes",
]);

export const previewJson = z
  .object({
    from: z.string(),
    into: z.string(),
    moves: z.array(z.object({ kind, count: z.int() })),
    overlaps: z.array(
      z.object({
        kind,
        about: z.string().openapi({ description: "The raid or the item." }),
        keeps: z.enum(["from", "into"]),
      }),
    ),
  })
  .openapi("PersonJoinPreview");

const someone = z.object({ id: z.string(), name: z.string() });

export const joinJson = z
  .object({
    id: z.string(),
    kind: z.enum(["join", "move"]),
    from: someone,
    into: someone,
    at: z.int(),
    by: z.string(),
    undoneAt: z.int().nullable(),
    undoneBy: z.string().nullable(),
  })
  .openapi("PersonJoin");

export const claimQuery = z.object({ q: z.string().max(50).optional() });

export const claimBody = z
  .strictObject({
    characterId: z
      .uuid()
      .nullable()
      .openapi({ description: "The caller's character. Null if it is not on the roster." }),
  })
  .openapi("CharacterClaimInput");

export const decisionBody = z
  .strictObject({
    confirmed: z.boolean(),
    characterId: z
      .uuid()
      .nullable()
      .optional()
      .openapi({
        description:
          "The character of the claim that is decided. If the member has chosen another one since, " +
          "nothing is decided. Left out, the claim as it is now is decided.",
      }),
  })
  .openapi("ClaimDecision");

const claimState = z.enum(["none", "asked", "chosen", "confirmed", "refused", "new", "linked"]);

export const ownClaimJson = z
  .object({
    state: claimState,
    characterId: z.string().nullable(),
    candidates: z.array(
      z.object({
        characterId: z.string(),
        name: z.string(),
        realm: z.string(),
        class: z.string(),
        person: z.string(),
        isExact: z.boolean(),
      }),
    ),
  })
  .openapi("OwnCharacterClaim");

export const claimJson = z
  .object({
    userId: z.string(),
    userName: z.string(),
    state: claimState,
    characterId: z.string().nullable(),
    character: z.string().nullable(),
    person: z.string().nullable(),
    at: z.int(),
  })
  .openapi("CharacterClaim");
