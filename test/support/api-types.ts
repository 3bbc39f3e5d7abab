import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

// openapi-typescript prints types with the programming interface of TypeScript 6, which version 7 does not
// have. @ts-morph/common contains version 6, and adds no second `tsc` to the project's commands.
const COMPILER = pathToFileURL(`${import.meta.dirname}/typescript-6.mjs`).href;

/** The TypeScript types of an OpenAPI document: `paths`, `components` and `operations`. */
export async function typesOf(document: string): Promise<string> {
  // Types need no examples, and without them this takes half the time.
  const isExample = (name: string) => name === "example" || name === "examples";
  const bare = JSON.parse(document, (name, value) => (isExample(name) ? undefined : value));
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "typescript" && context.parentURL?.includes("/openapi-typescript/")
        ? next(COMPILER, context)
        : next(specifier, context),
  });
  try {
    const { default: openapiTs, astToString } = await import("openapi-typescript");
    return astToString(await openapiTs(bare));
  } finally {
    hooks.deregister();
  }
}
