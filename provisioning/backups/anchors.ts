import type { Writable } from "../../src/database/write.ts";
import type { Guild } from "../../src/platform/store.ts";
import type { Rebuilt } from "./rebuild.ts";
import type { Anchor } from "./rebuilt-log.ts";

interface Place {
  readonly log: string;
  readonly generation: number;
}

/** What the platform signed of audit logs, as far as copies need it. */
export interface Anchors {
  known(place: Place): Promise<{
    readonly heads: readonly { readonly seq: number; readonly hash: string }[];
    readonly checkpoints: readonly Anchor[];
    readonly nowMs: number;
  }>;
  checkpointRows(place: Place, checkpoint: Anchor): readonly Writable[];
}

/** The log in a guild's database of today. */
export function placeOf({ id, generation }: Guild): Place {
  return { log: id, generation };
}

/** Only what a process of its own has to know. */
export function headsOf(heads: readonly { readonly seq: number; readonly hash: string }[]) {
  return heads.map(({ seq, hash }) => ({ seq, hash }));
}

/**
 * The guild is about to get another database: where the log in that one begins is remembered in the
 * same write, or its checkpoint would not be believed.
 */
export function anchorRows(
  { anchors }: { readonly anchors: Anchors },
  guild: Guild,
  { checkpoint }: Pick<Rebuilt, "checkpoint">,
): readonly Writable[] {
  if (checkpoint === null) return [];
  return anchors.checkpointRows({ log: guild.id, generation: guild.generation + 1 }, checkpoint);
}
