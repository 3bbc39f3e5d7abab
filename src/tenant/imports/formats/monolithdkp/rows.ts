import { limits } from "../../../../limits.ts";
import { classFrom, specFrom } from "../../../roster/classes.ts";
import type { SourceLine } from "../../document.ts";
import type { DocumentBuilder } from "../builder.ts";
import { absolutePoints, isZero, itemFrom, lineFrom, negatedPoints, pointsFrom } from "../text.ts";

/** A row of one of the addon's tables, by the addon's own names. */
export type AddonRow = Readonly<Record<string, unknown>>;

/** When a row happened; `atOther` while the order of day and month is open. */
export interface RowDate {
  readonly at: number;
  readonly atOther?: number;
}

/** A player of the points table, with the balance. */
export function addPlayer(builder: DocumentBuilder, row: AddonRow): void {
  const classId = classFrom(lineFrom(row["class"], 40));
  const spec = lineFrom(row["spec"], 60).replace(/\s*\(.*$/, "");
  const known = classId && specFrom(classId, spec);
  const person = builder.player(row["player"], {
    class: classId,
    spec: known?.name,
    role: known?.role,
  });
  const points = pointsFrom(row["dkp"]);
  if (person === undefined || points === undefined) return;
  builder.add("balance", person, `${String(row["player"])}: ${points}`, { person, points });
}

/**
 * An entry of the history. `dkp` is one number for all players, or one for each and then the share of a
 * decay: `-4,-2,-20%`.
 */
export function addHistory(
  builder: DocumentBuilder,
  row: AddonRow,
  facts: { readonly key: string; readonly date: RowDate; readonly deleted: AddonRow | undefined },
): void {
  const names = namesOf(row);
  const amounts = amountsOf(row["dkp"], names.length);
  const reason = lineFrom(row["reason"], limits.dkp.reasonCharsMax) || "Imported entry";
  const lines = names.flatMap((name, at): SourceLine[] => {
    const person = builder.player(name);
    const points = amounts.at(at);
    return person === undefined || points === undefined ? [] : [{ person, points }];
  });
  const label = `${reason}: ${lines[0]?.points ?? "0"} × ${lines.length}`;
  const isWhole = lines.length > 0 && lines.length === names.length;
  const reverses = facts.deleted && isOpposite(row, facts.deleted) ? facts.deleted["index"] : null;
  builder.add(
    "entry",
    facts.key,
    label,
    {
      entryKind: reverses ? "reversal" : kindOf(row, lines),
      ...facts.date,
      reason,
      lines,
      ...(reverses ? { reverses: `history ${String(reverses)}` } : {}),
    },
    isWhole ? undefined : "bad-players",
  );
}

/** An item and its price, or the row that took one back. */
export function addLoot(
  builder: DocumentBuilder,
  row: AddonRow,
  facts: {
    readonly key: string;
    readonly date: RowDate;
    readonly deleted: AddonRow | undefined;
    readonly isDeleted: boolean;
  },
): void {
  const item = itemFrom(row["loot"] ?? row["itemname"], row["itemnumber"] ?? null);
  const cost = pointsFrom(row["cost"]);
  const person = builder.player(row["player"]);
  const problem = item.name === "" ? "bad-item" : person === undefined ? "bad-players" : undefined;
  const price = absolutePoints(cost ?? "0");
  const isPaid = person !== undefined && !isZero(price);
  const label = `${item.name}: ${lineFrom(row["player"], 40)}, ${price}`;
  const entry = `loot ${facts.key}`;
  if (facts.deleted) {
    const reverses = `loot ${String(facts.deleted["index"])}`;
    if (!isPaid) return;
    const lines = [{ person, points: price }];
    const reason = `${item.name} (taken back)`;
    builder.add("entry", entry, label, {
      entryKind: "reversal",
      ...facts.date,
      reason,
      lines,
      reverses,
    });
    return;
  }
  if (isPaid && problem === undefined) {
    const lines = [{ person, points: negatedPoints(price) }];
    builder.add("entry", entry, label, {
      entryKind: "spend",
      ...facts.date,
      reason: item.name,
      lines,
      loot: facts.key,
    });
  }
  builder.add(
    "loot",
    facts.key,
    label,
    {
      itemName: item.name,
      itemId: item.id,
      fate: "person",
      person: person ?? null,
      points: price,
      ...(isPaid && { entry }),
      boss: lineFrom(row["boss"], limits.loot.noteCharsMax),
      note: lineFrom(row["zone"], limits.loot.noteCharsMax),
      ...facts.date,
      ...(facts.isDeleted && { isTakenBack: true }),
    },
    problem,
  );
}

function namesOf(row: AddonRow): readonly string[] {
  const text = row["players"] ?? row["playerstring"] ?? row["player"];
  if (typeof text !== "string") return [];
  return text.split(",").filter((name) => name.trim() !== "");
}

function amountsOf(dkp: unknown, count: number): readonly (string | undefined)[] {
  if (typeof dkp === "string" && dkp.includes(",")) {
    return dkp.split(",").slice(0, count).map(pointsFrom);
  }
  const points = pointsFrom(dkp);
  return Array.from({ length: count }, () => points);
}

function kindOf(row: AddonRow, lines: readonly SourceLine[]): "award" | "decay" | "adjust" {
  if (typeof row["dkp"] === "string" && row["dkp"].includes("%")) return "decay";
  return lines.every(({ points }) => !points.startsWith("-")) ? "award" : "adjust";
}

/** Whether a deleting row is exactly the opposite of the deleted one, so that it can reverse it. */
function isOpposite(row: AddonRow, other: AddonRow): boolean {
  const names = namesOf(row);
  if (names.join() !== namesOf(other).join()) return false;
  const [own, opposite] = [
    amountsOf(row["dkp"], names.length),
    amountsOf(other["dkp"], names.length),
  ];
  return own.every(
    (points, at) =>
      points !== undefined &&
      opposite[at] !== undefined &&
      pointsFrom(negatedPoints(points)) === pointsFrom(normal(opposite[at])),
  );
}

function normal(points: string): string {
  return isZero(points) ? "0" : points;
}
