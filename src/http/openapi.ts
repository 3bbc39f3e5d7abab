import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "hono";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const GUILD_PARAMETER = {
  name: "guild",
  in: "path",
  required: true,
  description: "The guild's slug or id.",
  schema: { type: "string" },
} as const;

const IDEMPOTENCY_PARAMETER = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "A key of your own making: the same request sent again has one effect.",
  schema: { type: "string", maxLength: 255 },
} as const;

/** The OpenAPI 3.1 document of every mounted route, made once: routes do not change at run time. */
export function openApiDocument<E extends Env>(app: OpenAPIHono<E>, serverUrl: URL): Document {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Guildhall",
      version: "1",
      description:
        "Every guild has a database of its own. Errors are RFC 9457 problem documents; lists are " +
        "paged by cursor; unsafe requests take an Idempotency-Key.",
      license: { name: "MIT" },
    },
    servers: [{ url: serverUrl.origin }],
    security: [{ bearer: [] }, { cookie: [] }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    if (path.includes("{guild}")) item.parameters = [GUILD_PARAMETER];
    for (const method of ["post", "put", "patch", "delete"] as const) {
      const operation = item[method];
      if (operation)
        operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_PARAMETER];
    }
  }
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        description: "The token of POST /api/session, or an access token for one guild.",
      },
      cookie: { type: "apiKey", in: "cookie", name: "guildhall" },
    },
  };
  return document;
}
