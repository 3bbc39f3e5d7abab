import { z } from "@hono/zod-openapi";

const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const DOMAIN = /^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u;

/**
 * The one form in which an address is stored and compared, or undefined when it is none: trimmed,
 * lower case, its domain in ASCII, so that no two accounts share a mailbox by spelling.
 */
export function normalEmail(text: string): string | undefined {
  const [local = "", host = "", ...rest] = text.trim().normalize("NFC").split("@");
  if (rest.length > 0 || local.length > 64 || !LOCAL.test(local) || !DOMAIN.test(host)) {
    return undefined;
  }
  const domain = asciiDomain(host);
  // A last label that begins with a digit is an IP address in some spelling, not a mail domain.
  if (domain === undefined || !/\.[a-z][a-z0-9-]*$/.test(domain)) return undefined;
  const email = `${local.toLowerCase()}@${domain}`;
  return email.length <= 254 ? email : undefined;
}

/** An address in any spelling; parses to its normal form. */
export const emailAddress = z
  .string()
  .max(320)
  .transform((text, issue) => {
    const email = normalEmail(text);
    if (email !== undefined) return email;
    issue.addIssue({
      code: "custom",
      message: "Write an e-mail address, such as name@example.org.",
    });
    return z.NEVER;
  })
  .openapi({ type: "string", format: "email", maxLength: 320 });

function asciiDomain(domain: string): string | undefined {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return undefined;
  }
}
