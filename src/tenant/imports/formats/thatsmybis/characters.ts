import { limits } from "../../../../limits.ts";
import { classFrom } from "../../../roster/classes.ts";
import type { ImportDocument } from "../../document.ts";
import { DocumentBuilder } from "../builder.ts";
import { dateFrom } from "../dates.ts";
import type { ReadContext } from "../format.ts";
import { itemsOf, objectOf, readJson } from "../json.ts";
import { itemFrom, lineFrom, linesFrom } from "../text.ts";

type Row = Readonly<Record<string, unknown>>;

export function isCharacters(text: string): boolean {
  const start = text.slice(0, 20_000);
  return (
    /^\s*[[{]/.test(start) &&
    /"(received|wishlist|prios)"\s*:/.test(start) &&
    /"name"\s*:/.test(start)
  );
}

/** The site's JSON of characters, each with its member, received items, wishes and prios. */
export function readCharacters(text: string, context: ReadContext): ImportDocument {
  const root = readJson(text);
  const characters = itemsOf(objectOf(root)?.["characters"] ?? root);
  const builder = new DocumentBuilder(context);
  for (const row of characters) addCharacter(builder, row, context);
  return builder.document({ format: "thatsmybis", edition: "JSON", source: "thatsmybis" });
}

function addCharacter(builder: DocumentBuilder, row: Row, context: ReadContext): void {
  const member = lineFrom(objectOf(row["member"])?.["username"] ?? row["username"] ?? "", 60);
  const person = builder.player(row["name"], {
    owner: member || undefined,
    class: classFrom(lineFrom(row["class"], 40)),
    note: linesFrom(row["public_note"], limits.roster.noteCharsMax),
    officerNote: linesFrom(row["officer_note"], limits.roster.noteCharsMax),
    ...(member && { isMain: row["is_alt"] !== 1 && row["is_alt"] !== true }),
  });
  if (person === undefined) return;
  for (const one of itemsOf(row["received"] ?? [])) addReceived(builder, one, person, context);
  for (const kind of ["wishlist", "prios"] as const) {
    itemsOf(row[kind] ?? []).forEach((one, at) => {
      const item = itemOf(one);
      const order = Number(objectOf(one["pivot"])?.["order"] ?? at + 1) || at + 1;
      if (item.name === "") return;
      builder.add("wish", builder.keyOf("wish", person, item.id ?? item.name, kind), item.name, {
        person,
        itemName: item.name,
        rank: Math.min(Math.max(1, order), limits.loot.wishesMax),
        note: kind === "prios" ? "Prio" : "",
      });
    });
  }
}

function addReceived(
  builder: DocumentBuilder,
  row: Row,
  person: string,
  context: ReadContext,
): void {
  const pivot = objectOf(row["pivot"]) ?? row;
  const item = itemOf(row);
  const date = dateFrom(pivot["received_at"] ?? pivot["created_at"], context);
  if (item.name === "") return;
  const importId = lineFrom(pivot["import_id"], 80);
  const key = importId
    ? `import ${importId}`
    : builder.keyOf("loot", person, item.id ?? item.name, date?.at);
  builder.add(
    "loot",
    key,
    item.name,
    {
      itemName: item.name,
      itemId: item.id,
      fate: "person",
      person,
      spec: pivot["is_offspec"] === 1 || pivot["is_offspec"] === true ? "off" : "main",
      note: lineFrom(pivot["note"], limits.loot.noteCharsMax),
      at: date?.at ?? 0,
    },
    date === undefined ? "bad-date" : undefined,
    item.id === null ? "no-item-id" : undefined,
  );
}

function itemOf(row: Row) {
  return itemFrom(row["name"] ?? row["item_name"], row["item_id"] ?? row["id"]);
}
