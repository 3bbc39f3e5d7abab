import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { GuildEnv } from "../http/env.ts";
import { invalidFrom } from "../http/router.ts";
import type { GuildContext } from "./context.ts";

export type Fields = Record<string, string | readonly string[]>;

/** The texts of a sent form. `lists` names the fields that may occur several times. */
export async function sentForm(
  c: Context<GuildEnv>,
  lists: ReadonlySet<string> = new Set(),
): Promise<Fields> {
  const body = await c.req.parseBody({ all: true });
  const fields: [string, string | readonly string[]][] = [];
  for (const [name, value] of Object.entries(body)) {
    const texts = [value].flat().filter((one) => typeof one === "string");
    if (lists.has(name)) fields.push([name, texts]);
    else if (texts[0] !== undefined) fields.push([name, texts[0]]);
  }
  return Object.fromEntries(fields);
}

/** Uses the form's key, so that a form that is sent twice acts once. */
export function withFormKey(ctx: GuildContext, key: unknown): GuildContext {
  return typeof key === "string" && key !== "" ? { ...ctx, idempotencyKey: `form:${key}` } : ctx;
}

/** @throws {Invalid} `request/invalid` with the problem of each field. */
export function parsedForm<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const result = schema.safeParse(fields);
  if (!result.success) throw invalidFrom(result.error, "form");
  return result.data;
}

/** The fields that were filled in: a browser sends empty texts for the others. */
export function filledIn(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
