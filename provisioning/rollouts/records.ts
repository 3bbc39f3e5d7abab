import type { Writable } from "../../src/database/write.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { limits } from "../../src/limits.ts";
import type { RolloutGuildStatus, RolloutStatus } from "../../src/platform/schema.ts";
import { type Holder, holderShape } from "./holder.ts";

/** The options of a rollout. Stored with it, so that a resumed rollout uses the same. */
export interface RolloutOptions {
  /** The number of guilds per host at once. */
  readonly lanes: number;
  /**
   * The number of failures allowed after the first wave; one more halts the rollout. The first wave allows
   * none.
   */
  readonly failuresMax: number;
  /** Halts the rollout when a wave's median guild takes this many times as long as the first wave's. */
  readonly slownessMax: number;
  /** Whether to copy each database before its migration, so that the rollout can be reverted. */
  readonly snapshots: boolean;
  /** An operator has allowed the statements that remove data. */
  readonly allowDestructive: boolean;
}

export interface Rollout {
  readonly id: string;
  readonly targetVersion: number;
  readonly targetHash: string;
  readonly status: RolloutStatus;
  readonly waves: readonly string[];
  readonly options: RolloutOptions;
  readonly reason: string;
  readonly startedBy: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly haltReason: string | null;
  readonly fence: number;
  readonly leaseUntil: number;
  /** The process that took it over last; null before the first, or for an older release's rollout. */
  readonly holder: Holder | null;
  readonly heldSince: number | null;
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

export const ROLLOUT_COLUMNS = `id, target_version AS targetVersion, target_hash AS targetHash, status, waves,
  options, reason, started_by AS startedBy, started_at AS startedAt, finished_at AS finishedAt,
  halt_reason AS haltReason, fence, lease_until AS leaseUntil, holder, held_since AS heldSince`;

export type RolloutRow = Omit<Rollout, "waves" | "options" | "holder"> & {
  waves: string;
  options: string;
  holder: string | null;
};

export function toRollout(row: RolloutRow): Rollout {
  return {
    ...row,
    waves: JSON.parse(row.waves),
    options: JSON.parse(row.options),
    holder: row.holder === null ? null : holderShape.parse(JSON.parse(row.holder)),
  };
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
