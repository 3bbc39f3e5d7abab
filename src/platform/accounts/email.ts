import { z } from "@hono/zod-openapi";
import { normalEmail } from "../../kernel/email-address.ts";

/** An address in any spelling. Parses to its normal form. */
export const emailAddress = z
  .string()
  .max(320)
  .transform((text, issue) => {
    const email = normalEmail(text);
    if (email !== undefined) return email;
    issue.addIssue({
      code: "custom",
      message: "Enter an e-mail address, such as name@example.org.",
    });
    return z.NEVER;
  })
  .openapi({ type: "string", format: "email", maxLength: 320 });
