import { write } from "../../database/write.ts";
import type { Envelopes } from "../../kernel/envelope.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { placeOf } from "./service.ts";

/** The job that reseals secrets with the current key. */
export const RESEAL_JOB = "secrets.reseal";

/** The outcome. Secrets that no key can open are left unchanged and counted. */
export interface Resealed {
  readonly resealed: number;
  readonly unreadable: number;
}

/** The number of a guild's secrets by key. */
export async function secretsByKey(
  ctx: Pick<GuildContext, "db">,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await ctx.db.all(
    "SELECT key_id AS keyId, count(*) AS count FROM secrets GROUP BY key_id ORDER BY key_id",
  );
}

/**
 * Seals the guild's secrets with the current key. Skips a secret that changes while this runs: it is
 * already sealed with the current key. Continues after a crash.
 */
export async function reseal(ctx: GuildContext, envelopes: Envelopes): Promise<Resealed> {
  const rows = await ctx.db.all<{ id: string; kind: string; sealed: string; keyId: string }>(
    "SELECT id, kind, sealed, key_id AS keyId FROM secrets WHERE key_id <> ? LIMIT ?",
    envelopes.currentKeyId ?? "",
    limits.secrets.perGuildMax,
  );
  let unreadable = 0;
  for (const { id, kind, sealed, keyId } of rows) {
    const place = placeOf(ctx, id);
    const value = await envelopes.open(place, sealed).catch(() => undefined);
    if (value === undefined) {
      unreadable++;
      continue;
    }
    const next = await envelopes.seal(place, value);
    await write(ctx.db, [
      {
        sql: "UPDATE secrets SET sealed = ?, key_id = ? WHERE id = ? AND sealed = ?",
        args: [next.sealed, next.keyId, id, sealed],
      },
      record(ctx, "connection.reseal", kind, { before: { keyId }, after: { keyId: next.keyId } }),
    ]);
  }
  return { resealed: rows.length - unreadable, unreadable };
}
