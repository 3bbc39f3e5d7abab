import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import { Conflict, LimitReached, NotFound, NotSupported } from "../../kernel/errors.ts";
import type { GuildId } from "../../kernel/ids.ts";
import { limits } from "../../limits.ts";
import type { Copies, Exports } from "../../services.ts";
import { allow, type GuildContext } from "../../tenant/context.ts";
import { accountHolder } from "../accounts/accounts.ts";
import { type PlatformContext, record, requireProved, signedIn } from "../context.ts";
import { refuseOtherName } from "../guilds/name-confirmation.ts";
import type { Backup } from "./rows.ts";

/** The job that restores a guild from a backup. Its subject is the backup's id. */
export const RESTORE_JOB = "guild.restore";

/** A backup of the guild as its admins see it. Times in Unix milliseconds. */
export type GuildBackup = Pick<
  Backup,
  "id" | "reason" | "status" | "takenAt" | "bytes" | "storedBytes" | "verifiedAt"
>;

/** A backup compared with the guild's current data, table by table. */
export interface Comparison extends GuildBackup {
  /** Audited changes since the backup was made. Restoring it loses them. */
  readonly changes: number;
  readonly tables: readonly {
    readonly table: string;
    readonly inCopy: number;
    readonly today: number;
  }[];
}

/** Internal tables, which the comparison leaves out. */
const INTERNAL_TABLES = /^_|^audit_|^idempotency_/;

/**
 * The guild's backups, newest first, and whether one is being restored. With `at`, in Unix milliseconds, only
 * the newest verified backup of that moment or before.
 */
export async function guildBackups(
  ctx: GuildContext,
  platform: PlatformContext,
  at?: number,
): Promise<{ items: readonly GuildBackup[]; isRestoring: boolean }> {
  allow(ctx, "settings.manage");
  const { id } = ctx.guild;
  const store = copiesOf(platform);
  const copies =
    at === undefined ? await store.list({ guildId: id }) : [await store.newestAt(id, at)];
  const restoring = await platform.services.platform.db.first(
    "SELECT 1 FROM jobs WHERE guild_id = ? AND kind = ?",
    ctx.guild.id,
    RESTORE_JOB,
  );
  return {
    items: copies.flatMap((copy) => (copy ? [shown(copy)] : [])),
    isRestoring: restoring !== undefined,
  };
}

/**
 * Makes a backup now, in addition to the scheduled ones.
 * @throws {LimitReached} `backup/too-many` @throws {NotSupported} `backup/not-here`
 */
export async function copyGuildNow(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<GuildBackup> {
  allow(ctx, "settings.manage");
  const copies = copiesOf(platform);
  const { max, windowMs } = limits.backups.byHand;
  const since = ctx.now().getTime() - windowMs;
  const made = await copies.create(ctx.guild, "manual", signedIn(platform).name, [
    guard(
      sql`(select count(*) from backups where guild_id = ${ctx.guild.id}
        and reason = 'manual' and taken_at > ${since}) < ${max}`,
      () =>
        new LimitReached(
          "backup/too-many",
          `You have made ${max} backups today. Try again tomorrow.`,
          {
            limit: max,
            retryAfterMs: windowMs,
          },
        ),
    ),
  ]);
  await write(platform.services.platform.db, [
    record(platform, "guild.backup", made.id, { guildId: ctx.guild.id }),
  ]);
  return shown(made);
}

/** What a restore of this backup would lose. @throws {NotFound} `backup/not-found` */
export async function compareBackup(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
): Promise<Comparison> {
  allow(ctx, "settings.manage");
  const copies = copiesOf(platform);
  const copy = await ownCopy(copies, ctx.guild.id, id);
  const { changes } = await copies.lostBy(copy);
  const tables = await Promise.all(
    Object.entries(copy.rows ?? {})
      .filter(([table]) => !INTERNAL_TABLES.test(table))
      .map(async ([table, inCopy]) => ({
        table,
        inCopy,
        today: await ctx.db
          .first<{ n: number }>(`SELECT count(*) AS n FROM "${table.replaceAll('"', "")}"`)
          .then((row) => row!.n)
          // A later schema may have dropped the table.
          .catch(() => 0),
      })),
  );
  return {
    ...shown(copy),
    changes,
    tables: tables.filter(({ inCopy, today }) => inCopy !== today),
  };
}

/**
 * Restores a backup as soon as a process takes the job. The current data is backed up first.
 * @throws {Invalid} `guild/name-differs` @throws {Conflict} `backup/not-good`
 * @throws {Forbidden} `auth/proof-required`
 */
export async function restoreBackup(
  ctx: GuildContext,
  platform: PlatformContext,
  id: string,
  typed: string,
): Promise<void> {
  allow(ctx, "guild.own");
  requireProved(accountHolder(platform), ctx.now());
  refuseOtherName(ctx, typed);
  const copy = await ownCopy(copiesOf(platform), ctx.guild.id, id);
  if (copy.status !== "good") {
    throw new Conflict("backup/not-good", "This backup was never verified. Choose another one.");
  }
  const { services } = platform;
  const nowMs = services.platform.now().getTime();
  await write(services.platform.db, [
    services.jobs.enqueueRow(ctx.guild.id, RESTORE_JOB, id, nowMs),
    record(platform, "guild.restore", ctx.guild.id, {
      guildId: ctx.guild.id,
      after: { backup: id, takenAt: copy.takenAt },
    }),
  ]);
  services.wakeJobs();
}

/** One file with all data of the guild. @throws {Forbidden} `auth/proof-required` */
export async function exportOwnGuild(
  ctx: GuildContext,
  platform: PlatformContext,
): Promise<Awaited<ReturnType<Exports>>> {
  allow(ctx, "guild.own");
  requireProved(accountHolder(platform), ctx.now());
  const { exports, platform: store } = platform.services;
  if (exports === undefined) throw notHere();
  await write(store.db, [
    record(platform, "guild.export", ctx.guild.id, { guildId: ctx.guild.id }),
  ]);
  return await exports(ctx.guild);
}

async function ownCopy(copies: Copies, guildId: GuildId, id: string): Promise<Backup> {
  const copy = await copies.backup(id);
  if (copy.guildId === guildId) return copy;
  throw new NotFound("backup/not-found", "This backup does not exist. Choose one from the list.");
}

function copiesOf(platform: PlatformContext): Copies {
  const { backups } = platform.services;
  if (backups) return backups;
  throw notHere();
}

function notHere(): NotSupported {
  return new NotSupported(
    "backup/not-here",
    "This server has no disk for backups. Ask the operator of this platform.",
  );
}

function shown(copy: Backup): GuildBackup {
  const { id, reason, status, takenAt, bytes, storedBytes, verifiedAt } = copy;
  return { id, reason, status, takenAt, bytes, storedBytes, verifiedAt };
}
