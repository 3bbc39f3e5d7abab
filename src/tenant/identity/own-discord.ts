import { and, eq, isNull, sql } from "drizzle-orm";
import { columnsOf, prepare, type RowOf, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { guard, write } from "../../database/write.ts";
import { Conflict, Malformed, NotFound } from "../../kernel/errors.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { persons } from "../roster/schema.ts";
import { ownPerson, type Person } from "../roster/service.ts";
import { allowIdentity } from "./access.ts";
import { LinkWrites } from "./link-writes.ts";
import { readState, type StoredLink } from "./queries.ts";
import { identityLinks } from "./schema.ts";

/** The rule of links that members made themselves, by the bot's command and a page of ours. */
const OWN_RULE = "discord_command";

const LINK = {
  ...columnsOf(identityLinks, "personId", "source", "confirmedAt", "evidence"),
  ...columnsOf(persons, "name", "userId", "status"),
};

/** The person that a Discord account is linked to. */
export type DiscordLink = Readonly<RowOf<typeof LINK>>;

export const linkOfDiscord = prepare(({ discordId }: Values<{ discordId: string }>) =>
  build
    .select(LINK)
    .from(identityLinks)
    .innerJoin(persons, eq(persons.id, identityLinks.personId))
    .where(
      and(
        eq(identityLinks.kind, "discord"),
        eq(identityLinks.subject, discordId),
        isNull(identityLinks.endedAt),
      ),
    ),
);

/** Did the member make this link, with the Discord account and the account of ours in their hands? */
export function isOwnClaim({ evidence }: Pick<DiscordLink, "evidence">): boolean {
  return evidence.rule === OWN_RULE;
}

/** A Discord account whose holder asked for a link. */
export interface DiscordClaim {
  readonly discordId: string;
  readonly name: string;
  /** Names the address that the holder got. It works once. */
  readonly proof: string;
}

/**
 * Links the caller's person with a Discord account that is proved to be theirs. It replaces links of
 * automation and the caller's own earlier one, and none that an officer or another member made.
 * @throws {NotFound} `roster/person-not-found`
 * @throws {Malformed} `discord/link-not-valid` for an address that was used
 * @throws {Conflict} `discord/linked-already`, `identity/changed`
 */
export async function linkOwnDiscord(ctx: GuildContext, claim: DiscordClaim): Promise<Person> {
  allowIdentity(ctx, "roster.view");
  const person = await ownPerson(ctx);
  if (person === undefined) {
    throw new NotFound(
      "roster/person-not-found",
      "You are not in the roster yet. Choose your character on the page of the roster first.",
    );
  }
  const { discordId, name, proof } = claim;
  const state = await readState(ctx);
  const before = state.links.filter(
    (link) =>
      link.kind === "discord" && (link.subject === discordId || link.personId === person.id),
  );
  if (!before.every((link) => isReplaceable(link, discordId, person))) throw linkedAlready();
  const writes = new LinkWrites(ctx, state);
  for (const link of before) writes.end(link, "discord-command");
  writes.add({
    kind: "discord",
    subject: discordId,
    personId: person.id,
    source: "manual",
    confidence: "high",
    evidence: {
      rule: OWN_RULE,
      text: `${name} typed /link and opened the address as ${person.name}.`,
      details: { proof },
    },
    isConfirmed: true,
  });
  writes.finish();
  await write(ctx.db, [
    guard(isUnused(discordId, proof), usedAlready),
    ...writes.take(),
    record(ctx, "identity.link-own", person.id, {
      before: before.map(({ personId, subject, source }) => ({ personId, subject, source })),
      after: { discordId },
    }),
  ]);
  return person;
}

function isReplaceable(link: StoredLink, discordId: string, person: Person): boolean {
  const isOwn = link.personId === person.id;
  if (isOwn && (link.subject === discordId || isOwnClaim(link))) return true;
  return link.confirmedAt === null && link.source !== "manual";
}

function isUnused(discordId: string, proof: string) {
  return sql`not exists (select 1 from ${identityLinks}
    where ${identityLinks.kind} = 'discord' and ${identityLinks.subject} = ${discordId}
      and json_extract(${identityLinks.evidence}, '$.details.proof') = ${proof})`;
}

function usedAlready(): Malformed {
  return new Malformed(
    "discord/link-not-valid",
    "This address was used or has expired. Type /link in Discord to get a new one.",
  );
}

function linkedAlready(): Conflict {
  return new Conflict(
    "discord/linked-already",
    "An officer or another member has linked this Discord account or your person. Ask an officer to end that link.",
  );
}
