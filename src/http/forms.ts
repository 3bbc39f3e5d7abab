import type { z } from "@hono/zod-openapi";
import type { Context, Env } from "hono";
import { invalidFrom } from "./router.ts";

/** The texts of a sent form by field name. A field of `lists` has several. */
export type Fields = Record<string, string | readonly string[]>;

/**
 * The texts of a sent form. `lists` names the fields that may occur several times; of any other field, the
 * first text counts. Files are left out: `sentFile` reads one.
 */
export async function sentForm<E extends Env>(c: Context<E>): Promise<Record<string, string>>;
export async function sentForm<E extends Env>(
  c: Context<E>,
  lists: ReadonlySet<string>,
): Promise<Fields>;
export async function sentForm<E extends Env>(
  c: Context<E>,
  lists: ReadonlySet<string> = new Set(),
): Promise<Fields> {
  const fields: [string, string | readonly string[]][] = [];
  for (const [name, value] of Object.entries(await c.req.parseBody({ all: true }))) {
    const texts = [value].flat().filter((one) => typeof one === "string");
    if (lists.has(name)) fields.push([name, texts]);
    else if (texts[0] !== undefined) fields.push([name, texts[0]]);
  }
  return Object.fromEntries(fields);
}

/** A file of a sent form. Undefined if none was chosen, or an empty one. */
export async function sentFile<E extends Env>(
  c: Context<E>,
  name: string,
): Promise<File | undefined> {
  const value = (await c.req.parseBody())[name];
  return value instanceof File && value.size > 0 ? value : undefined;
}

/** @throws {Invalid} `request/invalid` with the problem of each field. */
export function parsedForm<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const result = schema.safeParse(fields);
  if (!result.success) throw invalidFrom(result.error, "form");
  return result.data;
}
