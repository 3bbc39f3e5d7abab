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
  const isMultipart = /multipart/i.test(type);
  let fields = 0;
  for (let at = 0; at < bytes.length; at++) {
    // Every part of a form with files begins with a new line and two dashes.
    const isNext = isMultipart
      ? bytes[at] === DASH && bytes[at + 1] === DASH && bytes[at - 1] === LF && bytes[at - 2] === CR
      : bytes[at] === AMPERSAND;
    if (isNext) fields++;
  }
  return fields <= (isMultipart ? limits.http.formPartsMax : limits.http.formFieldsMax);
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
