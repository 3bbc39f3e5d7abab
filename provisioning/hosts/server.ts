import type { ServerKind, ServerSettings } from "../../src/config-hosts.ts";
import type { DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import type { RemoteOptions } from "../../src/database/remote.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Log } from "../../src/kernel/log.ts";
import type { Migration } from "../migrations.ts";
import type { DatabaseHost, DatabaseName } from "./host.ts";

/** A server of guilds' databases, as a runtime uses it. */
export interface Server {
  readonly host: DatabaseHost;
  /** Whether this is the address of one of its databases. */
  has(url: string): boolean;
  readonly openClient: OpenClient;
  /** Checks the server before it is used. @throws {Error} with the setting to change. */
  ready(log: Log): Promise<void>;
  /** The address of a database, for servers whose addresses follow from the name. */
  place?(name: DatabaseName): DatabaseLocation;
  /** Creates an empty database that belongs to no guild, unless it exists. Absent where none can be. */
  ensure?(name: DatabaseName): Promise<void>;
}

/** What a server needs of its runtime. */
export interface ServerDeps {
  readonly migrations: readonly Migration[];
  /** The real time, even when a test sets the clock: the servers compare with their own. */
  readonly now: Clock;
  /** Opens a database of any configured server. */
  readonly openClient: OpenClient;
  /** The connection options of an address, with the breaker that its databases share. */
  readonly connection: (url: string) => Pick<RemoteOptions, "breaker" | "fetch">;
}

/**
 * A kind of server. `prepare` reads keys and contacts no server. Its result makes the server once for each
 * set of connections: on some runtimes requests must not share any.
 */
export interface ServerModule<K extends ServerKind> {
  prepare(settings: ServerSettings[K], now: Clock): Promise<(deps: ServerDeps) => Server>;
}
