import { desc, sql } from "drizzle-orm";
import { newestCheckpoint, sealAudit } from "../../src/database/audit-log.ts";
import { auditSeals } from "../../src/database/audit-schema.ts";
import { lastGiven, verifyAudit } from "../../src/database/audit-verify.ts";
import { type Client, TenantDatabase } from "../../src/database/client.ts";
import { asNumber, prepare, rowsOf } from "../../src/database/query.ts";
import { genesisOf, guildLog } from "../../src/kernel/audit-chain.ts";
import { Invalid } from "../../src/kernel/errors.ts";
import type { GuildId } from "../../src/kernel/ids.ts";
import type { RebuildRequest } from "./rebuild.ts";

/** A checkpoint of an audit log: its beginning up to `seq` was removed at `at`, Unix milliseconds. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
}

type Asked = Pick<RebuildRequest, "sealFor" | "anchors" | "nowMs">;

/**
 * Compares the audit log of a rebuilt database with its seals, and seals it again for another guild.
 * Requires that its triggers are removed.
 *
 * @throws {Invalid} `copy/audit-broken`
 */
export async function checkedLog(
  client: Client,
  guildId: string,
  { sealFor, anchors = [], nowMs }: Asked,
): Promise<{ checkpoint: Anchor | null; head: { seq: number; hash: string } }> {
  const db = new TenantDatabase(client);
  const { last } = (await ends.first(db))!;
  const heads = anchors.filter(({ seq }) => seq <= last);
  const { bad, head } = await verifyAudit(db, guildLog(guildId as GuildId), { heads, nowMs });
  if (bad) {
    throw new Invalid(
      "copy/audit-broken",
      `Its audit log was changed: row ${bad.seq} does not fit its seals. Nothing was taken from it.`,
      { row: bad.seq, fault: bad.fault },
    );
  }
  const sealed = sealFor === undefined ? head : await sealedFor(db, sealFor, nowMs);
  return { checkpoint: (await newestCheckpoint(db)) ?? null, head: sealed };
}

/** The first and the last number in the log; 0 when it has no rows. */
const ends = prepare(() =>
  rowsOf(
    { first: asNumber(sql`coalesce(min(seq), 0)`), last: asNumber(sql`coalesce(max(seq), 0)`) },
    (columns) => sql`select ${columns} from audit_log`,
  ),
);

/** The hash of a log begins with its guild, so another guild's log is sealed again from the first row. */
async function sealedFor(db: TenantDatabase, sealFor: string, nowMs: number) {
  const log = guildLog(sealFor as GuildId);
  const { first } = (await ends.first(db))!;
  const before = first > 0 ? first - 1 : await lastGiven(db);
  await db.client.batch(
    [
      { sql: "DELETE FROM audit_seals", args: [] },
      { sql: "DELETE FROM audit_checkpoints", args: [] },
      {
        sql: "INSERT INTO audit_checkpoints (seq, hash, at) SELECT ?1, ?2, ?3 WHERE ?1 > 0",
        args: [before, genesisOf(log.name), nowMs],
      },
    ],
    "write",
  );
  await sealAudit(db, log);
  const head = await db.orm.select().from(auditSeals).orderBy(desc(auditSeals.seq)).limit(1).get();
  return head ?? { seq: before, hash: genesisOf(log.name) };
}
