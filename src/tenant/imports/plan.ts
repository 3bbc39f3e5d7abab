import { formatPoints, roundPoints } from "../dkp/points.ts";
import type { ImportRowKind } from "./document.ts";
import { auctionData, balanceData, councilData, entryData } from "./row-data.ts";
import type { Verdict } from "./schema.ts";

/** A stored row, as the plan sees it. */
export interface PlanRow {
  readonly line: number;
  readonly kind: ImportRowKind;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a commit would do with a row, and why. */
export interface PlannedRow {
  readonly line: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly targetId: string | null;
}

/** What the points of a pool are. */
export interface PoolFacts {
  readonly kind: "dkp" | "epgp" | "zero-sum";
  readonly decimals: number;
}

/** What the plan knows about the guild and the rows before a row. */
export interface PlanFacts {
  readonly nowMs: number;
  readonly pool: PoolFacts;
  /** The pool of rows that belong to the source's second one. */
  readonly secondPool: PoolFacts;
  /** Whether 3/4 is in April or in March; undefined while that is asked. */
  readonly dateOrder: string | undefined;
  /** The person of each key; null while a question about it is open. */
  readonly persons: ReadonlyMap<string, string | null>;
  /** The raid of each key in this import. */
  readonly raids: ReadonlyMap<string, string>;
  /** Rows of this source that are in the guild, by kind and key. */
  readonly committed: ReadonlyMap<string, { readonly targetId: string; readonly data: object }>;
  /** Rows of the guild that mean the same, by kind and the meaning of `meaningOf`. */
  readonly there: ReadonlyMap<string, { readonly id: string; readonly isSame: boolean }>;
  readonly newId: () => string;
}

/** The verdict on a row that is no person and no character. Pure. */
export function verdictOf(row: PlanRow, facts: PlanFacts): PlannedRow {
  const { line } = row;
  const is = (verdict: Verdict, reason = "", targetId: string | null = null) => ({
    line,
    verdict,
    reason,
    targetId,
  });
  const known = facts.committed.get(`${row.kind} ${row.key}`);
  if (row.kind === "balance" && known !== undefined) {
    const isSame = comparable(row.data) === comparable(known.data);
    if (isSame) return is("unchanged");
  } else if (known !== undefined) return again(row, known, is);
  if (facts.dateOrder === undefined && "atOther" in row.data) return is("conflicting", "question");
  const at = momentOf(row.data, facts.dateOrder);
  if (at !== undefined && row.kind !== "raid" && row.kind !== "signup" && at > facts.nowMs) {
    return is("unassignable", "in-future");
  }
  const people = peopleIn(row);
  if (people.some((key) => !facts.persons.has(key))) return is("unassignable", "person");
  if (people.some((key) => facts.persons.get(key) === null)) return is("conflicting", "question");
  const raid = row.data["raid"];
  if (typeof raid === "string" && (row.kind === "attendance" || row.kind === "signup")) {
    if (!facts.raids.has(raid)) return is("unassignable", "raid");
  }
  const problem = pointsProblem(row, isOfSecondPool(row) ? facts.secondPool : facts.pool);
  if (problem !== undefined) return is("unassignable", problem);
  const meaning = meaningOf(row, facts);
  const there = meaning === undefined ? undefined : facts.there.get(meaning);
  if (there) return is(there.isSame ? "unchanged" : "conflicting", "there-already", there.id);
  return is(known === undefined ? "new" : "changed", "", facts.newId());
}

/** A row of a source that was imported before. Only an item that was taken back since changes. */
function again(
  row: PlanRow,
  known: { readonly targetId: string; readonly data: object },
  is: (verdict: Verdict, reason?: string, targetId?: string | null) => PlannedRow,
): PlannedRow {
  const [now, before] = [comparable(row.data), comparable(withIdOf(row, known.data))];
  if (now === before) return is("unchanged", "", known.targetId);
  const isTaken = row.data["isTakenBack"] === true && !("isTakenBack" in known.data);
  if (row.kind === "loot" && isTaken) return is("changed", "taken-back", known.targetId);
  return is("conflicting", "changed-in-source", known.targetId);
}

/** Imports of older versions kept no item id of a wish. */
function withIdOf(row: PlanRow, known: object): object {
  const { itemId } = row.data;
  return row.kind === "wish" && itemId !== undefined ? { itemId, ...known } : known;
}

function comparable(data: object): string {
  const { atOther: _, ...rest } = data as Readonly<Record<string, unknown>>;
  return JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** When a row happened, in Unix milliseconds. */
export function momentOf(
  data: Readonly<Record<string, unknown>>,
  dateOrder: string | undefined,
): number | undefined {
  const at = dateOrder === "mdy" ? (data["atOther"] ?? data["at"]) : data["at"];
  return typeof at === "number" ? at : undefined;
}

/** The keys of the people in a row. */
function peopleIn({ kind, data }: Pick<PlanRow, "kind" | "data">): readonly string[] {
  if (kind === "entry") return entryData.parse(data).lines.map((one) => one.person);
  if (kind === "auction") return auctionData.parse(data).bids.map((one) => one.person);
  if (kind === "council") {
    const { responses, votes } = councilData.parse(data);
    const voters = votes.flatMap((one) => [one.voter, one.person]);
    return [...responses.map((one) => one.person), ...voters];
  }
  const person = data["person"];
  return typeof person === "string" ? [person] : [];
}

/**
 * What a row means in the guild, where the guild may have it from elsewhere: a raid by start and name, a
 * presence by raid and person. Undefined for rows that are facts of the source.
 */
export function meaningOf(
  row: PlanRow,
  facts: Pick<PlanFacts, "persons" | "raids">,
): string | undefined {
  const person =
    typeof row.data["person"] === "string" ? facts.persons.get(row.data["person"]) : null;
  const raid = typeof row.data["raid"] === "string" ? facts.raids.get(row.data["raid"]) : null;
  switch (row.kind) {
    case "attendance":
    case "signup":
      return `${row.kind} ${raid ?? ""} ${person ?? ""}`;
    case "raid":
      return `raid ${String(row.data["startsAt"])} ${String(row.data["name"]).toLowerCase()}`;
    case "wish":
      return `wish ${person ?? ""} ${String(row.data["itemName"]).toLowerCase()}`;
    default:
      return undefined;
  }
}

/** Points of a source in the pool's minor units, rounded half up. Undefined if they are no number. */
export function minorUnits(points: string, decimals: number): number | undefined {
  return roundPoints(points, decimals);
}

/** The unit of a line in the pool. Points of a source count as effort in an EPGP pool. */
export function unitIn(
  unit: string | undefined,
  kind: PoolFacts["kind"],
): "pt" | "ep" | "gp" | undefined {
  if (kind === "epgp") return unit === "gp" ? "gp" : "ep";
  return unit === undefined || unit === "pt" ? "pt" : undefined;
}

/** Whether a row's points belong to the second pool of its source. */
export function isOfSecondPool({ data }: Pick<PlanRow, "data">): boolean {
  return data["pool"] === "second";
}

function pointsProblem(row: PlanRow, pool: PoolFacts): string | undefined {
  const lines =
    row.kind === "entry"
      ? entryData.parse(row.data).lines
      : row.kind === "balance"
        ? [balanceData.parse(row.data)]
        : [];
  for (const { points, unit } of lines) {
    if (minorUnits(points, pool.decimals) === undefined) return "bad-points";
    if (unitIn(unit, pool.kind) === undefined) return "other-unit";
  }
  return undefined;
}

/** An amount in minor units as decimal text. */
export const pointsText = formatPoints;
