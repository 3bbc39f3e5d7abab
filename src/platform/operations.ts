import { sql } from "drizzle-orm";
import type { Statement } from "../database/client.ts";
import { DatabaseError } from "../database/errors.ts";
import { guard, write } from "../database/write.ts";
import { Conflict } from "../kernel/errors.ts";
import { type GuildId, newId, type OperationId } from "../kernel/ids.ts";
import type { OperationKind, OperationStatus } from "./schema.ts";
import type { PlatformStore } from "./store.ts";

/** The steps of a founding, in order. `ready` ends it. */
export const PROVISION_STEPS = [
  "recorded",
  "created",
  "migrated",
  "seeded",
  "verified",
  "ready",
] as const;
export type ProvisionStep = (typeof PROVISION_STEPS)[number];
export type StepName = ProvisionStep | "drained" | "destroyed";
export type StepProgress = "started" | "done" | "failed";

/** A running attempt that this process holds; lost when `leaseUntil` passes without renewal. */
export interface Operation {
  readonly id: OperationId;
  readonly guildId: GuildId;
  readonly kind: OperationKind;
  readonly runner: string;
}

export interface OperationStep {
  readonly seq: number;
  readonly step: StepName;
  readonly state: StepProgress;
  readonly at: number;
  readonly detail: string | null;
}

/** The record of provisioning: who works on which guild, and every step, in order. */
export class Operations {
  readonly #platform: PlatformStore;
  readonly #leaseMs: number;

  constructor(platform: PlatformStore, leaseMs: number) {
    this.#platform = platform;
    this.#leaseMs = leaseMs;
  }

  /**
   * Begins an operation, or takes over one whose runner has died.
   * @throws {Conflict} `guild/operation-running` while another runner is at work on this guild.
   */
  async begin(guildId: GuildId, kind: OperationKind, runner: string): Promise<Operation> {
    const nowMs = this.#nowMs();
    const operation = { id: newId<OperationId>(), guildId, kind, runner };
    try {
      await write(this.#platform.db, [
        {
          sql: `UPDATE provisioning_operations SET status = 'failed', finished_at = ?1,
                  error = 'interrupted' WHERE guild_id = ?2 AND status = 'running' AND lease_until < ?1`,
          args: [nowMs, guildId],
        },
        {
          sql: `INSERT INTO provisioning_operations
                  (id, guild_id, kind, status, runner, lease_until, started_at)
                VALUES (?, ?, ?, 'running', ?, ?, ?)`,
          args: [operation.id, guildId, kind, runner, nowMs + this.#leaseMs, nowMs],
        },
      ]);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
      throw new Conflict(
        "guild/operation-running",
        "This guild is being worked on. Try again soon.",
        {
          retryAfterMs: this.#leaseMs,
        },
      );
    }
    return operation;
  }

  /** Records a step and renews the lease. @throws {Conflict} when the lease was lost. */
  async step(
    operation: Operation,
    step: StepName,
    state: StepProgress,
    detail?: string,
  ): Promise<void> {
    await write(this.#platform.db, [
      this.#stillOurs(operation),
      {
        sql: "UPDATE provisioning_operations SET lease_until = ? WHERE id = ?",
        args: [this.#nowMs() + this.#leaseMs, operation.id],
      },
      this.stepRow(operation, step, state, detail),
    ]);
  }

  stepRow(operation: Operation, step: StepName, state: StepProgress, detail?: string): Statement {
    return {
      sql: `INSERT INTO provisioning_steps (operation_id, guild_id, step, state, at, detail)
            VALUES (?, ?, ?, ?, ?, ?)`,
      args: [operation.id, operation.guildId, step, state, this.#nowMs(), detail ?? null],
    };
  }

  /** The statement that ends an operation, to stand beside what it brought about. */
  finishRow(operation: Operation, status: OperationStatus, error?: string): Statement {
    return {
      sql: `UPDATE provisioning_operations SET status = ?, finished_at = ?, error = ?
            WHERE id = ? AND status = 'running'`,
      args: [status, this.#nowMs(), error ?? null, operation.id],
    };
  }

  #stillOurs(operation: Operation) {
    return guard(
      sql`exists (select 1 from provisioning_operations
          where id = ${operation.id} and status = 'running')`,
      () => new Conflict("guild/operation-lost", "Another process has taken over this guild."),
    );
  }

  /** The steps of a guild after `seq`, oldest first: what a progress page tails. */
  async steps(guildId: GuildId, afterSeq = 0): Promise<readonly OperationStep[]> {
    return await this.#platform.db.all<OperationStep>(
      `SELECT seq, step, state, at, detail FROM provisioning_steps
       WHERE guild_id = ? AND seq > ? ORDER BY seq LIMIT 500`,
      guildId,
      afterSeq,
    );
  }

  /** Guilds on their way in or out that nobody is working on. */
  async stranded(): Promise<readonly { id: GuildId; status: "creating" | "deleting" }[]> {
    return await this.#platform.db.all(
      `SELECT id, status FROM guilds g WHERE status IN ('creating', 'deleting') AND updated_at <= ?1
         AND NOT EXISTS (SELECT 1 FROM provisioning_operations o WHERE o.guild_id = g.id
                         AND o.status = 'running' AND o.lease_until >= ?2)
       ORDER BY id`,
      this.#nowMs() - this.#leaseMs,
      this.#nowMs(),
    );
  }

  /** Is a database of this name known? Read after listing files: the row always comes first. */
  async knownDatabaseNames(): Promise<ReadonlySet<string>> {
    const rows = await this.#platform.db.all<{ database_name: string }>(
      "SELECT database_name FROM guilds",
    );
    return new Set(rows.map((row) => row.database_name));
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}
