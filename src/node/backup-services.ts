import { join, resolve } from "node:path";
import { exportToStream, type importGuild } from "../../provisioning/backups/archives.ts";
import { Backups } from "../../provisioning/backups/backups.ts";
import { FolderStore } from "../../provisioning/backups/folder-store.ts";
import { PlatformBackups } from "../../provisioning/backups/platform.ts";
import { S3Store } from "../../provisioning/backups/s3-store.ts";
import type { BackupStore } from "../../provisioning/backups/store.ts";
import type { RepointDeps } from "../../provisioning/repoint.ts";
import type { Config } from "../config.ts";
import { TenantDatabase } from "../database/client.ts";
import { DatabaseError } from "../database/errors.ts";
import type { TenantDatabases } from "../database/tenants.ts";
import type { Clock } from "../kernel/clock.ts";
import { limits } from "../limits.ts";
import type { GuildChanges } from "../platform/backups/changes.ts";
import type { Jobs } from "../platform/jobs/jobs.ts";
import type { Guild } from "../platform/store.ts";
import type { Exports } from "../services.ts";
import { SETTLE_JOB } from "../tenant/auctions/open.ts";
import { DECAY_JOB } from "../tenant/dkp/service.ts";
import { pathOfPlatform } from "./data-folder.ts";

type ArchiveDeps = Parameters<typeof importGuild>[0];

interface Deps extends RepointDeps {
  readonly migrations: ArchiveDeps["migrations"];
  readonly tenants: TenantDatabases;
  readonly jobs: Jobs;
  readonly changes: GuildChanges;
  readonly anchors: ArchiveDeps["anchors"];
  readonly now: Clock;
}

/** The services that make, store and restore backups. */
export interface BackupServices {
  readonly backups: Backups;
  readonly platformBackups: PlatformBackups;
  readonly backupStore: BackupStore;
  readonly archiving: ArchiveDeps;
  readonly exports: Exports;
  /** Schedules the jobs of a guild's new database, after a restore or an import. */
  setJobsAnew(guild: Guild): Promise<void>;
}

/** The store of backups. Only the configuration names it, so a lost platform can still find its backups. */
export function storeOf({ backups: { dir, s3 }, dataDir }: Config): BackupStore {
  if (s3) return new S3Store(s3);
  if (dir !== undefined) return new FolderStore(resolve(dir));
  return new FolderStore(join(resolve(dataDir), "backups"), resolve(dataDir));
}

export function buildBackupServices(config: Config, dataDir: string, deps: Deps): BackupServices {
  const store = storeOf(config);
  const scratch = join(dataDir, "scratch");
  const backups = new Backups({
    ...deps,
    store,
    scratch,
    afterRestore: (guild) => setJobsAnew(deps, guild),
  });
  const archiving = { ...deps, scratch };
  return {
    backups,
    platformBackups: new PlatformBackups({
      platform: deps.platform,
      store,
      scratch,
      kept: limits.backups.kept,
      path: pathOfPlatform(config.platformDatabaseUrl, dataDir),
    }),
    backupStore: store,
    archiving,
    exports: (guild) => exportToStream(archiving, guild),
    setJobsAnew: (guild) => setJobsAnew(deps, guild),
  };
}

/**
 * Schedules the jobs of a guild's new database. The platform stores when they are due, and another
 * database has other due times.
 */
async function setJobsAnew({ openClient, jobs, now }: Deps, guild: Guild): Promise<void> {
  // Opens the database directly: a guild that waits for a migration is not served, but its jobs are due
  // all the same.
  const db = new TenantDatabase(await openClient(guild.location));
  let auctions: { id: string; at: number }[] = [];
  let pools: { id: string }[] = [];
  try {
    pools = await db.all("SELECT id FROM pools");
    auctions = await db.all("SELECT id, closes_at AS at FROM auctions WHERE status = 'open'");
  } catch (error) {
    // A schema older than auctions has none to settle.
    if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
  } finally {
    await db.close();
  }
  for (const { id, at } of auctions) await jobs.enqueue(guild.id, SETTLE_JOB, id, at);
  // The job itself computes whether and when its pool decays.
  for (const { id } of pools) await jobs.enqueue(guild.id, DECAY_JOB, id, now().getTime());
}
