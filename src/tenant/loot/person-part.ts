import { eq, sql } from "drizzle-orm";
import { type PersonPart, type RawRow, rowsPart } from "../person-parts.ts";
import { councilResponses, councils, councilVotes, lootAwards, wishes } from "./schema.ts";

const laterOf = (from: RawRow, into: RawRow) =>
  Number(from["at"]) > Number(into["at"]) ? "from" : "into";

/** The loot, the wishes and the part in councils of a person. */
export const lootParts: readonly PersonPart[] = [
  rowsPart("loot", { kind: "loot", table: lootAwards, person: "personId", key: ["id"] }),
  rowsPart("wishes", {
    kind: "wishes",
    table: wishes,
    person: "personId",
    key: ["itemKey"],
    about: sql`${wishes.itemName}`,
    keep: (from, into) => (Number(from["rank"]) < Number(into["rank"]) ? "from" : "into"),
    // They follow the wishes that are there, in their own order.
    adapt: (row, into) => ({
      rank: Number(row["rank"]) + Math.max(0, ...into.map(({ rank }) => Number(rank))),
    }),
  }),
  rowsPart("responses", {
    kind: "responses",
    table: councilResponses,
    person: "personId",
    key: ["councilId"],
    about: itemOf(councilResponses),
    keep: laterOf,
  }),
  // Votes for the person, then votes by the person: a vote that is merged keeps its choice.
  rowsPart("votes-received", {
    kind: "votes",
    table: councilVotes,
    person: "personId",
    key: ["councilId", "voterId"],
  }),
  rowsPart("votes", {
    kind: "votes",
    table: councilVotes,
    person: "voterId",
    key: ["councilId"],
    others: ["personId"],
    about: itemOf(councilVotes),
    keep: laterOf,
  }),
];

function itemOf(table: typeof councilResponses | typeof councilVotes) {
  return sql`(select ${councils.itemName} from ${councils} where ${eq(councils.id, table.councilId)})`;
}
