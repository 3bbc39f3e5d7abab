import { resolve } from "node:path";
import { guildSchema } from "../../../provisioning/guild-schema.ts";
import { schemaOf } from "../../../provisioning/migrations.ts";
import { limits } from "../../limits.ts";
import { type PlatformFigures, platformFigures } from "../../platform/fleet/figures.ts";
import { COPIES_JOB } from "../backup-jobs.ts";
import type { LiveLogs } from "../logs/live-logs.ts";
import { type DiskRoom, diskRoom } from "../readiness.ts";
import type { NodeServices } from "../services.ts";
import { Collector } from "./collector.ts";
import { Instruments } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";
import { registerPlatformGauges } from "./platform-gauges.ts";
import { registerServerGauges } from "./server-gauges.ts";

/** Returns all metrics as text, and its content type. */
export type Scrape = () => Promise<{ readonly type: string; readonly text: string }>;

/** Registers every gauge of a server. A scrape never waits longer than `limits.metrics.waitMs`. */
export function scrapeOf(
  { registry, meter }: Metrics,
  services: NodeServices,
  liveLogs: LiveLogs,
): Scrape {
  const { platform, config } = services;
  const nowMs = () => services.now().getTime();
  const make = new Instruments(registry);
  const setServer = registerServerGauges(make, meter, services, liveLogs);
  const schemaVersion = schemaOf(guildSchema).version;
  const setPlatform = registerPlatformGauges(make, { schemaVersion, nowMs });
  const setDisk = diskGauges(make, config.diskFreeBytesMin);
  const { waitMs, platformEveryMs, diskEveryMs } = limits.metrics;
  const figures = async () => withSchedule(config, await platformFigures(platform, COPIES_JOB));
  const collectors = {
    platform: new Collector(figures, { everyMs: platformEveryMs, waitMs, nowMs }),
    disk: new Collector(() => diskRoom(resolve(config.dataDir)), {
      everyMs: diskEveryMs,
      waitMs,
      nowMs,
    }),
  };
  const setAges = collectorGauges(make, collectors);
  return async () => {
    await Promise.all(Object.values(collectors).map((one) => one.refresh()));
    setServer();
    if (collectors.platform.newest) setPlatform(collectors.platform.newest);
    if (collectors.disk.newest) setDisk(collectors.disk.newest);
    setAges();
    return { type: registry.contentType, text: await registry.metrics() };
  };
}

/** Without a schedule, backups are made outside of the product, so none of them is overdue here. */
function withSchedule(config: NodeServices["config"], figures: PlatformFigures): PlatformFigures {
  if (config.backups.everyMs > 0) return figures;
  return { ...figures, backups: { ...figures.backups, overdue: 0, oldestOverdueAt: null } };
}

function diskGauges(make: Instruments, freeBytesMin: number): (room: DiskRoom) => void {
  const free = make.gauge("disk_free_bytes", "Room on the disk of the data folder.");
  const size = make.gauge("disk_size_bytes", "Size of the disk of the data folder.");
  make.gauge("disk_free_min_bytes", "With less room the server is not ready.").set(freeBytesMin);
  return ({ freeBytes, sizeBytes }) => {
    free.set(freeBytes);
    size.set(sizeBytes);
  };
}

/** Reports the age of each collector's numbers, so that failed reads are visible. */
function collectorGauges(
  make: Instruments,
  collectors: Readonly<Record<string, Collector<unknown>>>,
): () => void {
  const lastSuccess = make.gauge(
    "collector_last_success_timestamp_seconds",
    "When the numbers of this collector were read; 0 for never. Older ones are stale.",
    "collector",
  );
  const failures = make.gauge(
    "collector_failures",
    "Reads of this collector that failed since the start.",
    "collector",
  );
  return () => {
    for (const [collector, { lastSuccessAt, failures: failed }] of Object.entries(collectors)) {
      lastSuccess.set({ collector }, (lastSuccessAt ?? 0) / 1_000);
      failures.set({ collector }, failed);
    }
  };
}
