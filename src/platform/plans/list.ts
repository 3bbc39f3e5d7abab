import type { Plan, PlatformStore } from "../store.ts";

/** Every plan, smallest first. */
export async function listPlans(platform: PlatformStore): Promise<readonly Plan[]> {
  const rows = await platform.db.all<Omit<Plan, "features"> & { features: string }>(
    `SELECT name, guilds_per_account_max AS guildsPerAccountMax, members_max AS membersMax,
       retention_days AS retentionDays, keys_max AS keysMax,
       events_per_minute_max AS eventsPerMinuteMax, connections_max AS connectionsMax,
       log_bytes_max AS logBytesMax, features FROM plans ORDER BY position`,
  );
  return rows.map((row) => ({ ...row, features: JSON.parse(row.features) }));
}
