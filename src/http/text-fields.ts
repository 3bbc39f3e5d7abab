import { z } from "@hono/zod-openapi";
import {
  cleanLines,
  cleanName,
  isVisible,
  isVisibleLines,
  type NameFault,
  nameFault,
} from "../kernel/names.ts";

// Text that people write, for the API and for forms. Every such field is one of these three kinds.

const HIDDEN = "Remove invisible characters and characters that change the direction of text.";

const NAME_ADVICE: Readonly<Record<NameFault, string>> = {
  empty: "Enter a name.",
  unreadable: HIDDEN,
  "no-letter": "Use at least one letter or digit.",
};

/** A name: one line with a letter or digit, cleaned, with at most `charsMax` UTF-16 units. */
export function nameField(charsMax: number) {
  return z
    .string()
    .transform(cleanName)
    .pipe(
      z
        .string()
        .max(charsMax, `Use at most ${charsMax} characters.`)
        .superRefine((name, issue) => {
          const fault = nameFault(name);
          if (fault) issue.addIssue({ code: "custom", message: NAME_ADVICE[fault] });
        }),
    )
    .openapi({ type: "string", minLength: 1, maxLength: charsMax });
}

/** One line of text, such as a reason. Empty where `charsMin` is 0. */
export function lineField(charsMax: number, charsMin = 0, advice = "Fill in this field.") {
  return z
    .string()
    .transform(cleanName)
    .pipe(
      z
        .string()
        .min(charsMin, advice)
        .max(charsMax, `Use at most ${charsMax} characters.`)
        .refine(isVisible, HIDDEN),
    )
    .openapi({ type: "string", minLength: charsMin, maxLength: charsMax });
}

/** A text of several lines, such as a note. May be empty. */
export function linesField(charsMax: number) {
  return z
    .string()
    .transform(cleanLines)
    .pipe(
      z
        .string()
        .max(charsMax, `Use at most ${charsMax} characters.`)
        .refine(isVisibleLines, HIDDEN),
    )
    .openapi({ type: "string", maxLength: charsMax });
}
