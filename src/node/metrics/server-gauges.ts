import type { FaultCode } from "../../database/faults.ts";
import { limits } from "../../limits.ts";
import type { LiveLogs } from "../logs/live-logs.ts";
import type { NodeServices } from "../services.ts";
import type { Instruments } from "./instruments.ts";
import type { PrometheusMeter } from "./meter.ts";

const FAULTS: readonly FaultCode[] = [
  "database/damaged",
  "database/storage-full",
  "database/unavailable",
  "database/unreachable",
  "guild/schema-behind",
];

/** Gauges of this process. Reading them needs no wait. */
export function registerServerGauges(
  make: Instruments,
  meter: PrometheusMeter,
  services: NodeServices,
  liveLogs: Pick<LiveLogs, "count">,
): () => void {
  const { eventLoop, streams, platform } = services;
  registerPool(make, services);
  make.reading(
    "event_loop_lag_seconds",
    "The longest that work on the main thread held up everything else in the last second or two.",
    () => eventLoop.lag.latestMs / 1_000,
  );
  make.total(
    "event_loop_lag_over_limit",
    `Seconds in which the lag was above ${limits.eventLoop.lagMsMax} ms.`,
    () => eventLoop.lag.overLimit,
  );
  make.reading("live_streams_open", "Event streams that are open.", () => streams.count);
  make.reading("live_sockets_open", "WebSocket connections that are open.", () => liveLogs.count);
  make.reading(
    "clock_accepted",
    "1 while the clock agrees with the time that passes, 0 while it is ahead or behind.",
    () => (platform.clock.state() === "right" ? 1 : 0),
  );
  const faults = make.gauge("database_faults", "Databases in trouble, by what is wrong.", "code");
  const top = make.gauge(
    "top_guild_requests",
    "Requests since the start of the few guilds that had the most, by the guild's id.",
    "guild_id",
  );
  return () => {
    const now = services.faults.gauges();
    for (const code of FAULTS) faults.set({ code }, now[code] ?? 0);
    top.reset();
    for (const [guild_id, requests] of meter.topGuilds.top()) top.set({ guild_id }, requests);
  };
}

function registerPool(make: Instruments, { tenants, config }: NodeServices): void {
  const pool = () => tenants.gauges();
  make.reading("pool_databases_open", "Databases of guilds that are open.", () => pool().open);
  make.reading("pool_leases", "Uses of open databases under way.", () => pool().leased);
  make.reading("pool_waiting", "Requests that wait for a database to open.", () => pool().waiting);
  make.reading(
    "pool_idle_max",
    "Databases that may stay open while no request uses them.",
    () => config.openMax ?? limits.database.openMax,
  );
  make.total("pool_hits", "Leases of a database that was open.", () => pool().hits);
  make.total("pool_misses", "Leases of a database that had to be opened.", () => pool().misses);
  make.total("pool_evictions", "Databases that were closed.", () => pool().evicted);
}
