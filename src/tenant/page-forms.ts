import type { Fields } from "../http/forms.ts";
import type { GuildContext } from "./context.ts";

export { type Fields, parsedForm, sentForm } from "../http/forms.ts";

/** Uses the form's key, so that a form that is sent twice acts once. */
export function withFormKey(ctx: GuildContext, key: unknown): GuildContext {
  return typeof key === "string" && key !== "" ? { ...ctx, idempotencyKey: `form:${key}` } : ctx;
}

/** The fields that were filled in: a browser sends empty texts for the others. */
export function filledIn(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
