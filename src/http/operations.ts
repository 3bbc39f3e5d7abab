import type { z } from "@hono/zod-openapi";
import type { Env, MiddlewareHandler } from "hono";
import type { Permission } from "../kernel/permissions.ts";
import type { ProblemCode } from "../web/problem-codes.ts";
import { requirePermission } from "./access.ts";
import type { AppEnv, GuildEnv } from "./env.ts";
import { type Place, problemAnswers } from "./problem-answers.ts";
import { jsonBody, problem, runsEachTime } from "./router.ts";
import type { Tag } from "./tags.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** A response of an operation: made by `json(schema, description)`, or without a body. */
interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly headers?: z.ZodObject;
}

interface RawBody {
  readonly required: boolean;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
}

/** The definition of one API operation. */
export interface Operation {
  /** The operation's unique name in the API: a verb and a noun. */
  readonly id: string;
  /** One line for lists of operations: an imperative without a full stop. */
  readonly summary: string;
  /** What a caller has to know, in one to three sentences of Markdown. */
  readonly description: string;
  /**
   * The problem codes of this operation. `problemAnswers` adds those that every operation of its kind
   * may give.
   */
  readonly problems?: readonly ProblemCode[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** The JSON body. */
  readonly body?: z.ZodType;
  /** A body that is not JSON, by media type. */
  readonly content?: RawBody;
  /** Middleware that refuses callers by another rule than `needs`. */
  readonly guard?: MiddlewareHandler;
  /**
   * The accepted credentials, in the form of OpenAPI. Without it, every signed-in caller may call the
   * operation.
   */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  /** A repetition with the same Idempotency-Key runs again. See `runsEachTime`. */
  readonly runsEachTime?: true;
  /** Responses by status. The problem document is added to each operation. */
  readonly answers: Readonly<Record<number, Answer>>;
}

/** The parts of a request that an operation reads, in the shape that the router expects. */
type RequestOf<O extends Operation> = {
  [Part in "params" | "query" | "headers" as undefined extends O[Part] ? never : Part]: O[Part];
} & (O extends { readonly body: infer Body extends z.ZodType }
  ? { body: { required: true; content: { "application/json": { schema: Body } } } }
  : O extends { readonly content: infer Content extends RawBody }
    ? { body: Content }
    : unknown);

type RouteOf<M extends Method, P extends string, O extends Operation, E extends Env> = {
  method: M;
  path: P;
  operationId: string;
  summary: string;
  tags: string[];
  middleware: MiddlewareHandler<E>[];
  request: RequestOf<O>;
  responses: { -readonly [Status in keyof O["answers"]]: O["answers"][Status] } & {
    default: typeof problem;
  };
};

/**
 * Defines the operations of one part of the API, shown together under `tag`. Use its methods inside
 * `router.openapi(…)`, so that a path stands beside its handler:
 *
 * `router.openapi(api.get("/raids/{id}", { id: "getRaid", … }), (c) => …)`
 *
 * `guardFor` makes the middleware that refuses callers without `needs`.
 */
export function operationsWith<E extends Env, Need>(
  place: Place,
  tag: Tag,
  guardFor: (need: Need) => MiddlewareHandler<E>,
) {
  const operation =
    <M extends Method>(method: M) =>
    <const P extends string, const O extends Operation & { readonly needs?: Need }>(
      path: P,
      options: O,
    ) => {
      const { id, params, query, headers, body, content, answers, needs, guard } = options;
      const { summary, description, security } = options;
      const route = {
        method,
        path,
        operationId: id,
        summary,
        description,
        ...(security && { security }),
        ...(options.runsEachTime && runsEachTime),
        tags: [tag],
        middleware: [...(guard ? [guard] : []), ...(needs === undefined ? [] : [guardFor(needs)])],
        request: {
          ...(params && { params }),
          ...(query && { query }),
          ...(headers && { headers }),
          ...(body ? { body: jsonBody(body) } : content && { body: content }),
        },
        responses: { ...problemAnswers(place, method, options), ...answers, default: problem },
      };
      // The spreads build exactly this shape, but the compiler does not follow optional members.
      return route as unknown as RouteOf<M, P, O, E>;
    };
  return {
    get: operation("get"),
    post: operation("post"),
    put: operation("put"),
    patch: operation("patch"),
    delete: operation("delete"),
  };
}

/** Operations below one guild's address. `needs` is the permission that the caller must have. */
export const guildOperations = (tag: Tag) =>
  operationsWith<GuildEnv, Permission>("guild", tag, requirePermission);

/** Operations of the platform, for a person's account. */
export const platformOperations = (tag: Tag) =>
  operationsWith<AppEnv, never>("account", tag, (need: never) => need);
