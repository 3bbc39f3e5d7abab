import { LRUCache } from "lru-cache";
import type { Client, DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { openRemote, type RemoteOptions } from "../../src/database/remote.ts";
import { dumpRemote } from "../../src/database/remote-dump.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { delay } from "../../src/kernel/concurrency.ts";
import { limits } from "../../src/limits.ts";
import { fault } from "../fault.ts";
import { type Migration, migrate, schemaOf } from "../migrations.ts";
import {
  type Allowance,
  type DatabaseHost,
  type DatabaseName,
  databaseName,
  isGuildDatabaseName,
} from "./host.ts";
import type { ServerModule } from "./server.ts";
import { sealed, statementsIn } from "./sql-snapshot.ts";
import { type TursoDatabase, TursoPlatform } from "./turso-platform.ts";

interface Options {
  readonly platform: TursoPlatform;
  readonly tokens: TursoTokens;
  /** Databases of a group are in one place. The group belongs to this deployment alone. */
  readonly group: string;
  /** Where to create a missing group, such as `aws-eu-west-1`. */
  readonly placement: string | undefined;
  readonly apiUrl: string;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
  readonly wait?: (ms: number) => Promise<void>;
}

/**
 * Tokens for single databases, issued by the cloud, cached and renewed before they expire. If renewal
 * fails, the old tokens stay in use, so guilds keep working while Turso's API is down.
 */
export class TursoTokens {
  readonly #platform: TursoPlatform;
  readonly #now: Clock;
  // Texts only: on some runtimes, one request must not wait for the work of another.
  readonly #made = new LRUCache<string, { token: string; renewAt: number; endsAt: number }>({
    max: limits.turso.tokensMax,
  });

  constructor(platform: TursoPlatform, now: Clock) {
    this.#platform = platform;
    this.#now = now;
  }

  readonly tokenFor = async (name: string): Promise<string> => {
    const nowMs = this.#now().getTime();
    const known = this.#made.get(name);
    if (known && nowMs < known.renewAt) return known.token;
    const { tokenMs } = limits.turso;
    try {
      const token = await this.#platform.mintToken(databaseName(name), tokenMs);
      this.#made.set(name, { token, renewAt: nowMs + tokenMs / 2, endsAt: nowMs + tokenMs });
      return token;
    } catch (error) {
      if (known && nowMs < known.endsAt) return known.token;
      throw error;
    }
  };

  /** Forgets a token: a later database with the same name has other tokens. */
  forget(name: string): void {
    this.#made.delete(name);
  }
}

/** Opens databases of Turso by their own addresses, each with its own token. */
export function openOnTurso(
  tokens: TursoTokens,
  options: Pick<RemoteOptions, "breaker" | "fetch"> = {},
): OpenClient {
  return (location) =>
    openRemote(location, { ...options, tokenFor: tokens.tokenFor, addressEach: true });
}

/** Turso's cloud. While it is down, guilds on other hosts are served; a wrong configuration is an error. */
export const tursoServer: ServerModule<"turso"> = {
  async prepare(settings, now) {
    const platform = new TursoPlatform({ ...settings, now });
    const tokens = new TursoTokens(platform, now);
    return ({ connection, ...deps }) => {
      const host = new TursoHost({ ...settings, ...deps, platform, tokens });
      return {
        host,
        // Each database has an address of its own, with the scheme that only Turso uses.
        has: (url) => url.startsWith("libsql:"),
        openClient: (location) => openOnTurso(tokens, connection(location.url))(location),
        ready: async (log) => {
          try {
            await host.readyGroup();
          } catch (error) {
            if (!(error instanceof DatabaseError) || error.kind === "denied") throw error;
            log.warn("turso.unreachable", { error });
          }
        },
      };
    };
  },
};

/** Guild databases in a group of Turso's cloud. */
export class TursoHost implements DatabaseHost {
  readonly kind = "turso";
  readonly servesWithoutManagement = true;
  readonly #options: Options;
  #template: Promise<DatabaseName> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Creates the group of databases unless it exists.
   *
   * @throws {Error} with the setting to change.
   */
  async readyGroup(): Promise<void> {
    const { platform, group, placement } = this.#options;
    if (await platform.hasGroup(group)) return;
    if (placement === undefined) {
      throw new Error(
        `Turso has no group ${group}. Make it, name another in TURSO_GROUP, ` +
          "or set TURSO_LOCATION to have it made there.",
      );
    }
    await platform.createGroup(group, placement);
  }

  async create(name: DatabaseName): Promise<DatabaseLocation> {
    const to = databaseName(name);
    const template = await this.#readyTemplate();
    try {
      return await this.#make(to, { name: template });
    } catch (error) {
      // The template may be missing: check it again next time.
      this.#template = undefined;
      throw error;
    }
  }

  /**
   * Creates a database from the state of another at that time, as far back as the subscription keeps it.
   * Changes of the last fifteen seconds before may be missing.
   */
  async createAsOf(name: DatabaseName, source: DatabaseName, at: Date): Promise<DatabaseLocation> {
    const seed = { name: databaseName(source), timestamp: at.toISOString() };
    return await this.#make(databaseName(name), seed);
  }

