import type { DatabaseLocation } from "../../src/database/client.ts";
import { Invalid, Unavailable } from "../../src/kernel/errors.ts";

declare const brand: unique symbol;
/** The name of one tenant database: random, so that it cannot be guessed, and never reused. */
export type DatabaseName = string & { readonly [brand]: "database" };

/** What a guild's plan lets its database be. */
export interface Allowance {
  /** More is refused, and everything stays readable. */
  readonly sizeBytesMax: number;
  readonly writesBlocked: boolean;
  /** Nobody removes it by a slip in the host's own console; we can, on purpose. */
  readonly isProtected: boolean;
}

/** Where tenant databases live. Every method may be repeated: twice is the same as once. */
export interface DatabaseHost {
  readonly kind: "file" | "sqld" | "turso";
  /** Makes the database with the newest schema and nothing else in it, durably. */
  create(name: DatabaseName): Promise<DatabaseLocation>;
  /**
   * Looks whether one more database fits. Hosts that have no disk of their own here cannot tell.
   * @throws an error of the file system, `ENOSPC`, when it does not.
   */
  refuseWithoutRoom?(): Promise<void>;
  /** Holds a database to what it may be. Hosts that cannot, such as a folder of files, have none. */
  allow?(name: DatabaseName, allowance: Allowance): Promise<void>;
  /** Removes it for good, also when it is protected. Nothing may have it open. */
  destroy(name: DatabaseName): Promise<void>;
  /** Where a database is; undefined when there is none of this name. */
  locate(name: DatabaseName): Promise<DatabaseLocation | undefined>;
  /** Every database there is, for finding orphans. */
  list(): AsyncIterable<DatabaseName>;
  /** A whole, consistent copy, also while the database is in use. */
  snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>>;
  /** Makes a new database from a snapshot. Refuses one that is damaged. */
  restore(name: DatabaseName, snapshot: ReadableStream<Uint8Array>): Promise<DatabaseLocation>;
}

/** The folder below `DATA_DIR` that holds the databases of guilds. */
export const GUILDS_FOLDER = "guilds";

/** What the registry says of a database in a file: its name, and nothing about this machine. */
export function storedFilePlace(name: string): string {
  return `file:${GUILDS_FOLDER}/${name}.db`;
}

/** What the registry keeps of where a database is. */
export function storedPlace(kind: string, name: string, location: DatabaseLocation): string {
  return kind === "file" ? storedFilePlace(name) : location.url;
}

/** Where databases are: new ones are made at `host`, and some guilds' are `elsewhere`. */
export interface Hosts {
  readonly host: DatabaseHost;
  readonly elsewhere?: readonly DatabaseHost[];
}

/** The host of a kind. @throws {Unavailable} `host/not-configured` */
export function hostNamed({ host, elsewhere = [] }: Hosts, kind: string): DatabaseHost {
  const found = [host, ...elsewhere].find((one) => one.kind === kind);
  if (found) return found;
  throw new Unavailable("host/not-configured", `Nothing is set up here to reach ${kind}.`, {
    next: ["guildhall doctor"],
  });
}

/** The same with a guild's own host in the first place: for work on that guild alone. */
export function atHostOf<T extends Hosts>(deps: T, guild: { readonly host: string }): T {
  return { ...deps, host: hostNamed(deps, guild.host) };
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** A new name with 125 random bits. */
export function newDatabaseName(): DatabaseName {
  const bytes = crypto.getRandomValues(new Uint8Array(25));
  return `g${[...bytes].map((byte) => ALPHABET[byte & 31]).join("")}` as DatabaseName;
}

/** Is this a name that `newDatabaseName` gives, and no neighbour's on a shared host? */
export function isGuildDatabaseName(text: string): text is DatabaseName {
  return /^g[a-z2-7]{25}$/.test(text);
}

/** Lower-case letters, digits and inner hyphens, 63 at most: safe as a path and as an address. */
export function isDatabaseName(text: string): text is DatabaseName {
  return NAME.test(text);
}

/**
 * Hosts turn names into paths and addresses, so none is let near one unchecked.
 * @throws {Invalid} `database/bad-name`
 */
export function databaseName(text: string): DatabaseName {
  if (isDatabaseName(text)) return text;
  throw new Invalid("database/bad-name", "This is not the name of a guild's database.");
}
