import type { Client, OpenClient } from "../../src/database/client.ts";
import { DatabaseError } from "../../src/database/errors.ts";
import type { Clock } from "../../src/kernel/clock.ts";
import type { Guild, PlatformStore } from "../../src/platform/store.ts";
import { atHostOf, databaseName, type Hosts } from "../hosts/host.ts";
import { type Migration, migrate } from "../migrations.ts";
import { withTemporaryCopy } from "../temporary-copy.ts";

/** The result of migrating a copy of one guild's database. */
export interface Rehearsal {
  readonly slug: string;
  readonly from: number;
  readonly to: number;
  readonly durationMs: number;
  /** The number of written rows, including those of rebuilt tables. */
  readonly rowsTouched: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly violatesForeignKeys: boolean;
  readonly error: string | null;
}

interface Deps extends Hosts {
  readonly platform: PlatformStore;
  readonly openClient: OpenClient;
  readonly migrations: readonly Migration[];
  readonly now: Clock;
}

/** Migrates a copy of a real guild's database and deletes the copy. The guild is not affected. */
export async function rehearse(deps: Deps, guild: Guild): Promise<Rehearsal> {
  const { migrations, now } = deps;
  const { host } = atHostOf(deps, guild);
  const snapshot = await host.snapshot(databaseName(guild.databaseName));
  return await withTemporaryCopy(deps, guild, snapshot, async (client) => {
    const bytesBefore = await sizeBytes(client);
    const changesBefore = await changes(client);
    const startedAt = performance.now();
    const nowMs = now().getTime();
    const report = await migrate(client, migrations, { nowMs, allowDestructive: true });
    const durationMs = performance.now() - startedAt;
    const { error } = report;
    return {
      slug: guild.slug,
      from: report.from,
      to: report.to,
      durationMs,
      rowsTouched: (await changes(client)) - changesBefore,
      bytesBefore,
      bytesAfter: await sizeBytes(client),
      violatesForeignKeys: error instanceof DatabaseError && error.kind === "foreign-key",
      error: error?.message ?? null,
    };
  });
}

async function sizeBytes(client: Client): Promise<number> {
  return await number(
    client,
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
  );
}

async function changes(client: Client): Promise<number> {
  return await number(client, "SELECT total_changes()");
}

async function number(client: Client, sql: string): Promise<number> {
  const { rows } = await client.execute({ sql, args: [] });
  return Number(rows[0]?.[0] ?? 0);
}
