import { HOUR_MS } from "../../../../kernel/time.ts";
import { limits } from "../../../../limits.ts";
import { classFrom, roleFrom } from "../../../roster/classes.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ImportFormat, ReadContext } from "../format.ts";
import { itemsOf, objectOf, readJson } from "../json.ts";
import { itemFrom, lineFrom, linesFrom } from "../text.ts";

type Row = Readonly<Record<string, unknown>>;

/** Answers of wowaudit's API: characters, or the loot history of a season. */
export const wowaudit: ImportFormat = {
  detect: (text) => {
    const start = text.slice(0, 100_000);
    if (!/^\s*[[{]/.test(start)) return false;
    return (
      /"blizzard_id"|"tracking_since"/.test(start) || /"history_items"|"awarded_at"/.test(start)
    );
  },
  read: (text, context) => {
    const root = readJson(text);
    const object = objectOf(root);
    const list = object?.["characters"] ?? object?.["history_items"] ?? object?.["items"] ?? root;
    const builder = new DocumentBuilder(context);
    for (const row of itemsOf(list)) {
      if (row["awarded_at"] === undefined) addCharacter(builder, row, context);
      else addItem(builder, row, context);
    }
    return builder.document({ format: "wowaudit", source: "wowaudit" });
  },
};

function addCharacter(builder: DocumentBuilder, row: Row, context: ReadContext): void {
  const since = dateFrom(row["tracking_since"], context);
  builder.player(row["name"], {
    realm: lineFrom(row["realm"], 60),
    class: classFrom(lineFrom(row["class"], 40)),
    role: roleFrom(lineFrom(row["role"], 20)),
    note: linesFrom(row["note"], limits.roster.noteCharsMax),
    ...(since && { joinedAt: since.at }),
  });
}

function addItem(builder: DocumentBuilder, row: Row, context: ReadContext): void {
  const date = dateFrom(row["awarded_at"], context);
  const item = itemFrom(row["name"] ?? row["item_name"], row["item_id"]);
  const person = builder.player(row["character_name"] ?? row["character"], {
    realm: lineFrom(row["realm"], 60),
  });
  if (item.name === "" || date === undefined) return;
  const key = lineFrom(row["id"], 40) || builder.keyOf("loot", person, item.id, date.at);
  const response = lineFrom(objectOf(row["response_type"])?.["name"] ?? row["response"], 80);
  builder.add(
    "loot",
    key,
    item.name,
    {
      itemName: item.name,
      itemId: item.id,
      fate: "person",
      person: person ?? null,
      note: [response, lineFrom(row["note"], 100)].filter((text) => text !== "").join(": "),
      at: Math.min(date.at, context.nowMs + HOUR_MS),
    },
    person === undefined ? "bad-players" : undefined,
  );
}
