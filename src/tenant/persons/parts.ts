import { and, sql } from "drizzle-orm";
import { bidParts } from "../auctions/person-part.ts";
import { pointParts } from "../dkp/person-part.ts";
import { identityParts } from "../identity/person-part.ts";
import { lootParts } from "../loot/person-part.ts";
import type { PersonPart } from "../person-parts.ts";
import { raidParts } from "../raids/person-part.ts";
import { rosterParts } from "../roster/person-part.ts";

/** Everything that belongs to a person, in the order in which a join writes it. */
export const PARTS: readonly PersonPart[] = [
  ...rosterParts,
  ...identityParts,
  ...pointParts,
  ...raidParts,
  ...lootParts,
  ...bidParts,
];

/** A condition: nothing belongs to this person. */
export function hasNothing(personId: string) {
  return and(...PARTS.map(({ isEmpty }) => isEmpty(personId))) ?? sql`true`;
}
