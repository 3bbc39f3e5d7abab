import type { RouteConfig } from "@hono/zod-openapi";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { openApiDocument } from "../../src/http/openapi.ts";

type ApiDocument = ReturnType<typeof openApiDocument>;
type PathItem = NonNullable<ApiDocument["paths"]>[string];

const config = readConfig({
  DATA_DIR: "unused",
  GUILDHALL_SECRET: "a secret that nothing here is signed with",
  PUBLIC_URL: "https://guildhall.test",
});
const app = createApp({ config });

/** The API's document as a server gives it, without a server. */
export function apiDocument(): ApiDocument {
  return openApiDocument(app, config.publicUrl);
}

/** Every operation of a document with its path. */
export function operationsOf(document: ApiDocument) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]: [string, PathItem]) =>
    (["get", "post", "put", "patch", "delete"] as const).flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, item, operation }] : [];
    }),
  );
}

/** The mounted routes by operation id, with the zod schemas that check their input. */
export function routesOf(): ReadonlyMap<string, RouteConfig> {
  const routes = app.openAPIRegistry.definitions.flatMap((one) =>
    one.type === "route" ? [one.route] : [],
  );
  return new Map(routes.map((route) => [route.operationId ?? "", route]));
}
