import { createMiddleware } from "hono/factory";
import { TooLarge } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import type { AppEnv } from "./env.ts";

const [LF, CR, QUOTE, AMPERSAND, COMMA, DASH, BACKSLASH] = [10, 13, 34, 38, 44, 45, 92];
const [BRACKET_OPEN, BRACKET_CLOSE, BRACE_OPEN, BRACE_CLOSE] = [91, 93, 123, 125];

/**
 * Refuses a body with more values, more fields or deeper nesting than our API uses. A megabyte can hold
 * half a million values, and parsing them would hold up every other guild.
 * @throws {TooLarge} `request/too-complex`
 */
export const simpleBody = createMiddleware<AppEnv>(async function simpleBody(c, next) {
  const type = c.req.header("content-type") ?? "";
  const isForm = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data)/i.test(type);
  if (isForm || /json/i.test(type)) {
    const bytes = new Uint8Array(await c.req.arrayBuffer());
    if (!(isForm ? isSimpleForm(bytes, type) : isSimpleJson(bytes))) throw tooComplex();
  }
  await next();
});

function isSimpleJson(bytes: Uint8Array): boolean {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfText(bytes, at + 1);
    else if (byte === COMMA) values++;
    else if (byte === BRACKET_OPEN || byte === BRACE_OPEN) {
      values++;
      depth++;
    } else if (byte === BRACKET_CLOSE || byte === BRACE_CLOSE) depth--;
    if (values > limits.http.jsonValuesMax || depth > limits.http.jsonDepthMax) return false;
  }
  return true;
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function isSimpleForm(bytes: Uint8Array, type: string): boolean {
  if (/multipart/i.test(type)) return countParts(bytes, type) <= limits.http.formPartsMax;
  let fields = 0;
  for (const byte of bytes) if (byte === AMPERSAND) fields++;
  return fields <= limits.http.formFieldsMax;
}

/**
 * Counts the parts of a form with files. Each begins with a new line, two dashes and the boundary that the
 * content type names, so lines with dashes in a file are none. Without one clear boundary they count too.
 */
function countParts(bytes: Uint8Array, type: string): number {
  const named = [...type.matchAll(/boundary=(?:"([^"]+)"|([^\s;"]+))/gi)];
  const boundary = named.length === 1 ? (named[0]![1] ?? named[0]![2] ?? "") : "";
  const isAt = (start: number) => {
    for (let at = 0; at < boundary.length; at++) {
      if (bytes[start + at] !== boundary.charCodeAt(at)) return false;
    }
    return true;
  };
  let parts = 0;
  for (let at = bytes.indexOf(DASH); at >= 0; at = bytes.indexOf(DASH, at + 1)) {
    const isLine = bytes[at + 1] === DASH && bytes[at - 1] === LF && bytes[at - 2] === CR;
    if (isLine && isAt(at + 2)) parts++;
  }
  return parts;
}

function tooComplex(): TooLarge {
  return new TooLarge(
    "request/too-complex",
    "This request has too many or too deeply nested fields. Send fewer fields at once.",
    {
      jsonValuesMax: limits.http.jsonValuesMax,
      jsonDepthMax: limits.http.jsonDepthMax,
      formFieldsMax: limits.http.formFieldsMax,
      formPartsMax: limits.http.formPartsMax,
    },
  );
}
