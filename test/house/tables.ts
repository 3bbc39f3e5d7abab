import type { Tree } from "./tree.ts";

/** The file that defines each table, by the table's name and by the name in code. */
function tableFiles(tree: Tree, part: "platform" | "tenant"): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of tree.code(new RegExp(`^src/${part}/.*schema\\.ts$`))) {
    const tables = tree.text(path).matchAll(/const (\w+) = sqliteTable\(\s*"(\w+)"/g);
    for (const [, inCode, name] of tables) {
      found.set(inCode!, path);
      found.set(name!, path);
    }
  }
  return found;
}

/**
 * Tables that other features may read in SQL, because almost everything in a guild is about them.
 * They are written by their own feature only.
 */
const SPINE = new Set(["persons", "characters"]);

/** A write by the schema: `insertInto(persons, …)`, `build.update(tables.persons)` and the like. */
const BUILT =
  /\b(?:insertInto|insertAll|insertFrom|insertWhere|(?:build|orm)\.(?:insert|update|delete))\(\s*(?:tables\.)?(\w+)/g;

const featureOf = (path: string): string | undefined => /^src\/tenant\/([a-z-]+)\//.exec(path)?.[1];

/** SQL texts of a guild's feature that name another feature's table, as `path: table (of feature)`. */
export function foreignTables(tree: Tree): string[] {
  const owners = tableFiles(tree, "tenant");
  return tree.code(/^src\/tenant\/[a-z-]+\//).flatMap((path) => {
    const own = featureOf(path);
    const named = sqlTables(tree.text(path));
    return [...named].flatMap(([table, isWritten]) => {
      const owner = featureOf(owners.get(table) ?? "");
      if (owner === undefined || owner === own) return [];
      return SPINE.has(table) && !isWritten ? [] : [`${path}: ${table} (of ${owner})`];
    });
  });
}

/** Tables that a file names in SQL or changes by the builder, and whether it changes them. */
function sqlTables(text: string): ReadonlyMap<string, boolean> {
  const found = new Map<string, boolean>();
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  for (const [sql] of code.matchAll(/`[^`]*`|"[^"\n]*"/g)) {
    if (!/\b(select|insert|update|delete|from|join)\b/i.test(sql)) continue;
    for (const [, verb, table] of sql.matchAll(
      /\b(from|join|into|update|delete\s+from)\s+"?(\w+)"?/gi,
    )) {
      const isWritten = /into|update|delete/i.test(verb!);
      found.set(table!.toLowerCase(), (found.get(table!.toLowerCase()) ?? false) || isWritten);
    }
  }
  for (const [, table] of code.matchAll(BUILT)) found.set(table!, true);
  return found;
}

/**
 * Writes without an audit row in the same transaction. Bids are their own record. In the platform,
 * writes that no person asked for (leases, counters, sessions) are listed with their reason.
 */
export function silentWrites(tree: Tree): string[] {
  return tree.code(/^src\/tenant\/[a-z-]+\/.*\.ts$/).flatMap((path) =>
    [...tree.text(path).matchAll(/\bwrite\(ctx\.db,[\s\S]*?\n {2}\]?\)/g)]
      // These tables are logs themselves: bids and passes, and the runs, sources and changes of identity.
      .filter(
        ([call]) =>
          !/record\(|(insertInto|update)\(bids|auctionPasses|sourceRow\(|changeRows\(|syncRuns/.test(
            call,
          ),
      )
      .map(([call]) => `${path}: ${call.slice(0, 60)}`),
  );
}

/** Row casts that nothing checks, and SQL writes that do not come from the schema. */
export function handWrittenSql(tree: Tree): {
  readonly casts: string[];
  readonly writes: string[];
} {
  const casts: string[] = [];
  const writes: string[] = [];
  for (const path of tree.product()) {
    tree.lines(path).forEach((line, index) => {
      const place = `${path}:${index + 1}`;
      if (/\bdb\.(all|first)</.test(line)) casts.push(place);
      if (/(`|^\s*)\s*(insert (or \w+ )?into|update \w+ set|delete from)\b/i.test(line))
        writes.push(place);
    });
  }
  return { casts, writes };
}
