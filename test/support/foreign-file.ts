import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gunzipSync, gzipSync } from "node:zlib";

const Native = createRequire(import.meta.url)("libsql") as new (
  path: string,
  options: { readonly timeout: number },
) => { exec(sql: string): void; close(): void };

/** Changes a database file with the plain driver, past everything that is ours. */
export function changeByHand(path: string, sql: string): void {
  // A server that has the file open may be writing to it.
  const db = new Native(path, { timeout: 10_000 });
  try {
    db.exec(`PRAGMA foreign_keys = OFF; ${sql}; PRAGMA wal_checkpoint(TRUNCATE)`);
  } finally {
    db.close();
  }
}

/** Unpacks an exported file, has it changed by hand, and packs it again under another name. */
export async function changedExport(from: string, to: string, sql: string): Promise<string> {
  await writeFile(`${to}.db`, gunzipSync(await readFile(from)));
  changeByHand(`${to}.db`, sql);
  await writeFile(to, gzipSync(await readFile(`${to}.db`), { level: 1 }));
  return to;
}
