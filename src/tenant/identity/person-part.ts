import { z } from "@hono/zod-openapi";
import { and, eq, isNull, sql } from "drizzle-orm";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type CharacterId, type IdentityLinkId, newId, type PersonId } from "../../kernel/ids.ts";
import { describe } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { changedMeanwhile, type PersonPart, rowsPart } from "../person-parts.ts";
import { discordLinks, linkOfCharacter } from "./queries.ts";
import { gameCharacters, identityLinks, identityProofs } from "./schema.ts";

const linkRows = rowsPart("links", {
  kind: "links",
  table: identityLinks,
  person: "personId",
  key: ["id"],
});

/** The links of a person, with their history. A person has one Discord account. */
const linkPart: PersonPart = {
  ...linkRows,
  join: async (ctx, pair) => {
    const accounts = await discordLinks.all(ctx.db, { one: pair.fromId, other: pair.intoId });
    if (accounts.length > 1) throw twoDiscordAccounts(accounts.map(({ name }) => name));
    return await linkRows.join(ctx, pair);
  },
};

export const identityParts: readonly PersonPart[] = [
  linkPart,
  rowsPart("proofs", {
    kind: "proofs",
    table: identityProofs,
    person: "personId",
    key: ["code"],
  }),
];

function twoDiscordAccounts(names: readonly string[]): Conflict {
  return new Conflict(
    "persons/two-discord-accounts",
    `Each has a Discord account (${names.join(", ")}), and a person can have one. ` +
      "Remove the link of one account first.",
  );
}

const storedMove = z.object({
  ended: z.string().nullable(),
  made: z.string().nullable(),
  hasOwnRosterRow: z.boolean(),
});

/**
 * What a move of a character of the roster to another person means for its link: an officer decided,
 * so it becomes a manual one.
 * @throws {Conflict} `identity/verified`
 */
export async function movedLink(ctx: GuildContext, characterId: CharacterId, intoId: PersonId) {
  const found = await linkOfCharacter.first(ctx.db, { characterId });
  if (found === undefined) return { statements: [], stored: null };
  const { link, source, subject, name, hasOwnRosterRow } = found;
  if (source === "battlenet" || source === "note_code") throw verified();
  const nowMs = ctx.now().getTime();
  const { id: by, name: byName } = describe(ctx.actor);
  const made = link === null ? null : newId<IdentityLinkId>();
  const statements: (Writable | Guard)[] = [
    build
      .update(gameCharacters)
      .set({ hasOwnRosterRow: false })
      .where(eq(gameCharacters.id, subject)),
  ];
  if (link !== null && made !== null) {
    statements.push(
      guard(isOpen(link), changedMeanwhile),
      build
        .update(identityLinks)
        .set({ endedAt: nowMs, endedBy: by, endReason: "moved" })
        .where(eq(identityLinks.id, link)),
      insertInto(identityLinks, {
        id: made,
        personId: intoId,
        kind: "character",
        subject,
        source: "manual",
        confidence: "high",
        evidence: { rule: "manual", text: name, details: { by: byName } },
        createdAt: nowMs,
        createdBy: by,
        confirmedAt: nowMs,
        confirmedBy: by,
      }),
    );
  }
  return { statements, stored: { ended: link, made, hasOwnRosterRow } };
}

/** Gives the link of a moved character back to its person. */
export function undoneLink(
  ctx: GuildContext,
  characterId: CharacterId,
  stored: unknown,
): readonly (Writable | Guard)[] {
  const before = storedMove.nullable().parse(stored);
  if (before === null) return [];
  const { ended, made, hasOwnRosterRow } = before;
  const nowMs = ctx.now().getTime();
  const statements: (Writable | Guard)[] = [
    build
      .update(gameCharacters)
      .set({ hasOwnRosterRow })
      .where(eq(gameCharacters.characterId, characterId)),
  ];
  if (ended === null || made === null) return statements;
  return [
    ...statements,
    guard(isOpen(made as IdentityLinkId), changedMeanwhile),
    build
      .update(identityLinks)
      .set({ endedAt: nowMs, endedBy: describe(ctx.actor).id, endReason: "undone" })
      .where(eq(identityLinks.id, made as IdentityLinkId)),
    build
      .update(identityLinks)
      .set({ endedAt: null, endedBy: null, endReason: null })
      .where(eq(identityLinks.id, ended as IdentityLinkId)),
  ];
}

function isOpen(id: IdentityLinkId) {
  return sql`exists (select 1 from ${identityLinks}
    where ${and(eq(identityLinks.id, id), isNull(identityLinks.endedAt))})`;
}

function verified(): Conflict {
  return new Conflict(
    "identity/verified",
    "A proof says whose character this is. End that link first if it is wrong.",
  );
}
