import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Env, MiddlewareHandler } from "hono";
import { Invalid } from "../kernel/errors.ts";
import { limits } from "../limits.ts";
import "../web/i18n/field-sentences.ts";
import type { AppEnv } from "./env.ts";
import { idempotency } from "./idempotency.ts";

/**
 * An OpenAPI router. Invalid input throws `Invalid` with one entry per field. Unsafe operations accept
 * an Idempotency-Key, which is handled after the route's own middleware.
 */
export function createRouter<E extends Env = AppEnv>(options?: {
  getPath?: (request: Request, options?: { readonly env?: E["Bindings"] }) => string;
}): OpenAPIHono<E> {
  const router = new OpenAPIHono<E>({
    ...options,
    defaultHook: (result) => {
      if (!result.success) throw invalidFrom(result.error, result.target);
    },
  });
  const mount = router.openapi;
  router.openapi = ((route, handler, hook) => {
    const middleware = [route.middleware ?? [], repetitionsOf(route)].flat();
    return mount({ ...route, middleware }, handler, hook);
  }) as typeof mount;
  return router;
}

/**
 * Marks operations that run again for a repeated key, because their response would be stale or their
 * rows store the key themselves. Spread it into the route.
 */
export const runsEachTime = { "x-runs-each-time": true } as const;

/** Handles an Idempotency-Key, unless the operation is safe or runs each time. */
function repetitionsOf(route: RouteConfig): readonly MiddlewareHandler[] {
  if (/^(get|head|options)$/.test(route.method) || "x-runs-each-time" in route) return [];
  const secretStatuses = Object.entries(route.responses)
    .filter(([, response]) => "x-shown-once" in response)
    .map(([status]) => Number(status));
  return [idempotency({ secretStatuses: new Set(secretStatuses) })];
}

/**
 * Turns zod's issues into `errors: [{ pointer, detail }]` with JSON pointers into the input. The cause
 * holds them in the same order, so that a page can translate them.
 */
export function invalidFrom(error: z.core.$ZodError, target = "json"): Invalid {
  const base = target === "json" || target === "form" ? "" : `/${target}`;
  const errors = error.issues.slice(0, limits.http.errorsMax).map((issue) => ({
    pointer: `${base}/${issue.path.map(String).join("/")}`,
    detail: issue.message,
  }));
  const detail = "Some fields are not valid. Fix each one listed under errors.";
  return new Invalid("request/invalid", detail, { errors }, { cause: error });
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

/** The `default` response of every operation: RFC 9457. */
export const problem = {
  description: "What went wrong, and what to do about it (RFC 9457).",
  content: { "application/problem+json": { schema: problemDocument } },
} as const;

/** A JSON response of an operation. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/**
 * A JSON response that holds a secret. It is not stored: a repetition with the same Idempotency-Key
 * answers 409 `idempotency/shown-once`. A response schema with a secret and without this mark fails
 * `test/http/idempotency.test.ts`.
 */
export function shownOnce<T extends z.ZodType>(schema: T, description: string) {
  return { ...json(schema, description), "x-shown-once": true } as const;
}

/** A required JSON body. */
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
