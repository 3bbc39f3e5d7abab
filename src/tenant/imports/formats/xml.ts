import { SaxesParser } from "saxes";
import { limits } from "../../../limits.ts";
import { SourceRefused, unreadable } from "./format.ts";

/** An element: its children by name, in their order, and its text. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

/**
 * Reads a document, or a fragment of several elements, as a tree below a node without a name. Document
 * types are refused, because they define entities: a small file could become a huge one or name files.
 * @throws {SourceRefused}
 */
export function readXml(text: string): XmlNode {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw new SourceRefused(
      "imports/unsafe-xml",
      "The file has a document type with entities, which exports do not need. Export it again.",
    );
  }
  const root: XmlNode = { name: "", attributes: {}, children: [], text: "" };
  const open: XmlNode[] = [root];
  let count = 0;
  const parser = new SaxesParser<{ fragment: true; xmlns: false }>({
    fragment: true,
    xmlns: false,
  });
  const on = parser.on.bind(parser);
  on("error", (error) => {
    throw unreadable(`The XML is damaged at line ${parser.line}: ${plainReason(error.message)}.`);
  });
  on("opentag", ({ name, attributes }) => {
    if (open.length > limits.imports.xmlDepthMax || ++count > limits.imports.lua.entriesMax) {
      throw new SourceRefused(
        "imports/too-large",
        `Line ${parser.line}: there are too many elements, or too many inside each other.`,
      );
    }
    const node: XmlNode = { name: name.toLowerCase(), attributes, children: [], text: "" };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  on("text", (part) => {
    open.at(-1)!.text += part;
  });
  on("cdata", (part) => {
    open.at(-1)!.text += part;
  });
  on("closetag", () => {
    open.pop();
  });
  // A declaration is allowed in documents only, and exports have one in front of a fragment.
  parser.write(text.replace(/^\ufeff?\s*<\?xml[^>]*\?>/, "")).close();
  return root;
}

/** Every element of this name, at any depth, without those inside another one. */
export function findAll(node: XmlNode, name: string): readonly XmlNode[] {
  return node.children.flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
}

/** The text of a child, or of an attribute of the same name. "" if there is neither. */
export function textAt(node: XmlNode, name: string): string {
  const child = node.children.find((one) => one.name === name);
  return (child?.text ?? node.attributes[name] ?? "").trim();
}

function plainReason(message: string): string {
  return message.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
}
