import type { Writable } from "../../src/database/write.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { Rebuilt } from "./rebuild.ts";
import type { Anchor } from "./rebuilt-log.ts";

interface Place {
  readonly log: string;
  readonly generation: number;
}

/** The signed facts about audit logs that backups need. */
export interface Anchors {
  known(place: Place): Promise<{
    readonly heads: readonly { readonly seq: number; readonly hash: string }[];
    readonly checkpoints: readonly Anchor[];
    readonly nowMs: number;
  }>;
  checkpointRows(place: Place, checkpoint: Anchor): readonly Writable[];
}

/** The audit log in a guild's current database. */
export function placeOf({ id, generation }: Guild): Place {
  return { log: id, generation };
}

/** The part of the heads that a child process needs. */
export function headsOf(heads: readonly { readonly seq: number; readonly hash: string }[]) {
  return heads.map(({ seq, hash }) => ({ seq, hash }));
}

/**
 * Records where the audit log of a guild's new database begins. Must be in the write that assigns the
 * database; otherwise verification rejects the log's checkpoint.
 */
export function anchorRows(
  { anchors }: { readonly anchors: Anchors },
  guild: Guild,
  { checkpoint }: Pick<Rebuilt, "checkpoint">,
): readonly Writable[] {
  if (checkpoint === null) return [];
  return anchors.checkpointRows({ log: guild.id, generation: guild.generation + 1 }, checkpoint);
}
