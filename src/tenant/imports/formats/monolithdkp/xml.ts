import type { ImportDocument } from "../../document.ts";
import type { ReadContext } from "../format.ts";
import { findAll, readXml } from "../xml.ts";
import { documentOf } from "./tables.ts";

/** An export as XML: `dkpentry`, `historyentry` and `lootentry` elements. */
export function readMonolithXml(text: string, context: ReadContext): ImportDocument {
  const root = readXml(text);
  const rows = ["dkpentry", "historyentry", "lootentry"]
    .flatMap((name) => findAll(root, name))
    .map((node) => ({
      ...node.attributes,
      ...Object.fromEntries(node.children.map(({ name, text: inside }) => [name, inside.trim()])),
    }));
  return documentOf(rows, context, "XML");
}