  async allow(name: DatabaseName, allowance: Allowance): Promise<void> {
    await this.#options.platform.configure(databaseName(name), {
      size_limit: `${Math.ceil(allowance.sizeBytesMax / 1024 ** 2)}mb`,
      block_writes: allowance.writesBlocked,
      delete_protection: allowance.isProtected,
    });
  }

  /**
   * Deletes and then checks that the database is gone, because the cloud sometimes does not find an
   * existing database.
   */
  async destroy(name: DatabaseName): Promise<void> {
    const { platform, tokens, wait = delay } = this.#options;
    const gone = databaseName(name);
    tokens.forget(gone);
    for (let tries = 1; ; tries++) {
      const refusal = await platform.deleteDatabase(gone).catch((error: unknown) => error);
      const found = await platform.database(gone);
      if (refusal === undefined && found === undefined) return;
      if (tries >= limits.turso.triesMax) {
        throw refusal ?? new DatabaseError("unreachable", "Turso keeps what we told it to remove.");
      }
      if (found?.isProtected) {
        await platform.configure(gone, { delete_protection: false });
        fault("turso.unprotected");
      } else await wait(limits.turso.retryMs * tries);
    }
  }

  async locate(name: DatabaseName): Promise<DatabaseLocation | undefined> {
    const found = await this.#options.platform.database(databaseName(name));
    return found && this.#locationOf(found);
  }

  /** Only names of ours: a template or a neighbour's database is not an orphan. */
  async *list(): AsyncIterable<DatabaseName> {
    const { platform, group } = this.#options;
    for (const { name } of await platform.databases(group))
      if (isGuildDatabaseName(name)) yield name;
  }

  async snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>> {
    const location = await this.locate(name);
    if (location === undefined) throw new DatabaseError("missing", "There is no such database.");
    const client = await this.#open(location);
    try {
      const { tokenFor } = this.#options.tokens;
      return sealed(await dumpRemote(client, location, { tokenFor, addressEach: true }));
    } finally {
      await client.close();
    }
  }

  async restore(
    name: DatabaseName,
    snapshot: ReadableStream<Uint8Array>,
  ): Promise<DatabaseLocation> {
    const to = databaseName(name);
    const statements = await statementsIn(snapshot);
    const location = await this.#make(to);
    const client = await this.#open(location);
    try {
      // One transaction: a database of a process that died here is either empty or complete.
      if (!(await isEmpty(client))) return location;
      await client.migrate(statements).catch(async (error: unknown) => {
        await this.destroy(to);
        throw error;
      });
      return location;
    } finally {
      await client.close();
    }
  }

  async #make(name: DatabaseName, seed?: { name: string; timestamp?: string }) {
    const { platform, group } = this.#options;
    const made = await platform.createDatabase(name, group, seed);
    fault("turso.made");
    const location = this.#locationOf(made);
    await this.#serving(location, seed !== undefined);
    return location;
  }

  /** Waits until the database can be read: a new database does not serve at once. */
  async #serving(location: DatabaseLocation, isSeeded: boolean): Promise<void> {
    const { wait = delay } = this.#options;
    const { servesMsMax, servesPollMs, servesPollMsMax } = limits.turso;
    let pause: number = servesPollMs;
    for (let waited = 0; ; waited += pause, pause = Math.min(pause * 2, servesPollMsMax)) {
      const client = await this.#open(location);
      try {
        const sql = isSeeded ? "SELECT count(*) FROM _meta" : "SELECT 1";
        await client.execute({ sql, args: [] });
        return;
      } catch (error) {
        if (waited >= servesMsMax || !isNotYet(error)) throw error;
      } finally {
        await client.close();
      }
      await wait(pause);
    }
  }

  /** An empty database with the newest schema, from which every new one is made. */
  #readyTemplate(): Promise<DatabaseName> {
    this.#template ??= this.#makeTemplate().catch((error: unknown) => {
      this.#template = undefined;
      throw error;
    });
    return this.#template;
  }

  async #makeTemplate(): Promise<DatabaseName> {
    const { migrations, now } = this.#options;
    const name = databaseName(`template-${schemaOf(migrations).hash.slice(0, 16)}`);
    const client = await this.#open(await this.#make(name));
    try {
      const report = await migrate(client, migrations, { nowMs: now().getTime() });
      if (report.error) throw report.error;
    } finally {
      await client.close();
    }
    return name;
  }

  #open(location: DatabaseLocation): Promise<Client> {
    return openOnTurso(this.#options.tokens)(location);
  }

  /**
   * The path contains the database's name, because the token is looked up by it. Databases are reached
   * without TLS if the API is.
   */
  #locationOf({ name, hostname }: TursoDatabase): DatabaseLocation {
    const isPlain = new URL(this.#options.apiUrl).protocol === "http:";
    return { url: `libsql://${hostname}/${name}${isPlain ? "?tls=0" : ""}` };
  }
}

function isNotYet(error: unknown): boolean {
  const kinds = ["missing", "unreachable", "timeout"];
  return error instanceof DatabaseError && kinds.includes(error.kind);
}

async function isEmpty(client: Client): Promise<boolean> {
  const sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1";
  return (await client.execute({ sql, args: [] })).rows.length === 0;
}
