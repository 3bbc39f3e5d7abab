import { limits } from "../../../../limits.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import { type ImportFormat, type ReadContext, SourceRefused } from "../format.ts";
import { itemsOf, objectOf, readJson } from "../json.ts";
import { askDatabase } from "../parts.ts";
import { absolutePoints, isZero, itemFrom, lineFrom, negatedPoints, pointsFrom } from "../text.ts";
import { findAll, readXml, textAt, type XmlNode } from "../xml.ts";

type Row = Readonly<Record<string, unknown>>;

/** Points, items and adjustments of EQdkp-Plus, as its API gives them in XML or JSON. */
export const eqdkp: ImportFormat = {
  detect: (text) => {
    const start = text.slice(0, 200_000);
    return (
      /multidkp_points|["<]multidkp_pools/.test(start) ||
      /<player>[\s\S]*<points_current/.test(start)
    );
  },
  read: (text, context): ImportDocument => {
    const isXml = /^\ufeff?\s*</.test(text);
    const players = isXml ? xmlPlayers(readXml(text)) : jsonPlayers(readJson(text));
    const pools = new Set(players.flatMap(({ pools: own }) => [...own.keys()]));
    const builder = new DocumentBuilder(context);
    const found = [...pools].map((pool) => [pool, pool] as const);
    for (const [pool] of askDatabase(builder, found, context)) {
      builder.part = pool;
      for (const player of players) addPlayer(builder, player, { pool, context, players });
    }
    return builder.document({
      format: "eqdkp-plus",
      edition: isXml ? "XML" : "JSON",
      source: "eqdkp",
    });
  },
};

interface Player {
  readonly id: string;
  readonly name: string;
  readonly mainId: string;
  readonly isActive: boolean;
  readonly class: string;
  /** The current points in each pool, without those of twinks. */
  readonly pools: ReadonlyMap<string, string>;
  readonly items: readonly Row[];
  readonly adjustments: readonly Row[];
}

function addPlayer(
  builder: DocumentBuilder,
  player: Player,
  facts: {
    readonly pool: string;
    readonly context: ReadContext;
    readonly players: readonly Player[];
  },
): void {
  const main = facts.players.find(({ id }) => id === player.mainId) ?? player;
  const person = builder.player(player.name, {
    owner: main.name,
    isMain: main.id === player.id,
    class: classFrom(player.class),
    ...(!main.isActive && { isArchived: true }),
  });
  if (person === undefined) return;
  for (const row of player.items) addItem(builder, row, { ...facts, person });
  for (const row of player.adjustments) addAdjustment(builder, row, { ...facts, person });
  const points = player.pools.get(facts.pool);
  if (points === undefined) return;
  builder.add("balance", `${person} ${player.id}`, `${player.name}: ${points}`, { person, points });
}

function addItem(
  builder: DocumentBuilder,
  row: Row,
  { context, person, pool }: { context: ReadContext; person: string; pool: string },
): void {
  if (!isOfPool(row, pool)) return;
  const item = itemFrom(row["name"], row["game_id"] ?? row["gameid"]);
  const date = dateFrom(row["date"] ?? row["timestamp"], context);
  if (item.name === "" || date === undefined) return;
  const price = absolutePoints(pointsFrom(row["value"]) ?? "0");
  const id = lineFrom(row["id"] ?? row["item_id"] ?? row["itemid"], 40);
  const key = `item ${id || builder.keyOf("loot", person, item.name, date.at)}`;
  const isPaid = !isZero(price);
  if (isPaid) {
    const lines = [{ person, points: negatedPoints(price) }];
    const spend = { entryKind: "spend", at: date.at, reason: item.name, lines, loot: key } as const;
    builder.add("entry", key, `${item.name}: ${price}`, spend);
  }
  const loot = { itemName: item.name, itemId: item.id, fate: "person", person } as const;
  const paid = { points: price, at: date.at, ...(isPaid && { entry: key }) };
  builder.add("loot", key, item.name, { ...loot, ...paid });
}

function addAdjustment(
  builder: DocumentBuilder,
  row: Row,
  { context, person, pool }: { context: ReadContext; person: string; pool: string },
): void {
  if (!isOfPool(row, pool)) return;
  const points = pointsFrom(row["value"]);
  const date = dateFrom(row["date"] ?? row["timestamp"], context);
  if (points === undefined || date === undefined || isZero(points)) return;
  const reason = lineFrom(row["reason"], limits.dkp.reasonCharsMax) || "Adjustment";
  const id = lineFrom(row["id"] ?? row["adjustment_id"], 40);
  const key = `adjustment ${id || builder.keyOf("entry", person, points, date.at, reason)}`;
  const entry = { entryKind: "adjust", at: date.at, reason, lines: [{ person, points }] } as const;
  builder.add("entry", key, `${reason}: ${points}`, entry);
}

function isOfPool(row: Row, pool: string): boolean {
  const own = row["multidkp_id"] ?? row["pool"];
  return own === undefined || lineFrom(own, 20) === pool;
}

function xmlPlayers(root: XmlNode): readonly Player[] {
  return findAll(root, "player").map((node) => {
    const pools = findAll(node, "multidkp_points").map(
      (pool) =>
        [
          textAt(pool, "multidkp_id") || "1",
          pointsFrom(textAt(pool, "points_current")) ?? "0",
        ] as const,
    );
    const rows = (name: string) =>
      findAll(node, name).map((one) =>
        Object.fromEntries(one.children.map((child) => [child.name, child.text.trim()])),
      );
    return {
      id: textAt(node, "id"),
      name: textAt(node, "name"),
      mainId: textAt(node, "main_id"),
      isActive: textAt(node, "active") !== "0",
      class: textAt(node, "class_name"),
      pools: new Map(pools),
      items: rows("item"),
      adjustments: rows("adjustment"),
    };
  });
}

function jsonPlayers(value: unknown): readonly Player[] {
  const root = objectOf(value);
  if (root === undefined) throw new SourceRefused("imports/unreadable", "The JSON has no players.");
  return itemsOf(root["players"] ?? root).map((row) => {
    const points = objectOf(row["points"]) ?? {};
    const pools = Object.entries(points).flatMap(([name, pool]) => {
      const current = pointsFrom(objectOf(pool)?.["points_current"]);
      const id = objectOf(pool)?.["multidkp_id"] ?? name.replace(/^multidkp_points:?/, "");
      return current === undefined ? [] : [[lineFrom(id, 20) || "1", current] as const];
    });
    return {
      id: lineFrom(row["id"], 20),
      name: lineFrom(row["name"], 80),
      mainId: lineFrom(row["main_id"], 20),
      isActive: String(row["active"]) !== "0",
      class: lineFrom(row["class_name"], 40),
      pools: new Map(pools),
      items: listIn(row["items"]),
      adjustments: listIn(row["adjustments"]),
    };
  });
}

function listIn(value: unknown): readonly Row[] {
  return itemsOf(value ?? []).filter((row) => row["value"] !== undefined);
}
