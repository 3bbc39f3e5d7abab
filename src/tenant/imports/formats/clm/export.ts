import { limits } from "../../../../limits.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import { type ReadContext, SourceRefused } from "../format.ts";
import { objectOf, readJson } from "../json.ts";
import { askDatabase } from "../parts.ts";
import { absolutePoints, isZero, itemFrom, lineFrom, negatedPoints, pointsFrom } from "../text.ts";
import { readXml, type XmlNode } from "../xml.ts";
import { guidFrom } from "./guid.ts";

type Fields = Readonly<Record<string, unknown>>;
type Kind = "player" | "item" | "point";
/** The rows of one roster. */
type Roster = Record<Kind, Fields[]>;

/** Standings, loot and points as the addon exports them, in XML or JSON with the same names. */
export function readClmExport(text: string, context: ReadContext): ImportDocument {
  const isXml = text.trimStart().startsWith("<") || text.startsWith("\ufeff<");
  const root = isXml ? plainOf(readXml(text)) : readJson(text);
  const rosters = new Map<string, Roster>();
  collect(root, "", rosters);
  const found = [...rosters].filter(([, rows]) =>
    Object.values(rows).some(({ length }) => length > 0),
  );
  const builder = new DocumentBuilder(context);
  for (const [part, rows] of askDatabase(builder, found, context)) {
    builder.part = part;
    addRoster(builder, rows, context);
  }
  return builder.document({ format: "clm", edition: isXml ? "XML" : "JSON", source: "clm-export" });
}

function addRoster(builder: DocumentBuilder, rows: Roster, context: ReadContext): void {
  const facts = (row: Fields) => ({
    id: guidFrom(row["guid"]),
    class: classFrom(lineFrom(row["class"], 40)),
  });
  const ids = new Map<string, string | undefined>();
  for (const row of rows.player) {
    const person = builder.player(row["name"], facts(row));
    const points = pointsFrom(row["points"]);
    ids.set(lineFrom(row["name"], 80), guidFrom(row["guid"]));
    if (person === undefined || points === undefined) continue;
    builder.add("balance", person, `${String(row["name"])}: ${points}`, { person, points });
  }
  const playerOf = (row: Fields) => {
    const name = lineFrom(row["player"], 80);
    return builder.player(name, { id: ids.get(name) });
  };
  for (const row of rows.point) {
    const date = dateFrom(row["timestamp"], context);
    const points = pointsFrom(row["points"]);
    const person = playerOf(row);
    if (date === undefined || points === undefined || person === undefined) continue;
    const reason = lineFrom(row["reason"] || row["note"], limits.dkp.reasonCharsMax) || "Points";
    const key = builder.keyOf("entry", row["player"], row["timestamp"], points, reason);
    // The export writes the share of a decay where other rows have points.
    const problem = /decay/i.test(reason) ? "decay-share" : undefined;
    const entryKind = points.startsWith("-") ? "adjust" : "award";
    const lines = [{ person, points }];
    builder.add(
      "entry",
      key,
      `${reason}: ${points}`,
      { entryKind, at: date.at, reason, lines },
      problem,
    );
  }
  for (const row of rows.item) {
    const date = dateFrom(row["timestamp"], context);
    const item = itemFrom(row["name"], row["id"]);
    const person = playerOf(row);
    if (date === undefined || item.name === "") continue;
    const price = absolutePoints(pointsFrom(row["points"]) ?? "0");
    const key = builder.keyOf("loot", row["player"], row["timestamp"], row["id"], price);
    const isPaid = person !== undefined && !isZero(price);
    if (isPaid) {
      const lines = [{ person, points: negatedPoints(price) }];
      const spend = {
        entryKind: "spend",
        at: date.at,
        reason: item.name,
        lines,
        loot: key,
      } as const;
      builder.add("entry", key, `${item.name}: ${price}`, spend);
    }
    const loot = { itemName: item.name, itemId: item.id, fate: "person", at: date.at } as const;
    const paid = { person: person ?? null, points: price, ...(isPaid && { entry: key }) };
    builder.add("loot", key, item.name, { ...loot, ...paid }, person ? undefined : "bad-players");
  }
}

/** Finds players, items and points at any depth, and the roster that each belongs to. */
function collect(value: unknown, roster: string, rosters: Map<string, Roster>): void {
  if (Array.isArray(value)) {
    for (const one of value as readonly unknown[]) collect(one, roster, rosters);
    return;
  }
  const object = objectOf(value);
  if (object === undefined) return;
  for (const [name, inside] of Object.entries(object)) {
    const list = (Array.isArray(inside) ? inside : [inside]) as readonly unknown[];
    for (const one of list) {
      const row = objectOf(one);
      if (row === undefined) continue;
      if (name === "roster") collect(row, lineFrom(row["name"], 80), rosters);
      else if (isKind(name, row)) rowsOf(rosters, roster)[name].push(row);
      else collect(row, roster, rosters);
    }
  }
}

function isKind(name: string, row: Fields): name is Kind {
  if (name === "player") return row["name"] !== undefined && row["points"] !== undefined;
  return (name === "item" || name === "point") && row["player"] !== undefined;
}

function rowsOf(rosters: Map<string, Roster>, name: string): Roster {
  const found = rosters.get(name) ?? { player: [], item: [], point: [] };
  rosters.set(name, found);
  return found;
}

/** An element as the JSON export would write it. Repeated elements are a list. */
function plainOf(node: XmlNode): unknown {
  if (node.children.length === 0 && Object.keys(node.attributes).length === 0)
    return node.text.trim();
  const object: Record<string, unknown> = { ...node.attributes };
  for (const child of node.children) {
    const value = plainOf(child);
    const before = object[child.name];
    if (before === undefined) object[child.name] = value;
    else if (Array.isArray(before)) before.push(value);
    else object[child.name] = [before, value];
  }
  if (Object.hasOwn(object, "__proto__"))
    throw new SourceRefused("imports/unreadable", "Bad element.");
  return object;
}
