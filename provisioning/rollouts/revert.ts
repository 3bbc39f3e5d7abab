import { and, eq, isNull, sql } from "drizzle-orm";
import type { Client, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import { asText, columnsOf, prepare, rowsOf, type Values } from "../../src/database/query.ts";
import { build } from "../../src/database/statements.ts";
import { Conflict } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import { rolloutGuilds } from "../../src/platform/fleet/schema.ts";
import { refuseProtected, unlessProtected } from "../../src/platform/guilds/protection.ts";
import type { Guild } from "../../src/platform/store.ts";
import { type OpenedCopy, type RolloutCopies, refuseOther } from "../backups/rollout-copies.ts";
import { fault } from "../fault.ts";
import { type Migration, MigrationError, versionOf } from "../migrations.ts";
import { type RepointDeps, repointToCopy } from "../repoint.ts";
import { refuseStranger } from "./guild.ts";
import type { Rollout } from "./rollouts.ts";

/** What one guild would lose in a revert: the changes in its audit log since the copy. */
export interface LostWrites {
  readonly guildId: GuildId;
  readonly slug: string;
  readonly snapshot: string;
  /** The schema version that the guild returns to. */
  readonly fromVersion: number;
  readonly changes: number;
  /** The number of changes by action, such as `dkp.award`. */
  readonly actions: Readonly<Record<string, number>>;
  /** A restore or a move has replaced its database since the copy, so the changes may be incomplete. */
  readonly wasReplaced: boolean;
  /** The reason why this guild cannot be reverted, or null. */
  readonly error: string | null;
}

export interface RevertDeps extends RepointDeps {
  readonly copies: RolloutCopies;
  readonly migrations: readonly Migration[];
  /** Updates what the platform derives from a guild's database, such as the ends of auctions. */
  readonly afterRevert: (guild: Guild) => Promise<void>;
}

/** Tells whether a revert would lose changes of this guild, as far as is known. */
export function isLosing({ changes, wasReplaced }: LostWrites): boolean {
  return changes > 0 || wasReplaced;
}

const copiedOf = prepare(({ rolloutId }: Values<{ readonly rolloutId: string }>) =>
  rowsOf(
    {
      ...columnsOf(rolloutGuilds, "guildId", "fromVersion"),
      snapshot: asText(rolloutGuilds.snapshot),
    },
    (columns) => sql`select ${columns} from ${rolloutGuilds}
      where ${rolloutGuilds.rolloutId} = ${rolloutId} and ${rolloutGuilds.status} = 'done'
        and ${rolloutGuilds.snapshot} is not null order by ${rolloutGuilds.guildId}`,
  ),
);

type Reverted = Awaited<ReturnType<(typeof copiedOf)["all"]>>[number];

/** Every guild that the rollout changed and copied, with its changes since then. */
export async function revertible(
  deps: RevertDeps,
  rollout: Rollout,
): Promise<readonly LostWrites[]> {
  const rows = await copiedOf.all(deps.platform.db, { rolloutId: rollout.id });
  const found: LostWrites[] = [];
  for (const row of rows) {
    const guild = await deps.platform.guild(row.guildId);
    if (guild) found.push(await lostWrites(deps, guild, row));
  }
  return found;
}

/** The number of guilds that the rollout migrated without a copy, so that it cannot revert them. */
export async function countUncopied({ platform }: RevertDeps, rollout: Rollout): Promise<number> {
  return await platform.db.orm.$count(
    rolloutGuilds,
    and(
      eq(rolloutGuilds.rolloutId, rollout.id),
      eq(rolloutGuilds.status, "done"),
      isNull(rolloutGuilds.snapshot),
    ),
  );
}

/**
 * Reverts one guild to its database from before the rollout. First checks the copy: it is complete, the
 * guild's, and at the previous version. Then copies the current database beside the rollout's copies, so
 * that the revert can be undone by hand, and repoints the guild. Finally opens the guild's database and
 * checks it again.
 *
 * @returns false when the guild has written since, and `discardWrites` does not allow losing that.
 *
 * @throws {DatabaseError} `corrupt`, `missing` for an unusable copy.
 *
 * @throws {Conflict} `guild/status-changed`, `guild/protected`, `rollout/revert-differs`
 */
export async function revertGuild(
  deps: RevertDeps,
  rollout: Rollout,
  one: Pick<LostWrites, "guildId" | "snapshot" | "fromVersion">,
  options: { readonly discardWrites: boolean },
): Promise<boolean> {
  const { platform, copies, migrations } = deps;
  const guild = await platform.guild(one.guildId);
  if (!guild) return true;
  refuseProtected(guild);
  return await copies.open(one.snapshot, async (copy) => {
    refuseWrongCopy(copy, one);
    const lost = await writesSince(deps, guild, copy);
    // It may have written between the check and the operator's confirmation.
    if (isLosing({ ...one, slug: guild.slug, error: null, ...lost }) && !options.discardWrites) {
      return false;
    }
    const version = await inGuild(deps, guild, (client) => versionOf(client, migrations));
    await copies.keep(rollout.id, guild, version);
    fault("revert.kept");
    const wanted = { guild: { id: guild.id, generation: guild.generation + 1 } };
    const back = await repointToCopy(deps, guild, await copies.streamFor(guild, copy), {
      prepare: (client) => refuseOther(client, copy, migrations),
      alongside: [
        unlessProtected(guild.id),
        build
          .update(rolloutGuilds)
          .set({ status: "reverted", toVersion: copy.version, at: platform.now().getTime() })
          .where(and(eq(rolloutGuilds.rolloutId, rollout.id), eq(rolloutGuilds.guildId, guild.id))),
      ],
    });
    fault("revert.pointed");
    await checkAfter(deps, back, { ...wanted, version: copy.version });
    await deps.afterRevert(back);
    return true;
  });
}

/** @throws {Conflict} `rollout/revert-differs` */
async function checkAfter(
  deps: RevertDeps,
  guild: Guild,
  wanted: Parameters<typeof refuseOther>[1],
): Promise<void> {
  try {
    await inGuild(deps, guild, (client) => refuseOther(client, wanted, deps.migrations));
    if (guild.schemaVersion === wanted.version) return;
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof MigrationError)) throw error;
  }
  throw new Conflict(
    "rollout/revert-differs",
    `${guild.slug} was given back a database that is not the one of before. Look at it at once.`,
    { next: [`guildhall guilds check ${guild.slug}`, `guildhall backups list ${guild.slug}`] },
  );
}

