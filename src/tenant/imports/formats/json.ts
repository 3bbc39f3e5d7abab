import { limits } from "../../../limits.ts";
import { SourceRefused, unreadable } from "./format.ts";

/**
 * Parses JSON with at most `limits.imports.jsonDepthMax` levels. The depth is counted first, because
 * the parser has no limit of its own.
 * @throws {SourceRefused}
 */
export function readJson(text: string): unknown {
  let [depth, isText] = [0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isText = false;
    } else if (code === QUOTE) isText = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > limits.imports.jsonDepthMax) {
        throw new SourceRefused(
          "imports/too-large",
          `The JSON has more than ${limits.imports.jsonDepthMax} levels inside each other.`,
        );
      }
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch (cause) {
    throw unreadable("The JSON is damaged or was cut off. Export it again.", cause);
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** An object, or undefined. Lists are none. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
}

/** A list, the values of an object that has only objects, such as one by ids, or one object alone. */
export function itemsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.map(objectOf).filter((one) => one !== undefined);
  const object = objectOf(value);
  if (object === undefined) return [];
  const inside = Object.values(object).map(objectOf);
  const isList = inside.length > 0 && inside.every((one) => one !== undefined);
  return isList ? inside.filter((one) => one !== undefined) : [object];
}
