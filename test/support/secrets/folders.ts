import { readdir, readFile, rm } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { openEmbedded } from "../../../src/database/embedded.ts";
import { type Secret, seen } from "./seen.ts";

// Random like a token and stored in plain: the seed of a roll is published when the roll is over.
const NO_SECRETS = new Set(["auctions.seed"]);

interface Hit {
  readonly path: string;
  readonly secret: Secret;
}

/**
 * Searches a folder in which the product has worked, then deletes it. Every database, log and letter is
 * searched for every secret that was seen. @throws Error that names kinds and places
 */
export async function removeSearched(dir: string): Promise<void> {
  const faults = await searchFolder(dir);
  await rm(dir, { recursive: true, force: true });
  if (faults.length > 0) throw new Error(`Secrets lay open:\n${faults.join("\n")}`);
}

/** Which kinds of secrets are where in the folder. The result does not contain the secrets. */
export async function searchFolder(dir: string): Promise<readonly string[]> {
  const hits: Hit[] = [];
  const databases: string[] = [];
  for (const path of await filesIn(dir)) {
    const bytes = unpacked(await readFile(path).catch(goneIsEmpty));
    const isLetter = path.includes(`${sep}outbox${sep}`);
    const isDatabase = bytes.subarray(0, 15).toString("latin1") === "SQLite format 3";
    if (isDatabase) databases.push(path);
    seen.counts[isLetter ? "letters" : isDatabase ? "databases" : "files"]++;
    for (const secret of seen.within(bytes)) {
      // A letter holds the link it was written for. It may hold no other secret.
      if (!(isLetter && secret.kind === "token")) hits.push({ path, secret });
    }
  }
  if (hits.length === 0) return [];
  const places = await placesOf(databases, new Set(hits.map(({ secret }) => secret.text)));
  const faults = hits.flatMap(({ path, secret }) => {
    const where = places.get(secret.text) ?? [];
    if (where.length > 0 && where.every((one) => NO_SECRETS.has(one))) return [];
    return [`${secret.kind}: ${relative(dir, path)} (${where.join(", ") || "between rows"})`];
  });
  return [...new Set(faults)];
}

/** Logs come before their databases, so that a late checkpoint moves nothing past the search. */
async function filesIn(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return paths.sort().reverse();
}

function unpacked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    // Some tests damage copies on purpose.
    return bytes;
  }
}

/** The columns in which these texts occur, by text. */
async function placesOf(databases: readonly string[], texts: ReadonlySet<string>) {
  const places = new Map<string, readonly string[]>();
  for (const path of databases) {
    // Some tests damage databases on purpose. Unreadable parts count as between rows.
    for (const { place, value } of await cellsOf(path).catch(() => [])) {
      for (const text of texts) {
        const known = places.get(text) ?? [];
        if (value.includes(text) && !known.includes(place)) places.set(text, [...known, place]);
      }
    }
  }
  return places;
}

async function cellsOf(path: string): Promise<{ place: string; value: string }[]> {
  const client = await openEmbedded({ url: pathToFileURL(path).href });
  const rowsOf = async (sql: string) => (await client.execute({ sql, args: [] })).rows;
  try {
    const columns = await rowsOf(
      `SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
       WHERE t.schema = 'main' AND t.type = 'table'`,
    );
    const cells = columns.map(async ([table, column]) =>
      (await rowsOf(`SELECT "${column}" FROM "${table}"`)).map(([value]) => ({
        place: `${table}.${column}`,
        value: String(value),
      })),
    );
    return (await Promise.all(cells)).flat();
  } finally {
    await client.close();
  }
}

function goneIsEmpty(error: NodeJS.ErrnoException): Buffer {
  if (error.code === "ENOENT") return Buffer.alloc(0);
  throw error;
}
