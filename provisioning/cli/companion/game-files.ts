import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";

/** The name of the file that the game writes for the addon. */
export const EXPORT_FILE = "GuildhallSync.lua";

/** A folder in which the game keeps the files of one account in one edition. */
export interface AccountFolder {
  readonly path: string;
  /** The edition's folder, such as `_retail_`. */
  readonly edition: string;
  readonly account: string;
}

/** How deep below the named folder an installation is searched for. */
const DEPTH_MAX = 2;
const EDITION = /^_\w+_$/;

/** An installation of the game, as far as it can be read now. */
export interface Installation {
  readonly accounts: readonly AccountFolder[];
  /** The folders in which editions, accounts and files appear. */
  readonly watched: readonly string[];
}

/**
 * The accounts of every edition of the game below a folder. The folder is the installation (it holds
 * `_retail_` and others), one edition, or a folder up to two levels above. What cannot be read is left
 * out: editions and accounts come and go.
 */
export async function installationAt(folder: string): Promise<Installation> {
  const editions = await editionsBelow(folder, DEPTH_MAX);
  const found = await Promise.all(editions.map(accountsOf));
  const accounts = found.flatMap((one) => one.accounts);
  return {
    accounts: accounts.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    watched: [folder, ...editions, ...found.flatMap((one) => one.watched)],
  };
}

async function editionsBelow(folder: string, depth: number): Promise<readonly string[]> {
  const names = await foldersIn(folder);
  if (settingsFolder(names) !== undefined) return [folder];
  const editions = names.filter((name) => EDITION.test(name));
  if (editions.length > 0) return editions.map((name) => join(folder, name));
  if (depth === 0) return [];
  const below = names.filter((name) => !name.startsWith(".")).map((name) => join(folder, name));
  const found = await Promise.all(below.map((path) => editionsBelow(path, depth - 1)));
  return found.flat();
}

async function accountsOf(edition: string): Promise<Installation> {
  const settings = settingsFolder(await foldersIn(edition));
  if (settings === undefined) return { accounts: [], watched: [] };
  const folder = join(edition, settings, "Account");
  const names = await foldersIn(folder);
  const found = names.map(async (account) => {
    const path = join(folder, account, "SavedVariables");
    const isThere = (await foldersIn(join(folder, account))).includes("SavedVariables");
    return isThere ? [{ path, edition: basename(edition), account }] : [];
  });
  const accounts = (await Promise.all(found)).flat();
  const watched = [
    join(edition, settings),
    folder,
    ...names.map((account) => join(folder, account)),
    ...accounts.map(({ path }) => path),
  ];
  return { accounts, watched };
}

const settingsFolder = (names: readonly string[]) =>
  names.find((name) => name.toUpperCase() === "WTF");

async function foldersIn(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
