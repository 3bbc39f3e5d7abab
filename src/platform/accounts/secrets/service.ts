import { sql } from "drizzle-orm";
import { guard, write } from "../../../database/write.ts";
import type { Envelopes, Place } from "../../../kernel/envelope.ts";
import { Invalid, NotFound } from "../../../kernel/errors.ts";
import { newId, type UserId } from "../../../kernel/ids.ts";
import {
  hintOf,
  type NewSecret,
  type SecretKind,
  type SecretView,
  secretFaults,
} from "../../../kernel/secret-kinds.ts";
import { limits } from "../../../limits.ts";
import type { Services } from "../../../services.ts";
import { type PlatformContext, type Recording, record, requireProved } from "../../context.ts";
import type { PlatformStore } from "../../store.ts";
import { accountHolder } from "../accounts.ts";

/** Reseals people's secrets with the current key. It belongs to the platform, so there is one. */
export const PERSONAL_RESEAL_JOB = "secrets.reseal-people";

/** What resealing needs, so that a job can do it. */
type Resealing = Recording & {
  readonly services: Pick<Services, "platform" | "envelopes" | "now">;
};

/** The caller's own secrets without their values. */
export async function personalSecrets(ctx: PlatformContext): Promise<readonly SecretView[]> {
  const { userId, name } = accountHolder(ctx);
  const rows = await ctx.services.platform.db.all<Omit<SecretView, "setBy">>(
    `SELECT kind, account, hint, set_at AS setAt FROM user_secrets WHERE user_id = ? ORDER BY kind`,
    userId,
  );
  return rows.map((row) => ({ ...row, setBy: name }));
}

/**
 * Stores a secret of the caller and replaces the previous one. It is never shown again.
 * @throws {Forbidden} `auth/proof-required`, {Invalid} `secrets/not-right`
 * @throws {Unavailable} `secrets/not-configured`
 */
export async function setPersonalSecret(
  ctx: PlatformContext,
  input: NewSecret & { readonly kind: SecretKind },
): Promise<void> {
  const caller = accountHolder(ctx);
  const { platform, envelopes, now } = ctx.services;
  requireProved(caller, now());
  const { kind, value, account = null } = input;
  const errors = secretFaults(kind, input);
  if (errors.length > 0) {
    throw new Invalid(
      "secrets/not-right",
      "The value is not valid. Copy it again from the other service.",
      {
        errors,
      },
    );
  }
  const { userId } = caller;
  const id = newId<string>();
  const { sealed, keyId } = await envelopes.seal(placeOf(userId, id), value);
  await write(platform.db, [
    sql`insert into user_secrets (user_id, kind, id, account, sealed, key_id, hint, set_at)
      values (${userId}, ${kind}, ${id}, ${account || null}, ${sealed}, ${keyId}, ${hintOf(value)},
        ${now().getTime()})
      on conflict (user_id, kind) do update set id = excluded.id, account = excluded.account,
        sealed = excluded.sealed, key_id = excluded.key_id, hint = excluded.hint,
        set_at = excluded.set_at`,
    record(ctx, "secret.set", userId, { after: { kind, account } }),
  ]);
}

/** @throws {NotFound} `secrets/not-set`, {Forbidden} `auth/proof-required` */
export async function removePersonalSecret(ctx: PlatformContext, kind: SecretKind): Promise<void> {
  const caller = accountHolder(ctx);
  const { userId } = caller;
  requireProved(caller, ctx.services.now());
  await write(ctx.services.platform.db, [
    guard(
      sql`exists (select 1 from user_secrets where user_id = ${userId} and kind = ${kind})`,
      () => new NotFound("secrets/not-set", "This key is not set. Reload the page."),
    ),
    sql`delete from user_secrets where user_id = ${userId} and kind = ${kind}`,
    record(ctx, "secret.remove", userId, { before: { kind } }),
  ]);
}

/**
 * The value of a person's secret, for calls to the service. Never put it into a response. Undefined if
 * it is not set. @throws {Unavailable} `secrets/unreadable`
 */
export async function personalSecretOf(
  platform: PlatformStore,
  envelopes: Envelopes,
  userId: UserId,
  kind: SecretKind,
): Promise<{ readonly account: string | null; readonly value: string } | undefined> {
  const row = await platform.db.first<{ id: string; account: string | null; sealed: string }>(
    "SELECT id, account, sealed FROM user_secrets WHERE user_id = ? AND kind = ?",
    userId,
    kind,
  );
  if (row === undefined) return undefined;
  return { account: row.account, value: await envelopes.open(placeOf(userId, row.id), row.sealed) };
}

/** The keys that people's secrets are sealed with. */
export async function personalSealedWith(
  platform: PlatformStore,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await platform.db.all(
    "SELECT key_id AS keyId, count(*) AS count FROM user_secrets GROUP BY key_id ORDER BY key_id",
  );
}

/**
 * Reseals people's secrets with the current key, as far as a configured key opens them. A killed run
 * continues where it stopped.
 */
export async function resealPersonal(
  ctx: Resealing,
): Promise<{ readonly resealed: number; readonly unreadable: number }> {
  const { platform, envelopes } = ctx.services;
  const total = { resealed: 0, unreadable: 0 };
  for (let after = ""; ; ) {
    const rows = await platform.db.all<{
      id: string;
      userId: UserId;
      sealed: string;
    }>(
      `SELECT id, user_id AS userId, sealed FROM user_secrets WHERE key_id <> ? AND id > ?
       ORDER BY id LIMIT ?`,
      envelopes.currentKeyId ?? "",
      after,
      limits.secrets.resealRows,
    );
    for (const row of rows) {
      const isDone = await resealOne(ctx, row);
      total[isDone ? "resealed" : "unreadable"]++;
    }
    if (rows.length < limits.secrets.resealRows) return total;
    after = rows.at(-1)!.id;
  }
}

async function resealOne(
  ctx: Resealing,
  { id, userId, sealed }: { id: string; userId: UserId; sealed: string },
): Promise<boolean> {
  const { platform, envelopes } = ctx.services;
  const place = placeOf(userId, id);
  const value = await envelopes.open(place, sealed).catch(() => undefined);
  if (value === undefined) return false;
  const next = await envelopes.seal(place, value);
  await write(platform.db, [
    {
      sql: "UPDATE user_secrets SET sealed = ?, key_id = ? WHERE id = ? AND sealed = ?",
      args: [next.sealed, next.keyId, id, sealed],
    },
    record(ctx, "secret.reseal", userId, { after: { keyId: next.keyId } }),
  ]);
  return true;
}

function placeOf(userId: UserId, row: string): Place {
  return { table: "user_secrets", column: "sealed", userId, row };
}
