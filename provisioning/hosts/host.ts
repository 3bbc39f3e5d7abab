import type { HostKind } from "../../src/config-hosts.ts";
import type { DatabaseLocation } from "../../src/database/client.ts";
import { Invalid, Unavailable } from "../../src/kernel/errors.ts";

declare const brand: unique symbol;
/** The name of one tenant database: random, so that it cannot be guessed, and never reused. */
export type DatabaseName = string & { readonly [brand]: "database" };

/** The limits of a plan for a guild's database. */
export interface Allowance {
  /** Writes beyond this size are refused; everything stays readable. */
  readonly sizeBytesMax: number;
  readonly writesBlocked: boolean;
  /**
   * Protects against accidental deletion in the host's own console. `destroy` removes the protection first.
   */
  readonly isProtected: boolean;
}

/** Where tenant databases are stored. Every method is idempotent. */
export interface DatabaseHost {
  readonly kind: HostKind;
  /** Its databases answer even while their management does not, so it is always ready. */
  readonly servesWithoutManagement?: true;
  /** Creates a durable database with the newest schema and no other content. */
  create(name: DatabaseName): Promise<DatabaseLocation>;
  /**
   * Checks that one more database fits and can be created. Undefined for hosts without a local disk, which
   * cannot tell.
   * @throws an error of the file system, such as `ENOSPC` or `EACCES`, when it does not.
   */
  refuseWithoutRoom?(): Promise<void>;
  /**
   * Applies the plan's size and write limits. Undefined for hosts without limits, such as a folder of
   * files.
   */
  allow?(name: DatabaseName, allowance: Allowance): Promise<void>;
  /** Removes a database for good, even a protected one. No connection may have it open. */
  destroy(name: DatabaseName): Promise<void>;
  /** The address of a database; undefined when it does not exist. */
  locate(name: DatabaseName): Promise<DatabaseLocation | undefined>;
  /** All databases, for finding orphans. */
  list(): AsyncIterable<DatabaseName>;
  /**
   * Describes the state of a database, so that `isAt` tells later whether it has changed. Undefined when the
   * host cannot tell.
   */
  revision?(name: DatabaseName): Promise<string | undefined>;
  /** Whether a database is certainly as it was when `revision` described it. Never opens it. */
  isAt?(name: DatabaseName, revision: string): Promise<boolean>;
  /** A complete, consistent copy, even while the database is in use. */
  snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>>;
  /** Writes such a copy into a new file of this machine, without another copy in between. */
  snapshotTo?(name: DatabaseName, path: string): Promise<void>;
  /** Creates a new database from a snapshot. Refuses a damaged one. */
  restore(name: DatabaseName, snapshot: ReadableStream<Uint8Array>): Promise<DatabaseLocation>;
}

/** The folder below `DATA_DIR` that holds the databases of guilds. */
export const GUILDS_FOLDER = "guilds";

/** A database file as the registry stores it: by name, independent of the machine. */
export function storedFilePlace(name: string): string {
  return `file:${GUILDS_FOLDER}/${name}.db`;
}

/** The address of a database as the registry stores it. */
export function storedPlace(kind: string, name: string, location: DatabaseLocation): string {
  return kind === "file" ? storedFilePlace(name) : location.url;
}

/** The hosts: new databases are created at `host`; some guilds are on `otherHosts`. */
export interface Hosts {
  readonly host: DatabaseHost;
  readonly otherHosts?: readonly DatabaseHost[];
}

/** Chooses the host of new databases. Guilds stay where they are, so the other hosts are kept. */
export function chosenHost<H extends DatabaseHost>(hosts: readonly H[], kind: HostKind) {
  const host = hosts.find((one) => one.kind === kind);
  if (!host) throw new Error(`${kind} is not set up.`);
  return { host, otherHosts: hosts.filter((one) => one !== host) };
}

/** The host of a kind. @throws {Unavailable} `host/not-configured` */
export function hostNamed({ host, otherHosts = [] }: Hosts, kind: string): DatabaseHost {
  const found = [host, ...otherHosts].find((one) => one.kind === kind);
  if (found) return found;
  throw new Unavailable("host/not-configured", `Nothing is set up here to reach ${kind}.`, {
    next: ["guildhall doctor"],
  });
}

/** The same dependencies with the guild's own host as `host`, for work on that guild alone. */
export function atHostOf<T extends Hosts>(deps: T, guild: { readonly host: string }): T {
  return { ...deps, host: hostNamed(deps, guild.host) };
}

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** A new random name with 125 bits. */
export function newDatabaseName(): DatabaseName {
  const bytes = crypto.getRandomValues(new Uint8Array(25));
  return `g${[...bytes].map((byte) => ALPHABET[byte & 31]).join("")}` as DatabaseName;
}

/** Tells whether `newDatabaseName` could have made this name, to skip foreign databases on a shared host. */
export function isGuildDatabaseName(text: string): text is DatabaseName {
  return /^g[a-z2-7]{25}$/.test(text);
}

/** Lower-case letters, digits and inner hyphens, at most 63: safe in a path and in an address. */
export function isDatabaseName(text: string): text is DatabaseName {
  return NAME.test(text);
}

/**
 * Checks a name before a host builds a path or an address from it.
 *
 * @throws {Invalid} `database/bad-name`
 */
export function databaseName(text: string): DatabaseName {
  if (isDatabaseName(text)) return text;
  throw new Invalid("database/bad-name", "This is not the name of a guild's database.");
}
