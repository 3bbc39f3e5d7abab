import { sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { DatabaseError } from "../../database/errors.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, newId, type OperationId } from "../../kernel/ids.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import type { GuildStatus, OperationKind, OperationStatus } from "../schema.ts";
import type { PlatformStore } from "../store.ts";
import { unlessProtected } from "./protection.ts";

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

/** A running attempt of this process. It is lost when `leaseUntil` passes without renewal. */
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

/** The record of provisioning: which runner works on which guild, and every step, in order. */
export class Operations {
  readonly #platform: PlatformStore;
  readonly #leaseMs: number;
  readonly #meter: Pick<Meter, "provisioningStep">;

  constructor(
    platform: PlatformStore,
    leaseMs: number,
    meter: Pick<Meter, "provisioningStep"> = noMeter,
  ) {
    this.#platform = platform;
    this.#leaseMs = leaseMs;
    this.#meter = meter;
  }

  /**
   * Begins an operation on a guild that still matches `guild`, or takes over one whose runner has died.
   * Beginning a deletion sets the guild's status to `deleting`.
   * @throws {Conflict} `guild/operation-running` while another runner works on this guild,
   * `guild/status-changed` if the guild's status has changed, `guild/protected` for a deletion.
   */
  async begin(
    guild: { readonly id: GuildId; readonly status: GuildStatus },
    kind: OperationKind,
    runner: string,
    alongside: readonly Writable[] = [],
  ): Promise<Operation> {
    const nowMs = this.#nowMs();
    const operation = { id: newId<OperationId>(), guildId: guild.id, kind, runner };
    try {
      await write(this.#platform.db, [
        stillIs(guild),
        ...(kind === "deprovision" ? [unlessProtected(guild.id)] : []),
        {
          sql: `UPDATE provisioning_operations SET status = 'failed', finished_at = ?1,
                  error = 'interrupted' WHERE guild_id = ?2 AND status = 'running' AND lease_until < ?1`,
          args: [nowMs, guild.id],
        },
        {
          sql: `INSERT INTO provisioning_operations
                  (id, guild_id, kind, status, runner, lease_until, started_at)
                VALUES (?, ?, ?, 'running', ?, ?, ?)`,
          args: [operation.id, guild.id, kind, runner, nowMs + this.#leaseMs, nowMs],
        },
        ...(kind === "provision"
          ? [this.row(operation, "recorded", "done"), this.row(operation, "created", "started")]
          : [moveToDeleting(guild.id, nowMs), this.row(operation, "drained", "started")]),
        ...alongside,
      ]);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.kind === "unique")) throw error;
      throw new Conflict(
        "guild/operation-running",
        "Another operation is running on this guild. Try again soon.",
        { retryAfterMs: this.#leaseMs },
      );
    }
    return operation;
  }

  /** Writes rows of an operation and renews its lease. @throws {Conflict} if the lease was lost. */
  async note(operation: Operation, rows: readonly Writable[]): Promise<void> {
    await write(this.#platform.db, [
      this.stillOurs(operation),
      {
        sql: "UPDATE provisioning_operations SET lease_until = ? WHERE id = ?",
        args: [this.#nowMs() + this.#leaseMs, operation.id],
      },
      ...rows,
    ]);
  }

  /** The statement that records a step, for the write of the step's own changes. */
  row(operation: Operation, step: StepName, state: StepProgress): Statement {
    if (state !== "started") this.#meter.provisioningStep(step, state);
    return {
      sql: `INSERT INTO provisioning_steps (operation_id, guild_id, step, state, at)
            VALUES (?, ?, ?, ?, ?)`,
      args: [operation.id, operation.guildId, step, state, this.#nowMs()],
    };
  }

  /** The statement that ends an operation. `error` is for operators. */
  finishRow(operation: Operation, status: OperationStatus, error?: string): Statement {
    return {
      sql: `UPDATE provisioning_operations SET status = ?, finished_at = ?, error = ?
            WHERE id = ? AND status = 'running'`,
      args: [status, this.#nowMs(), error ?? null, operation.id],
    };
  }

  /** Fails when another runner has taken over. @throws {Conflict} `guild/operation-lost` from `write`. */
  stillOurs(operation: Operation): Guard {
    return guard(
      sql`exists (select 1 from provisioning_operations
          where id = ${operation.id} and status = 'running')`,
      () =>
        new Conflict(
          "guild/operation-lost",
          "Another process has taken over this guild. Check its status.",
        ),
    );
  }

  /** The error message of the last failed attempt on a guild. For operators. */
  async lastError(guildId: GuildId): Promise<string | undefined> {
    const row = await this.#platform.db.first<{ error: string | null }>(
      "SELECT error FROM provisioning_operations WHERE guild_id = ? ORDER BY id DESC LIMIT 1",
      guildId,
    );
    return row?.error ?? undefined;
  }

  /** The steps of a guild after `seq`, oldest first. Progress pages follow them. */
  async steps(guildId: GuildId, afterSeq = 0): Promise<readonly OperationStep[]> {
    return await this.#platform.db.all<OperationStep>(
      `SELECT seq, step, state, at, detail FROM provisioning_steps
       WHERE guild_id = ? AND seq > ? ORDER BY seq LIMIT 500`,
      guildId,
      afterSeq,
    );
  }

  /** Guilds in creation or deletion without a running operation. */
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

  /** Names of all known databases. Read it after listing files, because the row is always written first. */
  async knownDatabaseNames(): Promise<ReadonlySet<string>> {
    const rows = await this.#platform.db.all<{ database_name: string }>(
      `SELECT database_name FROM guilds UNION SELECT name FROM spare_databases
       UNION SELECT database_name FROM guild_moves`,
    );
    return new Set(rows.map((row) => row.database_name));
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

function stillIs(guild: { readonly id: GuildId; readonly status: GuildStatus }): Guard {
  return guard(
    sql`exists (select 1 from guilds where id = ${guild.id} and status = ${guild.status})`,
    () =>
      new Conflict(
        "guild/status-changed",
        `This guild is no longer ${guild.status}. Check its status.`,
      ),
  );
}

function moveToDeleting(guildId: GuildId, nowMs: number): Statement {
  return {
    sql: "UPDATE guilds SET status = 'deleting', status_reason = NULL, updated_at = ? WHERE id = ?",
    args: [nowMs, guildId],
  };
}
