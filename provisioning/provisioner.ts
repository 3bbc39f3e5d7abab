import { type OpenClient, TenantDatabase } from "../src/database/client.ts";
import { type Writable, write } from "../src/database/write.ts";
import type { Clock } from "../src/kernel/clock.ts";
import { Conflict, NotFound } from "../src/kernel/errors.ts";
import type { GuildId, UserId } from "../src/kernel/ids.ts";
import { limits } from "../src/limits.ts";
import type { Operation, Operations, ProvisionStep } from "../src/platform/operations.ts";
import type { Guild, PlatformStore } from "../src/platform/store.ts";
import { fault } from "./fault.ts";
import {
  type DatabaseHost,
  type DatabaseName,
  databaseName,
  newDatabaseName,
} from "./hosts/host.ts";
import { type Migration, migrate, schemaOf } from "./migrations.ts";

export interface Founder {
  readonly userId: UserId;
  readonly name: string;
}

/** What a sweep did. Bulk work reports; it does not throw. */
export interface SweepReport {
  readonly finished: readonly GuildId[];
  readonly failed: readonly { readonly id: GuildId; readonly error: Error }[];
  readonly orphans: readonly DatabaseName[];
}

interface Deps {
  readonly platform: PlatformStore;
  readonly operations: Operations;
  readonly host: DatabaseHost;
  readonly migrations: readonly Migration[];
  readonly openClient: OpenClient;
  /** The pool of this process: it must let go of a database before that is removed. */
  readonly tenants: { drain(guildId: GuildId): Promise<void>; evict(guildId: GuildId): void };
  /** What features put into every new guild. Run again after a crash, so it must bear that. */
  readonly seed: (guild: Guild, founder: Founder, nowMs: number) => readonly Writable[];
  readonly now: Clock;
  /** Names this process among several, in the record of who works on what. */
  readonly runner: string;
}

