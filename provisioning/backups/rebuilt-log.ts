import { sealAudit } from "../../src/database/audit-log.ts";
import { verifyAudit } from "../../src/database/audit-verify.ts";
import { type Client, TenantDatabase } from "../../src/database/client.ts";
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
  const last = (await db.first<{ seq: number }>("SELECT max(seq) AS seq FROM audit_log"))?.seq ?? 0;
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
  const checkpoint = await db.first<Anchor>(
    "SELECT seq, hash, at FROM audit_checkpoints ORDER BY seq DESC LIMIT 1",
  );
  return { checkpoint: checkpoint ?? null, head: sealed };
}

/** The hash of a log begins with its guild, so another guild's log is sealed again from the first row. */
async function sealedFor(db: TenantDatabase, sealFor: string, nowMs: number) {
  const log = guildLog(sealFor as GuildId);
  const first = await db.first<{ seq: number }>(
    `SELECT coalesce(min(seq), (SELECT seq + 1 FROM sqlite_sequence WHERE name = 'audit_log'), 1)
       AS seq FROM audit_log`,
  );
  const before = first!.seq - 1;
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
  const head = await db.first<{ seq: number; hash: string }>(
    "SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1",
  );
  return head ?? { seq: before, hash: genesisOf(log.name) };
}
