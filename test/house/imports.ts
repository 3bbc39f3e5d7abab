import type { Tree } from "./tree.ts";

/**
 * Which files may import which, by layer. The first pattern that fits a file names what it may reach
 * besides packages, the kernel and its own folder. Types obey the same table.
 */
const LAYERS: readonly (readonly [layer: RegExp, mayReach: RegExp])[] = [
  [/^src\/kernel\//, /^$/],
  [/^src\/limits\.ts$/, /^$/],
  [/^src\/config(-variables|-hosts|-secrets)?\.ts$/, /^src\/config-(variables|hosts|secrets)\.ts/],
  [/^src\/database\//, /^src\/database\//],
  [/^src\/services\.ts$/, /^(src\/|provisioning\/provisioner)/],
  [/^src\/web\/client\//, /^src\/web\/client\//],
  [/^src\/web\//, /^src\/(web|http\/(env|view)\.ts)/],
  [/^src\/http\//, /^src\/(database|http|web|platform)\//],
  [/^src\/platform\//, /^src\/(database|http|web|platform)\//],
  [/^src\/addon\//, /^src\/addon\//],
  [/^src\/tenant\//, /^src\/(database|http|web|tenant|platform|addon)\//],
  [/^src\/app\.ts$/, /^src\//],
  [/^src\/(node|worker)(\.ts|\/)/, /^(src|provisioning|(platform|tenant)-migrations)\//],
  [/^provisioning\/cli\//, /^(src|provisioning|(platform|tenant)-migrations)\//],
  [
    /^provisioning\//,
    /^(src\/(config-hosts|database|tenant\/(schema|seed)|platform\/)|provisioning\/(?!cli)|(platform|tenant)-migrations\/)/,
  ],
];

/** Files without behaviour that every layer may know: schemas, contexts and the services' types. */
const LEAVES =
  /^src\/((platform|tenant)\/(.+\/)?([a-z]+-)?schema\.ts|tenant\/context\.ts|services\.ts|kernel\/.*|limits\.ts)$/;

/** Imports that point up, as `path imports target`. */
export function importsUp(tree: Tree): string[] {
  return tree.product().flatMap((path) => {
    const layer = LAYERS.find(([pattern]) => pattern.test(path));
    if (!layer) return [`${path} belongs to no layer`];
    return tree
      .imports(path)
      .filter(({ target }) => !LEAVES.test(target) && !layer[1].test(target))
      .map(({ target }) => `${path} imports ${target}`);
  });
}

/** Circles of files that import each other's values, each as `a -> b -> a`. */
export function fileCycles(tree: Tree): string[] {
  const next = new Map(
    tree.product().map((path) => [
      path,
      tree
        .imports(path)
        .filter(({ isTypeOnly }) => !isTypeOnly)
        .map(({ target }) => target),
    ]),
  );
  return cyclesOf(next);
}

const folderOf = (path: string): string | undefined =>
  /^(src\/(?:platform|tenant)\/[a-z-]+)\//.exec(path)?.[1];

/** Circles of feature folders, counted over types as well. Schemas and contexts are leaves. */
export function folderCycles(tree: Tree): string[] {
  const next = new Map<string, string[]>();
  for (const path of tree.product()) {
    const own = folderOf(path);
    if (own === undefined) continue;
    const others = tree
      .imports(path)
      .filter(({ target }) => !LEAVES.test(target))
      .map(({ target }) => folderOf(target))
      .filter((folder) => folder !== undefined && folder !== own) as string[];
    next.set(own, [...new Set([...(next.get(own) ?? []), ...others])]);
  }
  return cyclesOf(next);
}

/** Strongly connected parts of more than one node, by Tarjan's algorithm. */
function cyclesOf(next: ReadonlyMap<string, readonly string[]>): string[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (node: string) => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    stack.push(node);
    for (const other of next.get(node) ?? []) {
      if (!next.has(other)) continue;
      if (!order.has(other)) {
        visit(other);
        lowest.set(node, Math.min(lowest.get(node)!, lowest.get(other)!));
      } else if (stack.includes(other)) {
        lowest.set(node, Math.min(lowest.get(node)!, order.get(other)!));
      }
    }
    if (lowest.get(node) !== order.get(node)) return;
    const part = stack.splice(stack.indexOf(node));
    const isLoop = part.length > 1 || (next.get(node) ?? []).includes(node);
    if (isLoop) found.push([...part, node].join(" -> "));
  };
  for (const node of next.keys()) if (!order.has(node)) visit(node);
  return found;
}

/** A guild's features, each before those that may use its service. A new folder has to be placed here. */
const FEATURES = [
  "audit",
  "roster",
  "connections",
  "identity",
  "dkp",
  "live",
  "combat-logs",
  "raids",
  "loot",
  "auctions",
  "persons",
  "discord",
  "imports",
  "exports",
  "transfers",
  "analytics",
  "onboarding",
  "search",
  "home",
];

/** The tables that every feature may read: almost everything in a guild is about them. */
const SPINE_SCHEMA = "src/tenant/roster/schema.ts";

/** Uses of a guild's feature by one before it, or by another one's routes, pages or tables. */
export function featureOrder(tree: Tree): string[] {
  return tree.code(/^src\/tenant\/[a-z-]+\//).flatMap((path) => {
    const own = path.split("/")[2]!;
    if (!FEATURES.includes(own)) return [`${path} is in a feature that has no place in the order`];
    return tree.imports(path).flatMap(({ target }) => {
      const other = /^src\/tenant\/([a-z-]+)\//.exec(target)?.[1];
      if (other === undefined || other === own) return [];
      const isLater = FEATURES.indexOf(other) > FEATURES.indexOf(own);
      const isTable =
        target.endsWith("/schema.ts") && !path.endsWith("/schema.ts") && target !== SPINE_SCHEMA;
      const isInside = /(routes|pages)\.tsx?$/.test(target) || isTable;
      return isLater || isInside ? [`${path} imports ${target}`] : [];
    });
  });
}
