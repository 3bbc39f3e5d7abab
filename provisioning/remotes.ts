import { importPKCS8 } from "jose";
import type { Config } from "../src/config.ts";
import { Breakers } from "../src/database/breakers.ts";
import type { OpenClient } from "../src/database/client.ts";
import { DatabaseError } from "../src/database/errors.ts";
import { openRemote, type RemoteOptions } from "../src/database/remote.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { Log } from "../src/kernel/log.ts";
import { SqldHost, SqldTokens } from "./hosts/sqld.ts";
import { openOnTurso, TursoHost, TursoTokens } from "./hosts/turso.ts";
import { TursoPlatform } from "./hosts/turso-platform.ts";
import type { Migration } from "./migrations.ts";

/** The configured database servers, and the function that opens databases on them. */
export interface Remotes {
  readonly sqld: SqldHost | undefined;
  readonly turso: TursoHost | undefined;
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
  config: Pick<Config, "sqld" | "turso">,
  { migrations, now, fetch }: Options,
): Promise<Remotes> {
  const key = config.sqld && (await importPKCS8(config.sqld.privateKey, "EdDSA"));
  const sqldTokens = key && new SqldTokens(key, now);
  const cloud = config.turso && new TursoPlatform({ ...config.turso, now });
  const tursoTokens = cloud && new TursoTokens(cloud, now);

  const fresh = (): Remotes => {
    const breakers = new Breakers();
    const openClient: OpenClient = (location) => {
      const options = { breaker: breakers.of(location.url), ...(fetch && { fetch }) };
      // Turso's addresses are recognised by their scheme, other servers by their origin.
      if (location.url.startsWith("libsql:") && tursoTokens)
        return openOnTurso(tursoTokens, options)(location);
      if (sqldTokens && sqld?.has(location.url)) {
        return openRemote(location, { ...options, tokenFor: sqldTokens.tokenFor });
      }
      const where = "This guild is on a server that is not configured here.";
      throw new DatabaseError("unreachable", where);
    };
    const shared = { openClient, migrations, now };
    const sqld =
      config.sqld && sqldTokens && new SqldHost({ ...config.sqld, ...shared, tokens: sqldTokens });
    const turso =
      config.turso &&
      new TursoHost({ ...config.turso, ...shared, platform: cloud!, tokens: tursoTokens! });
    return { sqld, turso, openClient, fresh };
  };
  return fresh();
}

/**
 * Checks the servers before they are used. While the cloud is down, guilds on other hosts are served; a
 * wrong configuration is an error.
 *
 * @throws {Error} with the setting to change.
 */
export async function readyRemotes({ sqld, turso }: Remotes, log: Log): Promise<void> {
  await sqld?.refuseOpenServer();
  await turso?.readyGroup().catch((error: unknown) => {
    if (!(error instanceof DatabaseError) || error.kind === "denied") throw error;
    log.warn("turso.unreachable", { error });
  });
}
