import { z } from "@hono/zod-openapi";
import { type CryptoKey, importPKCS8, SignJWT } from "jose";
import type { Client, DatabaseLocation, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { openRemote, placeOf, toDatabaseError } from "../../src/database/remote.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import { limits } from "../../src/limits.ts";
import { type Migration, migrate, schemaOf } from "../migrations.ts";
import { type Allowance, type DatabaseHost, type DatabaseName, databaseName } from "./host.ts";
import type { ServerModule } from "./server.ts";
import { LOCK_TABLE, ServerLock } from "./server-lock.ts";
import { pieces, sealed, statementsIn, withoutTransientRows } from "./sql-snapshot.ts";

/** The database that lists all databases and has the lock. The server itself offers no list. */
const REGISTRY = "guildhall-registry" as DatabaseName;

/** What is read of a database's statistics. */
const statsShape = z.object({ replication_index: z.number().int().nullable().default(null) });

interface Options {
  /** The addresses for data and for administration. */
  readonly url: string;
  readonly adminUrl: string;
  readonly adminKey: string;
  readonly migrations: readonly Migration[];
  readonly openClient: OpenClient;
  readonly tokens: SqldTokens;
  readonly now: Clock;
}

/** Signs short-lived tokens, each for one database. */
export class SqldTokens {
  readonly #key: CryptoKey;
  readonly #now: Clock;
  readonly #made = new Map<string, { readonly token: string; readonly renewAt: number }>();

  constructor(key: CryptoKey, now: Clock) {
    this.#key = key;
    this.#now = now;
  }

  readonly tokenFor = async (namespace: string): Promise<string> => {
    const nowMs = this.#now().getTime();
    const known = this.#made.get(namespace);
    if (known && nowMs < known.renewAt) return known.token;
    const endsAt = nowMs + limits.remote.tokenMs;
    const token = await new SignJWT({ id: namespace, a: "rw" })
      .setProtectedHeader({ alg: "EdDSA" })
      .setExpirationTime(Math.floor(endsAt / 1_000))
      .sign(this.#key);
    this.#made.set(namespace, { token, renewAt: nowMs + limits.remote.tokenMs / 2 });
    return token;
  };
}

/** libSQL's own server. */
export const sqldServer: ServerModule<"sqld"> = {
  async prepare(settings, now) {
    const tokens = new SqldTokens(await importPKCS8(settings.privateKey, "EdDSA"), now);
    return ({ connection, ...deps }) => {
      const host = new SqldHost({ ...settings, ...deps, tokens });
      return {
        host,
        has: (url) => host.has(url),
        openClient: (location) =>
          openRemote(location, { ...connection(location.url), tokenFor: tokens.tokenFor }),
        ready: () => host.refuseOpenServer(),
        place: (name) => host.place(name),
        ensure: (name) => host.ensure(name),
      };
    };
  },
};

/** Guild databases as namespaces of libSQL's own server. */
export class SqldHost implements DatabaseHost {
  readonly kind = "sqld";
  readonly #options: Options;
  readonly #lock = new ServerLock(() => this.#openRegistry());
  #template: Promise<DatabaseName> | undefined;
  #registry: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Refuses a server that answers without a token.
   *
   * @throws {Error} with the settings that the server needs.
   */
  async refuseOpenServer(): Promise<void> {
    const stranger = await fetch(new URL("/v2/pipeline", this.#options.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requests: [{ type: "close" }] }),
      signal: AbortSignal.timeout(limits.remote.deadlineMs),
    });
    if (stranger.ok) {
      throw new Error(
        "This sqld answers without a token. Start it with --auth-jwt-key-file, " +
          "--admin-auth-key and --disable-default-namespace.",
      );
    }
    const admin = await fetch(new URL("/v1/namespaces/x/config", this.#options.adminUrl), {
      signal: AbortSignal.timeout(limits.remote.deadlineMs),
    });
    if (admin.status !== 401) {
      throw new Error("This sqld's admin port asks for no key. Start it with --admin-auth-key.");
    }
  }

  /** Tells whether this is the address of one of its databases. */
  has(url: string): boolean {
    return placeOf(url).origin === new URL(this.#options.url).origin;
  }

  async create(name: DatabaseName): Promise<DatabaseLocation> {
    const to = databaseName(name);
    const template = await this.#readyTemplate();
    await this.#register(to);
    const made = await this.#lock.hold(() => this.#admin("POST", `${template}/fork/${to}`));
    if (made.status !== 200 && !/already exists/.test(made.text)) throw refused(made, "make");
    return await this.#verified(to);
  }

  /** Creates an empty database that belongs to no guild, such as the platform's, unless it exists. */
  async ensure(name: DatabaseName): Promise<void> {
    const made = await this.#admin("POST", `${databaseName(name)}/create`, {});
    if (made.status !== 200 && !/already exists/.test(made.text)) throw refused(made, "make");
  }

  /** The server has no deletion protection. It drops settings that a request omits, so all are sent. */
  async allow(name: DatabaseName, allowance: Allowance): Promise<void> {
    const config = await this.#admin("GET", `${databaseName(name)}/config`);
    if (config.status !== 200) throw refused(config, "find");
    const set = await this.#admin("POST", `${name}/config`, {
      ...(JSON.parse(config.text) as object),
      max_db_size: `${allowance.sizeBytesMax}B`,
      block_writes: allowance.writesBlocked,
    });
    if (set.status !== 200) throw refused(set, "limit");
  }

  async destroy(name: DatabaseName): Promise<void> {
    const path = databaseName(name);
    const gone = await this.#lock.hold(() => this.#admin("DELETE", path));
    if (gone.status !== 200 && gone.status !== 404) throw refused(gone, "remove");
    await this.#inRegistry("DELETE FROM names WHERE name = ?", name);
  }

  async locate(name: DatabaseName): Promise<DatabaseLocation | undefined> {
    const config = await this.#admin("GET", `${databaseName(name)}/config`);
    if (config.status === 404) return undefined;
    if (config.status !== 200) throw refused(config, "find");
    return this.#locationOf(name);
  }

  async *list(): AsyncIterable<DatabaseName> {
    const rows = await this.#inRegistry("SELECT name FROM names ORDER BY name");
    for (const [name] of rows) {
      // A name is recorded before its database is created.
      if (await this.locate(name as DatabaseName)) yield name as DatabaseName;
    }
  }

  /** The number of the newest change in the server's own log. It may lag, so it is never newer. */
  async revision(name: DatabaseName): Promise<string | undefined> {
    const stats = await this.#admin("GET", `${databaseName(name)}/stats`);
    if (stats.status !== 200) return undefined;
    const { replication_index: index } = statsShape.parse(JSON.parse(stats.text));
    return index === null ? undefined : String(index);
  }

  async isAt(name: DatabaseName, revision: string): Promise<boolean> {
    return (await this.revision(name)) === revision;
  }

  /** The server's own dump with a checksum, because a truncated text is still a text. */
  async snapshot(name: DatabaseName): Promise<ReadableStream<Uint8Array>> {
    const token = await this.#options.tokens.tokenFor(databaseName(name));
    const answer = await fetch(new URL("/dump", this.#options.url), {
      headers: {
        authorization: `Bearer ${token}`,
        "x-namespace-bin": btoa(name).replace(/=+$/, ""),
      },
      signal: AbortSignal.timeout(limits.remote.dumpMs),
    }).catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    const text = await answer.text().catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    if (!answer.ok) throw new DatabaseError("unreachable", `The dump answered ${answer.status}.`);
    return sealed(
      (async function* () {
        yield* pieces(await withoutTransientRows(text));
      })(),
    );
  }

  async restore(
    name: DatabaseName,
    snapshot: ReadableStream<Uint8Array>,
  ): Promise<DatabaseLocation> {
    const to = databaseName(name);
    const there = await this.locate(to);
    if (there) {
      await snapshot.cancel();
      return there;
    }
    const statements = await statementsIn(snapshot);
    await this.#register(to);
    const made = await this.#admin("POST", `${to}/create`, {});
    if (made.status !== 200) throw refused(made, "make");
    try {
      const client = await this.#open(to);
      try {
        await client.migrate(statements);
      } finally {
        await client.close();
      }
    } catch (error) {
      await this.destroy(to);
      throw error;
    }
    return this.#locationOf(to);
  }

  /** Waits until the database can be read: a successful create request may still have created nothing. */
  async #verified(name: DatabaseName): Promise<DatabaseLocation> {
    const client = await this.#open(name);
    try {
      await client.execute({ sql: "SELECT count(*) FROM _meta", args: [] });
      return this.#locationOf(name);
    } finally {
      await client.close();
    }
  }

  /** An empty database with the newest schema, from which every new one is forked. */
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
    await this.ensure(name);
    const client = await this.#open(name);
    try {
      const report = await migrate(client, migrations, { nowMs: now().getTime() });
      if (report.error) throw report.error;
    } finally {
      await client.close();
    }
    return name;
  }

  async #register(name: DatabaseName): Promise<void> {
    await this.#inRegistry("INSERT INTO names (name) VALUES (?) ON CONFLICT DO NOTHING", name);
  }

  async #inRegistry(sql: string, ...args: string[]): Promise<readonly (readonly unknown[])[]> {
    const client = await this.#openRegistry();
    try {
      return (await client.execute({ sql, args })).rows;
    } finally {
      await client.close();
    }
  }

  async #openRegistry(): Promise<Client> {
    this.#registry ??= this.#makeRegistry().catch((error: unknown) => {
      this.#registry = undefined;
      throw error;
    });
    await this.#registry;
    return await this.#open(REGISTRY);
  }

  async #makeRegistry(): Promise<void> {
    await this.ensure(REGISTRY);
    const client = await this.#open(REGISTRY);
    const names = "CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY) WITHOUT ROWID";
    try {
      for (const sql of [names, LOCK_TABLE]) await client.execute({ sql, args: [] });
    } finally {
      await client.close();
    }
  }

  #open(name: DatabaseName): Promise<Client> {
    return this.#options.openClient(this.#locationOf(name));
  }

  /** The address of a database of this server, whether it exists or not. */
  place(name: DatabaseName): DatabaseLocation {
    return this.#locationOf(name);
  }

  #locationOf(name: DatabaseName): DatabaseLocation {
    return { url: new URL(`/${name}`, this.#options.url).href };
  }

  async #admin(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; text: string }> {
    const answer = await fetch(new URL(`/v1/namespaces/${path}`, this.#options.adminUrl), {
      method,
      headers: {
        authorization: `Basic ${this.#options.adminKey}`,
        ...(method === "POST" && { "content-type": "application/json" }),
      },
      ...(method === "POST" && { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(limits.remote.deadlineMs),
    });
    return { status: answer.status, text: await answer.text() };
  }
}

function refused(answer: { status: number; text: string }, what: string): DatabaseError {
  const kind = answer.status === 401 ? "denied" : "unreachable";
  return new DatabaseError(
    kind,
    `The server would not ${what} it: ${answer.status} ${answer.text}`,
  );
}
