import { z } from "@hono/zod-openapi";

type Node = z.core.JSONSchema.BaseSchema;

/** A shape in short form for people: `{slug, steps: [{step, at}]}`, with alternatives on separate lines. */
export function outlineOf(shape: z.ZodType): readonly string[] {
  const whole = z.toJSONSchema(shape, { reused: "inline" });
  const lines = (whole.anyOf ?? [whole]).map((one) =>
    described(one, whole.anyOf && one.description),
  );
  return whole.description === undefined ? lines : [...lines, `(${whole.description})`];
}

function described(node: Node, when: string | undefined): string {
  return `${outline(node) || typeOf(node)}${when === undefined ? "" : ` (${when})`}`;
}

/** Empty for a plain value, whose name is enough. */
function outline(node: Node): string {
  if (node.anyOf) {
    const named = node.anyOf.map((one) => outline(one as Node)).filter((one) => one !== "");
    const isNullable = node.anyOf.some((one) => (one as Node).type === "null");
    return [...named, ...(isNullable && named.length > 0 ? ["null"] : [])].join(" or ");
  }
  if (node.type === "array") {
    const items = node.items as Node;
    return `[${outline(items) || typeOf(items)}]`;
  }
  if (node.properties) {
    const fields = Object.entries(node.properties).map(([name, of]) => {
      const inner = outline(of as Node);
      const isSure = node.required?.includes(name) ?? false;
      return `${name}${isSure ? "" : "?"}${inner === "" ? "" : `: ${inner}`}`;
    });
    return `{${fields.join(", ")}}`;
  }
  if (typeof node.additionalProperties === "object") {
    const each = node.additionalProperties as Node;
    return `{[name]: ${outline(each) || typeOf(each)}}`;
  }
  return "";
}

function typeOf(node: Node): string {
  if (node.anyOf) return node.anyOf.map((one) => typeOf(one as Node)).join(" or ");
  return node.type === "integer" ? "number" : String(node.type ?? "any");
}
