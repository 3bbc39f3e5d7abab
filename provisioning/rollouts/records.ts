import { desc, eq, getTableColumns } from "drizzle-orm";
import { prepare, type RowOf, type Values } from "../../src/database/query.ts";
import { build } from "../../src/database/statements.ts";
import type { Writable } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import { type RolloutGuildStatus, rollouts } from "../../src/platform/schema.ts";
import { type Holder, holderShape } from "./holder.ts";

const ROLLOUT = getTableColumns(rollouts);

export interface Rollout extends Readonly<Omit<RowOf<typeof ROLLOUT>, "holder">> {
  /** The process that took it over last; null before the first, or for an older release's rollout. */
  readonly holder: Holder | null;
}

/** Additional statements for the same write, such as the row of the audit log. */
export type Alongside = (rolloutId: string) => readonly Writable[];

/** The outcome of one guild. Times in milliseconds. */
export interface GuildOutcome {
  readonly guildId: GuildId;
  readonly status: Exclude<RolloutGuildStatus, "pending">;
  readonly toVersion: number;
  readonly durationMs: number;
  readonly error: string | null;
  readonly cause: string | null;
  /** The new schema for the guild's row in the platform, stored in the same write. */
  readonly schema?: { readonly version: number; readonly hash: string };
}

export interface WaveCount {
  readonly wave: number;
  readonly status: RolloutGuildStatus;
  readonly count: number;
}

export const rolloutById = prepare(({ id }: Values<{ readonly id: string }>) =>
  build.select(ROLLOUT).from(rollouts).where(eq(rollouts.id, id)),
);

export const runningRollout = prepare(() =>
  build.select(ROLLOUT).from(rollouts).where(eq(rollouts.status, "running")),
);

export const recentRollouts = prepare(({ limit }: Values<{ readonly limit: number }>) =>
  build
    .select(ROLLOUT)
    .from(rollouts)
    .orderBy(desc(rollouts.startedAt), desc(rollouts.id))
    .limit(limit),
);

export function toRollout(row: RowOf<typeof ROLLOUT>): Rollout {
  return { ...row, holder: row.holder === null ? null : holderShape.parse(row.holder) };
}

/** A time for operators, to the second. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Who runs it since when, and when another process may take it over. */
export function heldBy({
  holder,
  heldSince,
  leaseUntil,
}: Pick<Rollout, "holder" | "heldSince" | "leaseUntil">): string {
  const who =
    holder === null
      ? "A process of an earlier release"
      : `${holder.name} on ${holder.host} (process ${holder.pid})`;
  const since = heldSince === null ? "" : ` since ${utc(heldSince)}`;
  return `${who} has run it${since}. Its lease ends at ${utc(leaseUntil)}, unless it is renewed.`;
}

/** The error that names who runs the rollout, since when, and until when at least. */
export function underWay(rollout: Rollout | undefined): Conflict {
  const who = rollout ? ` ${heldBy(rollout)}` : "";
  return new Conflict("rollout/under-way", `A rollout is under way in another process.${who}`, {
    retryAfterMs: limits.fleet.leaseMs,
    next: ["guildhall migrate status", "guildhall migrate pause"],
  });
}
