import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "hono";
import { exampleOf, type JsonSchema } from "./examples.ts";
import { problemComponents } from "./problem-answers.ts";
import { TAGS } from "./tags.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type PathItem = NonNullable<Document["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
type Parameter = Exclude<NonNullable<Operation["parameters"]>[number], { $ref: string }>;

const GUILD_PARAMETER = {
  name: "guild",
  in: "path",
  required: true,
  description: "The guild's slug or id.",
  schema: { type: "string", minLength: 1 },
  example: "iron-vow",
} as const;

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "A key of your own making: the same request sent again has one effect.",
  schema: { type: "string", maxLength: 255 },
} as const;

const SECURITY_SCHEMES = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "The token of POST /api/session, an access token for one guild, or an API key.",
  },
  cookie: { type: "apiKey", in: "cookie", name: "guildhall" },
} as const;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/**
 * The OpenAPI 3.1 document of all mounted routes. It is built once, because routes do not change at run
 * time.
 */
export function openApiDocument<E extends Env>(app: OpenAPIHono<E>, serverUrl: URL): Document {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Guildhall",
      version: "1",
      description:
        "Every guild has a database of its own. Errors are RFC 9457 problem documents; lists are " +
        "paged by cursor; unsafe requests take an Idempotency-Key.",
      contact: { name: "The operators of this platform", url: serverUrl.origin },
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: serverUrl.origin, description: "This platform." }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }, { cookie: [] }],
  });
  const schemas = document.components?.schemas as Record<string, JsonSchema> | undefined;
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (path.includes("{guild}")) item.parameters = [GUILD_PARAMETER];
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      const parameters = (operation.parameters ?? []).map((one) => describedParameter(one));
      const added = method === "get" ? [] : [IDEMPOTENCY_PARAMETER];
      if (parameters.length + added.length > 0) operation.parameters = [...parameters, ...added];
      addExamples(operation, schemas ?? {});
    }
  }
  document.components = { ...document.components, securitySchemes: SECURITY_SCHEMES };
  Object.assign(document.components, problemComponents(JSON.stringify(document)));
  return document;
}

/** Descriptions of parameters by name. A parameter with its own description keeps it. */
const PARAMETERS: Readonly<Record<string, string>> = {
  id: "The id that the list or the creating request returned.",
  userId: "The id of the member's account.",
  kind: "The service.",
  step: "The first step.",
  guid: "The player's id in the game.",
  gameId: "The boss's id in the game.",
  difficulty: "The difficulty's id in the game.",
  provider: "The provider, as `listProviders` names it.",
  token: "The last part of the invitation's link.",
  tag: "The tag.",
  limit: "The most items of the page.",
  cursor: "The `next` of the page before.",
};

function describedParameter(one: NonNullable<Operation["parameters"]>[number]) {
  if ("$ref" in one) return one;
  const description = one.description ?? PARAMETERS[one.name];
  return { ...(one.in === "path" ? required(one) : one), ...(description && { description }) };
}

/** Marks path parameters as required, even if their schema accepts a missing value. */
function required(one: Parameter): Parameter {
  const { type, ...rest } = (one.schema ?? {}) as JsonSchema;
  const present = Array.isArray(type) ? type.filter((name) => name !== "null") : type;
  const [only] = Array.isArray(present) && present.length === 1 ? present : [present];
  return {
    ...one,
    required: true,
    schema: { ...rest, type: only } as NonNullable<Parameter["schema"]>,
  };
}

/** Adds an example to each JSON schema that has none. */
function addExamples(operation: Operation, schemas: Readonly<Record<string, JsonSchema>>): void {
  const bodies = [operation.requestBody, ...Object.values(operation.responses ?? {})];
  for (const body of bodies) {
    const media = (body as Content | undefined)?.content?.["application/json"];
    if (media?.schema === undefined || "example" in media || "examples" in media) continue;
    media.example = exampleOf(media.schema, schemas);
  }
}

interface Content {
  readonly content?: Record<string, { readonly schema?: JsonSchema; example?: unknown }>;
}
