import { eq, sql } from "drizzle-orm";
import { type PersonPart, type RawRow, rowsPart } from "../person-parts.ts";
import { attendance, type Presence, raids, raidTeamMembers, raidTeams, signups } from "./schema.ts";

const PRESENCES: readonly Presence[] = ["absent", "bench", "present"];

/** The sign-ups and the attendance of a person. */
export const raidParts: readonly PersonPart[] = [
  rowsPart("signups", {
    kind: "signups",
    table: signups,
    person: "personId",
    key: ["raidId"],
    about: nameOfRaid(signups),
    // The later answer counts, as when one person answers twice.
    keep: (from, into) => (Number(from["at"]) > Number(into["at"]) ? "from" : "into"),
  }),
  rowsPart("attendance", {
    kind: "attendance",
    table: attendance,
    person: "personId",
    key: ["raidId"],
    about: nameOfRaid(attendance),
    keep: (from, into) => (worthOf(from) > worthOf(into) ? "from" : "into"),
  }),
  rowsPart("teams", {
    kind: "teams",
    table: raidTeamMembers,
    person: "personId",
    key: ["teamId"],
    about: sql`(select ${raidTeams.name} from ${raidTeams}
      where ${eq(raidTeams.id, raidTeamMembers.teamId)})`,
    keep: () => "into",
  }),
];

/** A night counts once, with the better of two credits. */
function worthOf(row: RawRow): number {
  return Number(row["creditPct"]) * 10 + PRESENCES.indexOf(row["presence"] as Presence);
}

function nameOfRaid(table: typeof signups | typeof attendance) {
  return sql`(select ${raids.name} from ${raids} where ${eq(raids.id, table.raidId)})`;
}
