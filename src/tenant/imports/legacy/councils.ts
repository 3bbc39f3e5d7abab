import { legacyText, legacyTime, legacyWhole } from "../../../kernel/legacy-values.ts";
import { limits } from "../../../limits.ts";
import type { ImportData, ImportRow } from "../document.ts";
import { itemFrom, lineFrom } from "../formats/text.ts";
import { type Left, type LegacyTables, NO_USER, rowOf, userKey } from "./source.ts";

type Council = ImportData["council"];
type Answer = Council["responses"][number];
type Vote = Council["votes"][number];

const RESPONSES: Readonly<Record<string, Answer["response"]>> = {
  bis: "best",
  upgrade: "upgrade",
  minor: "minor",
  offspec: "off",
  pass: "pass",
};

interface CouncilFacts {
  readonly raids: ReadonlySet<string>;
  readonly snapshotAt: number;
  readonly isUser: (id: number) => boolean;
  readonly left: Left;
}

const COLUMNS = [
  ...["id", "item_id", "item_name", "raid_id", "boss_name", "status", "winner_id", "reason"],
  ...["created_at", "decided_at"],
];

/** Councils with their responses and votes, and the items that they gave away. */
export async function readCouncils(source: LegacyTables, facts: CouncilFacts) {
  const { isUser, left, snapshotAt } = facts;
  const answers = await answersOf(source, facts);
  const votes = await votesOf(source, facts);
  const councils: ImportRow[] = [];
  const loot: ImportRow[] = [];
  for await (const row of source.rows("loot_decisions", COLUMNS)) {
    const id = legacyWhole(row["id"]) ?? 0;
    const key = `council:${id}`;
    const item = itemFrom(legacyText(row["item_name"]), legacyWhole(row["item_id"]) ?? null);
    const itemName = item.name || `Item of council ${id}`;
    const isDecided = legacyText(row["status"]).toLowerCase() === "decided";
    const at = legacyTime(row["created_at"]) ?? snapshotAt;
    const decidedAt = Math.max(at, legacyTime(row["decided_at"]) ?? at);
    const boss = lineFrom(legacyText(row["boss_name"]), limits.roster.nameCharsMax);
    const note = lineFrom(legacyText(row["reason"]), limits.loot.noteCharsMax);
    const wanted = `raid:${legacyWhole(row["raid_id"]) ?? 0}`;
    const place = {
      ...(boss !== "" && { boss }),
      ...(note !== "" && { note }),
      ...(facts.raids.has(wanted) && { raid: wanted }),
    };
    const winner = legacyWhole(row["winner_id"]);
    const person = winner !== undefined && isUser(winner) ? userKey(winner) : null;
    if (isDecided) {
      if (person === null) left.skip("loot", "its winner does not exist: kept without a person");
      const given = { itemName, itemId: item.id, fate: "person", person, points: "0" } as const;
      loot.push(rowOf("loot", key, itemName, { ...given, ...place, at: decidedAt }));
    }
    councils.push(
      rowOf("council", key, itemName, {
        ...{ itemName, ...place, at, decidedAt, status: isDecided ? "decided" : "void" },
        ...(isDecided && { loot: key }),
        responses: [...(answers.get(id)?.values() ?? [])],
        votes: [...(votes.get(id)?.values() ?? [])],
      }),
    );
  }
  return { councils, loot };
}

/** The last response of each member, by council. */
async function answersOf(source: LegacyTables, { isUser, left, snapshotAt }: CouncilFacts) {
  const answers = new Map<number, Map<number, Answer>>();
  const columns = ["decision_id", "user_id", "response", "note", "created_at"];
  for await (const row of source.rows("loot_responses", columns)) {
    const [council, user] = [
      legacyWhole(row["decision_id"]) ?? 0,
      legacyWhole(row["user_id"]) ?? 0,
    ];
    const word = legacyText(row["response"]);
    const response = Object.hasOwn(RESPONSES, word) ? RESPONSES[word] : undefined;
    if (!isUser(user)) left.lose("loot_responses", NO_USER);
    else if (response === undefined) left.lose("loot_responses", "their response is not known");
    else {
      const note = lineFrom(legacyText(row["note"]), limits.loot.noteCharsMax);
      const at = legacyTime(row["created_at"]) ?? snapshotAt;
      const answer = { person: userKey(user), response, at, ...(note !== "" && { note }) };
      within(answers, council).set(user, answer);
    }
  }
  return answers;
}

/** The last vote of each voter for a candidate, by council. Votes against a candidate have no counterpart. */
async function votesOf(source: LegacyTables, { isUser, left, snapshotAt }: CouncilFacts) {
  const votes = new Map<number, Map<number, Vote>>();
  const columns = ["decision_id", "voter_id", "candidate_id", "vote", "created_at"];
  for await (const row of source.rows("loot_votes", columns)) {
    const council = legacyWhole(row["decision_id"]) ?? 0;
    const [voter, candidate] = [
      legacyWhole(row["voter_id"]) ?? 0,
      legacyWhole(row["candidate_id"]) ?? 0,
    ];
    const isFor = legacyText(row["vote"]) === "approve";
    if (!isUser(voter) || !isUser(candidate)) left.lose("loot_votes", NO_USER);
    else if (!isFor) left.skip("loot_votes", "votes against a candidate have no counterpart");
    else {
      const at = legacyTime(row["created_at"]) ?? snapshotAt;
      const own = within(votes, council);
      if (own.has(voter)) left.skip("loot_votes", "a voter has one vote: the last one counts");
      own.set(voter, { voter: userKey(voter), person: userKey(candidate), at });
    }
  }
  return votes;
}

function within<T>(all: Map<number, Map<number, T>>, council: number): Map<number, T> {
  const found = all.get(council) ?? new Map<number, T>();
  all.set(council, found);
  return found;
}
