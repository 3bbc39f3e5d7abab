import type { Tree } from "./tree.ts";

/** What may lie at the top of the project. */
const TOP_LEVEL = new Set(
  `package.json package-lock.json tsconfig.json biome.json src platform-migrations
   tenant-migrations provisioning test wrangler.toml README.md LICENSE CHANGELOG.md
   CONTRIBUTING.md SECURITY.md .env.example .ci .gitignore .npmrc`.split(/\s+/),
);

export function strayTopLevel(tree: Tree): string[] {
  const top = new Set(tree.paths.map((path) => path.split("/")[0]!));
  return [...top].filter((name) => !TOP_LEVEL.has(name));
}

/** Files of `src/platform` that belong to no folder. Everything else there is a folder. */
const PLATFORM_FILES = new Set(["schema.ts", "store.ts", "context.ts", "index.ts"]);

export function loosePlatformFiles(tree: Tree): string[] {
  return tree
    .code(/^src\/platform\/[^/]+$/)
    .filter((path) => !PLATFORM_FILES.has(path.split("/")[2]!));
}

/** Features that no index mounts. */
export function unmountedFeatures(tree: Tree): string[] {
  return (["platform", "tenant"] as const).flatMap((kind) => {
    const mounts = tree.text(`src/${kind}/index.ts`) + tree.text("src/app.ts");
    const withRoutes = tree
      .code(new RegExp(`^src/${kind}/[a-z-]+/([a-z-]+/)?([a-z-]+-)?(routes|pages)\\.tsx?$`))
      .map((path) => path.split("/")[2]!);
    return [...new Set(withRoutes)].filter((name) => !mounts.includes(`./${name}/`));
  });
}

/** Names of machines and workplaces in the project's files. */
export function machineNames(tree: Tree): string[] {
  return tree.paths
    .filter((path) => !path.startsWith("test/house/") && path !== "package-lock.json")
    .filter((path) => /(^|[^A-Za-z0-9_.])\/(work|root|home\/[a-z]+)\//m.test(tree.text(path)));
}

/** More than one way for a thing that the house has one way for. */
export function secondWays(tree: Tree): Readonly<Record<string, string[]>> {
  const linesWith = (pattern: RegExp, where: RegExp) =>
    tree.product().flatMap((path) =>
      where.test(path)
        ? tree.lines(path).flatMap((line, index) => {
            return pattern.test(line) ? [`${path}:${index + 1}`] : [];
          })
        : [],
    );
  return {
    "operations in the long form": linesWith(/\bcreateRoute\(/, /^src\/(?!http\/operations)/),
    "forms parsed by hand": linesWith(/\.parseBody\(/, /^src\/(?!http\/|web\/forms)/),
    "definitions of a day": linesWith(/^(export )?const DAY_MS\b/, /./),
    "browser code in strings": linesWith(/\b(document|window)\.\w+/, /^src\/web\/(?!client\/)/),
  };
}