/** @throws {DatabaseError} `corrupt` */
function refuseWrongCopy(
  copy: OpenedCopy,
  { guildId, fromVersion }: Pick<LostWrites, "guildId" | "fromVersion">,
): void {
  if (copy.guild.id === guildId && copy.version === fromVersion) return;
  throw new DatabaseError(
    "corrupt",
    `The copy is of schema ${copy.version}, where the guild had schema ${fromVersion}.`,
  );
}

async function lostWrites(deps: RevertDeps, guild: Guild, row: Reverted): Promise<LostWrites> {
  const { guildId, snapshot, fromVersion } = row;
  const base = { guildId, slug: guild.slug, snapshot, fromVersion };
  if (guild.isProtected) {
    const error = `This guild is protected: guildhall guilds unprotect ${guild.slug} --confirm ${guild.slug}`;
    return { ...base, changes: 0, actions: {}, wasReplaced: false, error };
  }
  try {
    const lost = await deps.copies.open(snapshot, async (copy) => {
      refuseWrongCopy(copy, base);
      return await writesSince(deps, guild, copy);
    });
    return { ...base, ...lost, error: null };
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof MigrationError)) throw error;
    return { ...base, changes: 0, actions: {}, wasReplaced: false, error: error.message };
  }
}

async function writesSince(
  deps: RevertDeps,
  guild: Guild,
  copy: OpenedCopy,
): Promise<Pick<LostWrites, "changes" | "actions" | "wasReplaced">> {
  return await inGuild(deps, guild, async (client) => {
    const { rows } = await client.execute({
      sql: "SELECT action, count(*) FROM audit_log WHERE seq > ? GROUP BY action ORDER BY action",
      args: [copy.lastAudit],
    });
    const actions = Object.fromEntries(rows.map(([action, n]) => [String(action), Number(n)]));
    const changes = Object.values(actions).reduce((sum, n) => sum + n, 0);
    return { changes, actions, wasReplaced: copy.guild.generation !== guild.generation };
  });
}

async function inGuild<T>(
  { openClient }: { readonly openClient: OpenClient },
  guild: Guild,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await openClient(guild.location);
  try {
    await refuseStranger(client, guild);
    return await work(client);
  } finally {
    await client.close();
  }
}