/** The life of one guild's database. Each step is recorded before and after, so a crash is resumed. */
export class Provisioner {
  readonly operations: Operations;
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.operations = deps.operations;
  }

  get hostKind(): DatabaseHost["kind"] {
    return this.#deps.host.kind;
  }

  /** The name a guild row reserves before its database exists: so there can never be two. */
  newDatabaseName(): DatabaseName {
    return newDatabaseName();
  }

  /**
   * Brings a guild from `creating` to `ready`. On failure it removes what it made, and the guild is
   * `failed` with the reason.
   * @throws {Conflict} `guild/operation-running` when another process is at it.
   */
  async provision(guildId: GuildId): Promise<Guild> {
    const { operations, runner, platform } = this.#deps;
    const operation = await operations.begin(guildId, "provision", runner);
    fault("recorded");
    const guild = await this.#guild(guildId);
    if (guild.status !== "creating") {
      await write(platform.db, [operations.finishRow(operation, "done")]);
      return guild;
    }
    try {
      await this.#walk(operation, guild);
    } catch (error) {
      await this.#undo(operation, guild, error);
      throw error;
    }
    return await this.#guild(guildId);
  }

  /** Tries again after a failure. @throws {Conflict} `guild/status-changed` if it has not failed. */
  async retry(guildId: GuildId): Promise<Guild> {
    await this.#deps.platform.advanceGuild(guildId, "failed", "creating", { statusReason: null });
    return await this.provision(guildId);
  }

  /** Ends a guild: its database first, then what the platform knows of it. Cannot be undone. */
  async deprovision(guildId: GuildId): Promise<void> {
    const { operations, platform, runner, tenants, host } = this.#deps;
    const operation = await operations.begin(guildId, "deprovision", runner);
    const guild = await this.#guild(guildId);
    if (guild.status !== "deleting") {
      await platform.advanceGuild(guildId, guild.status, "deleting");
    }
    fault("deleting");
    tenants.evict(guildId);
    await tenants.drain(guildId);
    await operations.step(operation, "drained", "done");
    fault("drained");
    await host.destroy(databaseName(guild.databaseName));
    await operations.step(operation, "destroyed", "done");
    fault("destroyed");
    await write(platform.db, [...this.#forget(guild), operations.finishRow(operation, "done")]);
    fault("forgotten");
  }

  /**
   * Finishes or undoes what a crash left, and removes databases that no guild owns. Running it
   * again right away does nothing.
   */
  async resume(): Promise<SweepReport> {
    const finished: GuildId[] = [];
    const failed: { id: GuildId; error: Error }[] = [];
    for (const { id, status } of await this.#deps.operations.stranded()) {
      try {
        if (status === "creating") await this.provision(id);
        else await this.deprovision(id);
        finished.push(id);
      } catch (error) {
        failed.push({ id, error: error instanceof Error ? error : new Error(String(error)) });
      }
    }
    return { finished, failed, orphans: await this.#removeOrphans() };
  }

  async #walk(operation: Operation, guild: Guild): Promise<void> {
    const { operations, host, migrations, openClient, platform, now } = this.#deps;
    const schema = schemaOf(migrations);
    await operations.step(operation, "recorded", "done");

    const location = await this.#step(operation, "created", async () => {
      const made = await host.create(databaseName(guild.databaseName));
      fault("created");
      await platform.db.client.execute({
        sql: "UPDATE guilds SET database_url = ? WHERE id = ?",
        args: [made.url, guild.id],
      });
      return made;
    });
    const db = new TenantDatabase(await openClient(location));
    try {
      await this.#step(operation, "migrated", async () => {
        const report = await migrate(db.client, migrations, { nowMs: now().getTime() });
        if (report.error) throw report.error;
      });
      await this.#step(operation, "seeded", async () => {
        const founder = await this.#founder(guild);
        const nowMs = now().getTime();
        await write(db, [stamp(guild, schema, nowMs), ...this.#deps.seed(guild, founder, nowMs)]);
      });
    } finally {
      await db.close();
    }
    await this.#step(operation, "verified", async () => {
      await verify(new TenantDatabase(await openClient(location)), guild, schema);
    });
    await platform.advanceGuild(
      guild.id,
      "creating",
      "ready",
      { databaseUrl: location.url, schemaVersion: schema.version, schemaHash: schema.hash },
      [operations.stepRow(operation, "ready", "done"), operations.finishRow(operation, "done")],
    );
    fault("ready");
  }

  async #step<T>(operation: Operation, step: ProvisionStep, work: () => Promise<T>): Promise<T> {
    const { operations } = this.#deps;
    await operations.step(operation, step, "started");
    fault(`${step}.started`);
    const result = await work();
    fault(`${step}.worked`);
    await operations.step(operation, step, "done");
    fault(`${step}.done`);
    return result;
  }

  async #undo(operation: Operation, guild: Guild, error: unknown): Promise<void> {
    const { operations, platform, host } = this.#deps;
    // Whoever took over goes on from here: undoing now would pull the file from under its feet.
    if (error instanceof Conflict) return;
    const reason = error instanceof Error ? error.message : String(error);
    await host.destroy(databaseName(guild.databaseName));
    await platform.advanceGuild(guild.id, "creating", "failed", { statusReason: reason }, [
      operations.stepRow(operation, "ready", "failed", reason),
      operations.finishRow(operation, "failed", reason),
    ]);
  }

  async #removeOrphans(): Promise<DatabaseName[]> {
    const { host, operations } = this.#deps;
    const listed: DatabaseName[] = [];
    for await (const name of host.list()) listed.push(name);
    const known = await operations.knownDatabaseNames();
    const orphans = listed.filter((name) => !known.has(name));
    for (const name of orphans) await host.destroy(name);
    return orphans;
  }

  #forget(guild: Guild): readonly Writable[] {
    const heldUntil = this.#deps.now().getTime() + limits.guild.slugHeldMs;
    const byGuild = (table: string): Writable => ({
      sql: `DELETE FROM ${table} WHERE guild_id = ?`,
      args: [guild.id],
    });
    return [
      byGuild("invitations"),
      byGuild("memberships"),
      { sql: "DELETE FROM guilds WHERE id = ?", args: [guild.id] },
      {
        sql: `INSERT INTO slug_history (slug, guild_id, held_until) VALUES (?, ?, ?)
              ON CONFLICT (slug) DO UPDATE SET guild_id = excluded.guild_id,
                held_until = excluded.held_until`,
        args: [guild.slug, guild.id, heldUntil],
      },
    ];
  }

  async #guild(id: GuildId): Promise<Guild> {
    const guild = await this.#deps.platform.guild(id);
    if (guild) return guild;
    throw new NotFound("guild/not-found", "There is no such guild, or you cannot see it.");
  }

  async #founder(guild: Guild): Promise<Founder> {
    const row = await this.#deps.platform.db.first<{ name: string }>(
      "SELECT name FROM users WHERE id = ?",
      guild.ownerId,
    );
    return { userId: guild.ownerId, name: row!.name };
  }
}

function stamp(guild: Guild, schema: { version: number; hash: string }, nowMs: number): Writable {
  return {
    sql: `INSERT INTO _meta (id, guild_id, generation, schema_version, schema_hash, created_at)
          VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    args: [guild.id, guild.generation, schema.version, schema.hash, nowMs],
  };
}

/** Opens the new database as a stranger would and reads whose it is. Closes it in any case. */
async function verify(
  db: TenantDatabase,
  guild: Guild,
  schema: { version: number; hash: string },
): Promise<void> {
  try {
    const meta = await db.first<{ guild_id: string; generation: number; schema_hash: string }>(
      "SELECT guild_id, generation, schema_hash FROM _meta",
    );
    const isRight =
      meta?.guild_id === guild.id &&
      meta.generation === guild.generation &&
      meta.schema_hash === schema.hash;
    if (!isRight) throw new Error("The new database does not carry the guild's stamp.");
  } finally {
    await db.close();
  }
}
