import { HOST_KINDS, type ServerKind, type ServersConfig } from "../src/config-hosts.ts";
import { Breakers } from "../src/database/breakers.ts";
import type { OpenClient } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import type { RemoteOptions } from "../src/database/remote.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { Log } from "../src/kernel/log.ts";
import { SERVERS } from "./hosts/registry.ts";
import type { Server, ServerDeps } from "./hosts/server.ts";
import type { Migration } from "./migrations.ts";

/** The configured database servers, and the function that opens databases on them. */
export interface Remotes {
  readonly servers: readonly Server[];
  /** @throws {DatabaseError} `unreachable` for a guild on a server that is not configured. */
  readonly openClient: OpenClient;
  /** The same servers without shared work, for runtimes on which requests must not share any. */
  fresh(): Remotes;
}

interface Options {
  readonly migrations: readonly Migration[];
  /** The real time, even when a test sets the clock: the servers compare with their own. */
  readonly now: Clock;
  /** Replaces the global `fetch` for requests to databases. */
  readonly fetch?: NonNullable<RemoteOptions["fetch"]>;
}

/** Creates the remotes without contacting any server. */
export async function remotesOf(
  { servers: settings }: { readonly servers: ServersConfig },
  { migrations, now, fetch }: Options,
): Promise<Remotes> {
  const prepared = await Promise.all(
    HOST_KINDS.filter((kind) => kind !== "file").map((kind) => prepare(settings, kind, now)),
  );
  const fresh = (): Remotes => {
    const breakers = new Breakers();
    const openClient: OpenClient = (location) => {
      const server = servers.find((one) => one.has(location.url));
      if (server) return server.openClient(location);
      const where = "This guild is on a server that is not configured here.";
      throw new DatabaseError("unreachable", where);
    };
    const connection = (url: string) => ({ breaker: breakers.of(url), ...(fetch && { fetch }) });
    const deps = { migrations, now, openClient, connection };
    const servers = prepared.flatMap((serverOn) => (serverOn ? [serverOn(deps)] : []));
    return { servers, openClient, fresh };
  };
  return fresh();
}

async function prepare<K extends ServerKind>(
  settings: ServersConfig,
  kind: K,
  now: Clock,
): Promise<((deps: ServerDeps) => Server) | undefined> {
  const own = settings[kind];
  return own && (await SERVERS[kind].prepare(own, now));
}

/** Checks the servers before they are used. @throws {Error} with the setting to change. */
export async function readyRemotes({ servers }: Remotes, log: Log): Promise<void> {
  for (const server of servers) await server.ready(log);
}
