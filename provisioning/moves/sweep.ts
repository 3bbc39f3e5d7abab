import { write } from "../../src/database/write.ts";
import { Conflict, NotFound } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { refuseProtected } from "../../src/platform/guilds/protection.ts";
import type { Guild } from "../../src/platform/store.ts";
import { databaseName, hostNamed } from "../hosts/host.ts";
import { type MoveDeps, moveGuild } from "./move.ts";
import { type Move, Moves } from "./record.ts";

/** Finishes the moves of dead processes: until then their guilds may refuse changes. */
export async function resumeMoves(deps: MoveDeps): Promise<{
  readonly finished: readonly GuildId[];
  readonly failed: readonly { readonly id: GuildId; readonly error: Error }[];
}> {
  const finished: GuildId[] = [];
  const failed: { id: GuildId; error: Error }[] = [];
  for (const move of await new Moves(deps.platform).stranded()) {
    const guild = await deps.platform.guild(move.guildId);
    if (!guild || guild.status === "deleting") continue;
    try {
      await moveGuild(deps, guild, move.toHost);
      finished.push(guild.id);
    } catch (error) {
      // Another process was faster.
      if (error instanceof Conflict && error.code === "guild/operation-running") continue;
      failed.push({
        id: guild.id,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }
  return { finished, failed };
}

/**
 * Removes the previous database of a moved guild. `alongside` is part of the same write. With
 * `ofProtected`, it also removes the superseded database of a protected guild.
 *
 * @throws {NotFound} `guild/nothing-to-purge` @throws {Conflict} `guild/protected`
 */
export async function purgeMoved(
  deps: Pick<MoveDeps, "platform" | "host" | "otherHosts">,
  guild: Guild,
  alongside: Parameters<typeof write>[1] = [],
  options: { readonly ofProtected?: boolean } = {},
): Promise<{ readonly host: string }> {
  const move = await retainedMove(deps, guild);
  if (!options.ofProtected) refuseProtected(guild);
  await hostNamed(deps, move.fromHost).destroy(databaseName(move.databaseName));
  await write(deps.platform.db, [Moves.forgetRow(guild.id), ...alongside]);
  return { host: move.fromHost };
}

/**
 * The move whose old database is retained.
 *
 * @throws {NotFound} `guild/nothing-to-purge`
 */
export async function retainedMove(
  { platform }: Pick<MoveDeps, "platform">,
  guild: Guild,
): Promise<Move> {
  const move = await new Moves(platform).find(guild.id);
  if (move?.status === "moved") return move;
  throw new NotFound("guild/nothing-to-purge", "No earlier database of this guild is kept.");
}
