import { z } from "@hono/zod-openapi";
import { type Messages, sentenceOf, translator } from "./index.ts";

type Fields = Messages["fields"];
type Issue = z.core.$ZodRawIssue | z.core.$ZodIssue;

const english = translator("en").fields;

// Every schema answers in these sentences unless it gives its own.
z.config({
  localeError: (issue) =>
    isEmpty(issue.input) ? english.missing : schemaSentence(issue, issue.message),
});

/** A finding of one field, as an error carries it. */
interface Finding {
  readonly field: string;
  readonly detail: string;
  /** What the validator found, where the finding comes from it. */
  readonly issue: z.core.$ZodIssue | undefined;
}

/**
 * What is wrong with a field, in the language of `messages`. Without a translation of the finding it
 * is the sentence of the error's code, never the English one.
 */
export function fieldSentence(messages: Messages, code: string, finding: Finding): string {
  const { field, detail, issue } = finding;
  const t = messages.fields;
  const isMissing = detail === english.missing || isTooShort(issue, detail);
  if (isMissing) return Object.hasOwn(t.named, field) ? t.named[field]! : t.missing;
  if (issue && detail === schemaSentence(issue)) return ruleSentence(t, issue);
  if (messages === translator("en")) return detail;
  const numbers = detail.match(/\d+/g) ?? [];
  const pattern = detail.replaceAll(/\d+/g, "#");
  if (!Object.hasOwn(t.details, pattern)) return sentenceOf(messages, code, t.invalid);
  let at = 0;
  return t.details[pattern]!.replaceAll("#", () => numbers[at++] ?? "");
}

/** One character or one choice is the least: nothing was written or chosen. */
function isTooShort(issue: z.core.$ZodIssue | undefined, detail: string): boolean {
  if (issue?.code !== "too_small" || issue.minimum !== 1) return false;
  return issue.origin !== "number" && detail === schemaSentence(issue);
}

/** The English sentence of an API answer: it lists what a program may send. */
function schemaSentence(issue: Issue, otherwise?: string): string {
  if (issue.code === "invalid_value") return `Use one of: ${issue.values.map(String).join(", ")}.`;
  if (issue.code === "unrecognized_keys") {
    return `Leave out the unknown fields: ${issue.keys.join(", ")}.`;
  }
  return ruleSentence(english, issue, otherwise);
}

function ruleSentence(t: Fields, issue: Issue, otherwise = t.invalid): string {
  switch (issue.code) {
    case "invalid_type":
      return typeSentence(t, issue.expected);
    case "invalid_value":
      return t.option;
    case "too_small":
      return sizeSentence(t, issue.origin, Number(issue.minimum), "least");
    case "too_big":
      return sizeSentence(t, issue.origin, Number(issue.maximum), "most");
    case "unrecognized_keys":
      return t.unknown;
    case "custom":
      return otherwise;
    default:
      return t.invalid;
  }
}

function typeSentence(t: Fields, expected: unknown): string {
  if (expected === "string") return t.text;
  if (expected === "number") return t.number;
  if (expected === "int") return t.whole;
  if (expected === "boolean") return t.yesOrNo;
  return expected === "array" ? t.someOption : t.invalid;
}

function sizeSentence(t: Fields, origin: unknown, size: number, side: "least" | "most"): string {
  const isLeast = side === "least";
  if (origin === "string") return isLeast ? t.charsAtLeast(size) : t.charsAtMost(size);
  if (origin === "array" || origin === "set") {
    return isLeast ? t.choicesAtLeast(size) : t.choicesAtMost(size);
  }
  return isLeast ? t.atLeast(size) : t.atMost(size);
}

function isEmpty(input: unknown): boolean {
  return input === undefined || input === null || input === "";
}
