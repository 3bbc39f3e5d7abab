import { DAY_MS } from "../kernel/time.ts";
import type { GuildContext } from "./context.ts";

/** Statistics of one guild from its own database. */
export interface GuildStatistics {
  readonly characters: number;
  readonly persons: number;
  readonly raids: number;
  readonly ledgerEntries: number;
  readonly auctions: number;
  readonly logs: number;
  /** The size of its database, free pages included; combat logs are stored elsewhere. */
  readonly bytes: number;
  /** Changes by day (UTC), from the audit log; days without changes are left out. */
  readonly activity: readonly { readonly day: string; readonly changes: number }[];
}

/** Counts a guild's rows, and its changes on each of the last `days` days. */
export async function guildStatistics(ctx: GuildContext, days: number): Promise<GuildStatistics> {
  const counts = await ctx.db.first<Omit<GuildStatistics, "activity">>(
    `SELECT (SELECT count(*) FROM characters) AS characters,
       (SELECT count(*) FROM persons) AS persons,
       (SELECT count(*) FROM raids) AS raids,
       (SELECT count(*) FROM ledger_tx) AS ledgerEntries,
       (SELECT count(*) FROM auctions) AS auctions,
       (SELECT count(*) FROM log_reports) AS logs,
       (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()) AS bytes`,
  );
  const activity = await ctx.db.all<GuildStatistics["activity"][number]>(
    `SELECT date(at / 1000, 'unixepoch') AS day, count(*) AS changes
     FROM audit_log WHERE at > ? GROUP BY day ORDER BY day`,
    ctx.now().getTime() - days * DAY_MS,
  );
  return { ...counts!, activity };
}
