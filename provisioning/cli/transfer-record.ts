import { and, eq, inArray, sql } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../src/database/query.ts";
import { build, insertInto } from "../../src/database/statements.ts";
import { guard, type Writable, write } from "../../src/database/write.ts";
import { Conflict, NotFound } from "../../src/kernel/errors.ts";
import { type GuildId, newId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { NodeServices } from "../../src/node/services.ts";
import type { TransferState } from "../../src/platform/fleet/transfers-schema.ts";
import { guildTransfers } from "../../src/platform/schema.ts";

/** A transfer, as the platform has recorded it. */
export interface Transfer {
  readonly id: string;
  readonly fromGuild: GuildId;
  readonly toGuild: GuildId;
  readonly state: TransferState;
  readonly fights: readonly string[];
  readonly reverts: string | null;
  readonly error: string | null;
  readonly runner: string;
  readonly fence: number;
  readonly leaseUntil: number;
}

/** States in which some step is still to be done. */
const UNDER_WAY = ["copying", "adding", "removing", "undoing"] as const;
const COLUMNS = columnsOf(
  guildTransfers,
  ...(["id", "fromGuild", "toGuild", "state", "fights", "reverts"] as const),
  ...(["error", "runner", "fence", "leaseUntil"] as const),
);

const byId = prepare(({ id }: Values<{ id: string }>) =>
  build.select(COLUMNS).from(guildTransfers).where(eq(guildTransfers.id, id)),
);
const underWay = prepare(() =>
  build
    .select(COLUMNS)
    .from(guildTransfers)
    .where(inArray(guildTransfers.state, [...UNDER_WAY]))
    .orderBy(guildTransfers.createdAt),
);

/** The platform's record of transfers between guilds: their steps, and who runs them. */
export class Transfers {
  readonly #services: NodeServices;

  constructor(services: NodeServices) {
    this.#services = services;
  }

  /** @throws {NotFound} `transfer/not-found` */
  async read(id: string): Promise<Transfer> {
    const found = await byId.first(this.#services.platform.db, { id });
    if (found) return found;
    throw new NotFound("transfer/not-found", `There is no transfer ${id}.`);
  }

  /** Transfers with a step that is still to be done. */
  async underWay(): Promise<readonly Transfer[]> {
    return await underWay.all(this.#services.platform.db);
  }

  /**
   * Records a new transfer, which this process runs.
   *
   * @throws {Conflict} `transfer/under-way` while another transfer changes one of the guilds.
   */
  async begin(
    input: Pick<Transfer, "fromGuild" | "toGuild" | "fights" | "reverts"> & {
      readonly startedBy: string;
    },
    alongside: readonly Writable[],
  ): Promise<Transfer> {
    const nowMs = this.#services.now().getTime();
    const id = newId<string>();
    const guilds = [input.fromGuild, input.toGuild];
    await write(this.#services.platform.db, [
      guard(
        sql`not exists (select 1 from ${guildTransfers} where ${and(
          inArray(guildTransfers.state, [...UNDER_WAY]),
          sql`(${inArray(guildTransfers.fromGuild, guilds)} or ${inArray(guildTransfers.toGuild, guilds)})`,
        )})`,
        () =>
          new Conflict(
            "transfer/under-way",
            "Another transfer of one of these guilds has not ended. Finish it first.",
            { next: ["guildhall transfer resume"] },
          ),
      ),
      insertInto(guildTransfers, {
        ...input,
        id,
        fights: input.fights,
        state: "copying",
        runner: this.#services.runner,
        fence: 1,
        leaseUntil: nowMs + limits.transfers.leaseMs,
        createdAt: nowMs,
      }),
      ...alongside,
    ]);
    return await this.read(id);
  }

  /**
   * Takes over a transfer whose process has ended.
   *
   * @throws {Conflict} `transfer/under-way` while its process runs.
   */
  async takeOver(transfer: Transfer): Promise<Transfer> {
    const { services, nowMs } = { services: this.#services, nowMs: this.#services.now().getTime() };
    const isOver = transfer.leaseUntil < nowMs || services.isRunnerGone?.(transfer.runner) === true;
    if (!isOver && transfer.runner !== services.runner) {
      throw new Conflict("transfer/under-way", "Another process runs this transfer. Wait for it.");
    }
    await write(services.platform.db, [
      this.#ours(transfer),
      build
        .update(guildTransfers)
        .set({
          runner: services.runner,
          fence: transfer.fence + 1,
          leaseUntil: nowMs + limits.transfers.leaseMs,
        })
        .where(eq(guildTransfers.id, transfer.id)),
    ]);
    return await this.read(transfer.id);
  }

  /** Records the next step, if this process still runs the transfer. @throws {Conflict} `transfer/lost` */
  async advance(
    transfer: Transfer,
    change: { readonly state: TransferState; readonly error?: string },
    alongside: readonly Writable[] = [],
  ): Promise<Transfer> {
    const nowMs = this.#services.now().getTime();
    const isEnd = ["done", "canceled"].includes(change.state);
    await write(this.#services.platform.db, [
      this.#ours(transfer),
      build
        .update(guildTransfers)
        .set({
          ...change,
          leaseUntil: nowMs + limits.transfers.leaseMs,
          ...(isEnd && { finishedAt: nowMs }),
        })
        .where(eq(guildTransfers.id, transfer.id)),
      ...alongside,
    ]);
    return await this.read(transfer.id);
  }

  /** The row of a transfer that another one has taken back. */
  revertedRow(id: string): Writable {
    return build.update(guildTransfers).set({ state: "reverted" }).where(eq(guildTransfers.id, id));
  }

  #ours({ id, fence }: Transfer) {
    return guard(
      sql`exists (select 1 from ${guildTransfers} where ${and(
        eq(guildTransfers.id, id),
        eq(guildTransfers.fence, fence),
      )})`,
      () => new Conflict("transfer/lost", "Another process has taken over this transfer."),
    );
  }
}
