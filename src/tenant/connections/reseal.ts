import { write } from "../../database/write.ts";
import type { Envelopes } from "../../kernel/envelope.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { placeOf } from "./service.ts";

/** Secrets that are sealed with a former key are sealed with today's. */
export const RESEAL_JOB = "secrets.reseal";

/** How it went: what no key opens stays as it is and is counted. */
export interface Resealed {
  readonly resealed: number;
  readonly unreadable: number;
}

/** What a guild's secrets are sealed with. */
export async function sealedWith(
  ctx: Pick<GuildContext, "db">,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await ctx.db.all(
    "SELECT key_id AS keyId, count(*) AS count FROM secrets GROUP BY key_id ORDER BY key_id",
  );
}

/**
 * Seals the guild's secrets with today's key. One that is changed meanwhile is left alone: it has
 * today's key already. Killed on the way, it goes on where it was.
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
