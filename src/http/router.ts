import { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Env } from "hono";
import { Invalid } from "../kernel/errors.ts";
import type { AppEnv } from "./env.ts";

/** An OpenAPI router whose invalid input throws `Invalid` with one entry per field. */
export function createRouter<E extends Env = AppEnv>(options?: {
  getPath?: (request: Request) => string;
}): OpenAPIHono<E> {
  return new OpenAPIHono<E>({
    ...options,
    defaultHook: (result) => {
      if (!result.success) throw invalidFrom(result.error, result.target);
    },
  });
}

/** Turns zod's findings into `errors: [{ pointer, detail }]`, JSON pointers into the input. */
export function invalidFrom(error: z.core.$ZodError, target = "json"): Invalid {
  const base = target === "json" || target === "form" ? "" : `/${target}`;
  return new Invalid("request/invalid", "Some of the input is not right. See each field.", {
    errors: error.issues.map((issue) => ({
      pointer: `${base}/${issue.path.map(String).join("/")}`,
      detail: issue.message,
    })),
  });
}

const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");

/** The `default` answer of every operation: RFC 9457. */
export const problem = {
  description: "What went wrong, and what to do about it (RFC 9457).",
  content: { "application/problem+json": { schema: problemDocument } },
} as const;

/** A JSON answer of an operation. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body that must be there. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } } as const;
}

/** A page of a list: `items`, and `next` for the following page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item).readonly(), next: z.string().optional() });
}

/** `limit` and `cursor` of a paged list. */
export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
