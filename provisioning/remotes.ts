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

/** The database servers that the configuration names, and how databases on them are opened. */
export interface Remotes {
  readonly sqld: SqldHost | undefined;
  readonly turso: TursoHost | undefined;
  /** @throws {DatabaseError} `unreachable` for a guild on a server that nobody has told us of. */
  readonly openClient: OpenClient;
  /** The same with nothing under way, for runtimes on which requests must share no work. */
  anew(): Remotes;
}

interface Options {
  readonly migrations: readonly Migration[];
  /** Real time, whatever a test's clock says: the servers compare with their own. */
  readonly now: Clock;
  /** How databases are spoken to, if not by the global `fetch`. */
  readonly fetch?: NonNullable<RemoteOptions["fetch"]>;
}

/** Asks nobody anything yet. */
export async function remotesOf(
  config: Pick<Config, "sqld" | "turso">,
  { migrations, now, fetch }: Options,
): Promise<Remotes> {
  const key = config.sqld && (await importPKCS8(config.sqld.privateKey, "EdDSA"));
  const sqldTokens = key && new SqldTokens(key, now);
  const cloud = config.turso && new TursoPlatform({ ...config.turso, now });
  const tursoTokens = cloud && new TursoTokens(cloud, now);

  const anew = (): Remotes => {
    const breakers = new Breakers();
    const openClient: OpenClient = (location) => {
      const options = { breaker: breakers.of(location.url), ...(fetch && { fetch }) };
      // Addresses of Turso are its own; everything else is told by where it is.
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
    return { sqld, turso, openClient, anew };
  };
  return anew();
}

/**
 * Looks at the servers before anything is asked of them. While the cloud is away, guilds elsewhere are
 * served; a wrong configuration is another matter.
 * @throws {Error} saying what to set.
 */
export async function readyRemotes({ sqld, turso }: Remotes, log: Log): Promise<void> {
  await sqld?.refuseOpenServer();
  await turso?.readyGroup().catch((error: unknown) => {
    if (!(error instanceof DatabaseError) || error.kind === "denied") throw error;
    log.warn("turso.unreachable", { error });
  });
}
