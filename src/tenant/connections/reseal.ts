import { and, count, eq, ne } from "drizzle-orm";
import { columnsOf, prepare, type Values } from "../../database/query.ts";
import { build } from "../../database/statements.ts";
import { write } from "../../database/write.ts";
import type { Envelopes } from "../../kernel/envelope.ts";
import { limits } from "../../limits.ts";
import { record } from "../audit.ts";
import type { GuildContext } from "../context.ts";
import { secrets } from "./schema.ts";
import { placeOf } from "./service.ts";

/** The job that reseals secrets with the current key. */
export const RESEAL_JOB = "secrets.reseal";

/** The outcome. Secrets that no key can open are left unchanged and counted. */
export interface Resealed {
  readonly resealed: number;
  readonly unreadable: number;
}

const countsByKey = prepare(() =>
  build
    .select({ keyId: secrets.keyId, count: count() })
    .from(secrets)
    .groupBy(secrets.keyId)
    .orderBy(secrets.keyId),
);

const sealedByOthers = prepare(({ keyId }: Values<{ keyId: string }>) =>
  build
    .select(columnsOf(secrets, "id", "kind", "sealed", "keyId"))
    .from(secrets)
    .where(ne(secrets.keyId, keyId))
    .limit(limits.secrets.perGuildMax),
);

/** The number of a guild's secrets by key. */
export async function secretsByKey(
  ctx: Pick<GuildContext, "db">,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await countsByKey.all(ctx.db);
}

/**
 * Seals the guild's secrets with the current key. Skips a secret that changes while this runs: it is
 * already sealed with the current key. Continues after a crash.
 */
export async function reseal(ctx: GuildContext, envelopes: Envelopes): Promise<Resealed> {
  const rows = await sealedByOthers.all(ctx.db, { keyId: envelopes.currentKeyId ?? "" });
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
      build
        .update(secrets)
        .set({ sealed: next.sealed, keyId: next.keyId })
        .where(and(eq(secrets.id, id), eq(secrets.sealed, sealed))),
      record(ctx, "connection.reseal", kind, { before: { keyId }, after: { keyId: next.keyId } }),
    ]);
  }
  return { resealed: rows.length - unreadable, unreadable };
}
