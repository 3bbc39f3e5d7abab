import { and, asc, desc, eq, gt, gte, inArray, lt, lte, not, sql } from "drizzle-orm";
import type { Statement } from "../../database/client.ts";
import { DatabaseError } from "../../database/errors.ts";
import {
  columnsOf,
  existsIn,
  prepare,
  type RowOf,
  rowsOf,
  type Values,
} from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../database/write.ts";
import { Conflict } from "../../kernel/errors.ts";
import { type GuildId, newId, type OperationId } from "../../kernel/ids.ts";
import { type Meter, noMeter } from "../../kernel/meter.ts";
import {
  type GuildStatus,
  guildMoves,
  guilds,
  type OperationKind,
  type OperationStatus,
  operationSteps,
  operations,
  spareDatabases,
} from "../schema.ts";
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

export type OperationStep = Readonly<RowOf<typeof STEP>>;

const STEP = columnsOf(operationSteps, "seq", "step", "state", "at", "detail");

const stepsAfter = prepare(
  ({ guildId, seq }: Values<{ readonly guildId: GuildId; readonly seq: number }>) =>
    build
      .select(STEP)
      .from(operationSteps)
      .where(and(eq(operationSteps.guildId, guildId), gt(operationSteps.seq, seq)))
      .orderBy(asc(operationSteps.seq))
      .limit(500),
);

const lastError = prepare(({ guildId }: Values<{ readonly guildId: GuildId }>) =>
  build
    .select(columnsOf(operations, "error"))
    .from(operations)
    .where(eq(operations.guildId, guildId))
    .orderBy(desc(operations.id))
    .limit(1),
);

// The literal lets the database use the index of running operations.
const isRunning = sql`${operations.status} = 'running'`;

const strandedGuilds = prepare(
  ({ beganBy, nowMs }: Values<{ readonly beganBy: number; readonly nowMs: number }>) =>
    build
      .select(columnsOf(guilds, "id", "status"))
      .from(guilds)
      .where(
        and(
          inArray(guilds.status, ["creating", "deleting"]),
          lte(guilds.updatedAt, beganBy),
          not(
            existsIn(
              operations,
              and(eq(operations.guildId, guilds.id), isRunning, gte(operations.leaseUntil, nowMs)),
            ),
          ),
        ),
      )
      .orderBy(asc(guilds.id)),
);

const databaseNames = prepare(() =>
  rowsOf(
    { databaseName: guilds.databaseName },
    (columns) => sql`select ${columns} from ${guilds}
      union select ${spareDatabases.name} from ${spareDatabases}
      union select ${guildMoves.databaseName} from ${guildMoves}`,
  ),
);

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
        build
          .update(operations)
          .set({ status: "failed", finishedAt: nowMs, error: "interrupted" })
          .where(
            and(eq(operations.guildId, guild.id), isRunning, lt(operations.leaseUntil, nowMs)),
          ),
        insertInto(operations, {
          ...operation,
          status: "running",
          leaseUntil: nowMs + this.#leaseMs,
          startedAt: nowMs,
        }),
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
      build
        .update(operations)
        .set({ leaseUntil: this.#nowMs() + this.#leaseMs })
        .where(eq(operations.id, operation.id)),
      ...rows,
    ]);
  }

  /** The statement that records a step, for the write of the step's own changes. */
  row(operation: Operation, step: StepName, state: StepProgress): Statement {
    if (state !== "started") this.#meter.provisioningStep(step, state);
    const { id: operationId, guildId } = operation;
    return insertInto(operationSteps, { operationId, guildId, step, state, at: this.#nowMs() });
  }

  /** The statement that ends an operation. `error` is for operators. */
  finishRow(operation: Operation, status: OperationStatus, error?: string): Writable {
    return build
      .update(operations)
      .set({ status, finishedAt: this.#nowMs(), error: error ?? null })
      .where(and(eq(operations.id, operation.id), isRunning));
  }

  /** Fails when another runner has taken over. @throws {Conflict} `guild/operation-lost` from `write`. */
  stillOurs(operation: Operation): Guard {
    return guard(
      existsIn(operations, and(eq(operations.id, operation.id), isRunning)),
      () =>
        new Conflict(
          "guild/operation-lost",
          "Another process has taken over this guild. Check its status.",
        ),
    );
  }

  /** The error message of the last failed attempt on a guild. For operators. */
  async lastError(guildId: GuildId): Promise<string | undefined> {
    const row = await lastError.first(this.#platform.db, { guildId });
    return row?.error ?? undefined;
  }

  /** The steps of a guild after `seq`, oldest first. Progress pages follow them. */
  async steps(guildId: GuildId, afterSeq = 0): Promise<readonly OperationStep[]> {
    return await stepsAfter.all(this.#platform.db, { guildId, seq: afterSeq });
  }

  /** Guilds in creation or deletion without a running operation. */
  async stranded(): Promise<readonly { id: GuildId; status: GuildStatus }[]> {
    const nowMs = this.#nowMs();
    return await strandedGuilds.all(this.#platform.db, { beganBy: nowMs - this.#leaseMs, nowMs });
  }

  /** Names of all known databases. Read it after listing files, because the row is always written first. */
  async knownDatabaseNames(): Promise<ReadonlySet<string>> {
    const rows = await databaseNames.all(this.#platform.db);
    return new Set(rows.map(({ databaseName }) => databaseName));
  }

  #nowMs(): number {
    return this.#platform.now().getTime();
  }
}

function stillIs(guild: { readonly id: GuildId; readonly status: GuildStatus }): Guard {
  return guard(
    existsIn(guilds, and(eq(guilds.id, guild.id), eq(guilds.status, guild.status))),
    () =>
      new Conflict(
        "guild/status-changed",
        `This guild is no longer ${guild.status}. Check its status.`,
      ),
  );
}

function moveToDeleting(guildId: GuildId, nowMs: number): Writable {
  return build
    .update(guilds)
    .set({ status: "deleting", statusReason: null, updatedAt: nowMs })
    .where(eq(guilds.id, guildId));
}
