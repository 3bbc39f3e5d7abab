import type { TestApp } from "../support/app.ts";

/** A valid id without a row. */
export const SOME_ID = "01890a5d-ac96-774b-bcce-b302099a8057";

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** The path below `/api/g/<slug>`. */
  readonly path: string;
}

/** Every operation of the API below a guild, from the API's document. */
export async function guildOperations(t: TestApp): Promise<readonly Operation[]> {
  const { body } = await t.anonymous.get("/api/openapi.json");
  const paths = Object.entries(
    body.paths as Record<string, Record<string, { operationId: string }>>,
  );
  return paths
    .filter(([path]) => path.startsWith("/api/g/{guild}"))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
        .map(([method, { operationId }]) => ({
          id: operationId,
          method: method.toUpperCase(),
          path: path.replace("/api/g/{guild}", "").replaceAll(/\{\w+\}/g, SOME_ID),
        })),
    );
}

/** Every page and form below a guild, from the mounted routes: `GET /standings`. */
export function guildPageRoutes(t: TestApp): readonly string[] {
  const routes = t.app.routes
    .filter(({ method, path }) => /^(GET|POST)$/.test(method) && path.startsWith("/g/:guild"))
    .map(({ method, path }) => `${method} ${path.replace("/g/:guild", "")}`);
  return [...new Set(routes)].sort();
}

/** A path with ids for its parameters. */
export const filled = (path: string) => path.replaceAll(/:\w+(\{[^}]*\})?/g, SOME_ID);

/** Reads only the beginning of a stream, because an accepted stream has no end. */
export async function statusOf(response: Response): Promise<{ status: number; text: string }> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  if (isStream) await response.body?.cancel();
  return { status: response.status, text: isStream ? "" : await response.text() };
}

/** Whether the server failed. It may say that it does not support something (501). */
export function isFault(status: number): boolean {
  return status >= 500 && status !== 501;
}
