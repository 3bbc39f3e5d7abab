import { sql } from "drizzle-orm";
import { guard, write } from "../../database/write.ts";
import type { Envelopes, Place } from "../../kernel/envelope.ts";
import { Invalid, NotFound } from "../../kernel/errors.ts";
import { newId } from "../../kernel/ids.ts";
import {
  hintOf,
  type NewSecret,
  type SecretKind,
  type SecretView,
  secretFaults,
} from "../../kernel/secret-kinds.ts";
import {
  type PlatformContext,
  refuseImpersonator,
  requireProved,
  signedIn,
} from "../../platform/context.ts";
import { endRest } from "../../platform/messages/rest.ts";
import { record } from "../audit.ts";
import { allow, type GuildContext } from "../context.ts";

/** The guild's connections without their secrets. */
export async function connections(ctx: GuildContext): Promise<readonly SecretView[]> {
  allow(ctx, "keys.manage");
  return await ctx.db.all<SecretView>(
    `SELECT kind, account, hint, set_at AS setAt, set_by_name AS setBy FROM secrets ORDER BY kind`,
  );
}

/**
 * Stores a secret and replaces the previous one. It is never shown again.
 *
 * @throws {Forbidden} `auth/proof-required`, `operator/impersonating`, {Invalid} `secrets/not-right`
 *
 * @throws {Unavailable} `secrets/not-configured`
 */
export async function setConnection(
  ctx: GuildContext,
  platform: PlatformContext,
  input: NewSecret & { readonly kind: SecretKind },
): Promise<void> {
  allow(ctx, "keys.manage");
  const caller = signedIn(platform);
  refuseImpersonator(caller);
  requireProved(caller, ctx.now());
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
  const id = newId<string>();
  const { sealed, keyId } = await platform.services.envelopes.seal(placeOf(ctx, id), value);
  await write(ctx.db, [
    sql`insert into secrets (kind, id, account, sealed, key_id, hint, set_at, set_by, set_by_name)
      values (${kind}, ${id}, ${account || null}, ${sealed}, ${keyId}, ${hintOf(value)},
        ${ctx.now().getTime()}, ${caller.userId}, ${caller.name})
      on conflict (kind) do update set id = excluded.id, account = excluded.account,
        sealed = excluded.sealed, key_id = excluded.key_id, hint = excluded.hint,
        set_at = excluded.set_at, set_by = excluded.set_by, set_by_name = excluded.set_by_name`,
    record(ctx, "connection.set", kind, { after: { account } }),
  ]);
  if (kind === "discord-bot") await endRest(platform.services, ctx.guild.id);
}

/** @throws {NotFound} `secrets/not-set`, {Forbidden} `auth/proof-required` */
export async function removeConnection(
  ctx: GuildContext,
  platform: PlatformContext,
  kind: SecretKind,
): Promise<void> {
  allow(ctx, "keys.manage");
  const caller = signedIn(platform);
  refuseImpersonator(caller);
  requireProved(caller, ctx.now());
  await write(ctx.db, [
    guard(sql`exists (select 1 from secrets where kind = ${kind})`, notSet),
    sql`delete from secrets where kind = ${kind}`,
    record(ctx, "connection.remove", kind),
  ]);
}

/**
 * The secret itself, for requests to the service in the guild's name; never for an answer. Undefined when
 * it is not set.
 *
 * @throws {Unavailable} `secrets/unreadable`
 */
export async function secretOf(
  ctx: GuildContext,
  envelopes: Envelopes,
  kind: SecretKind,
): Promise<{ readonly account: string | null; readonly value: string } | undefined> {
  const row = await ctx.db.first<{ id: string; account: string | null; sealed: string }>(
    "SELECT id, account, sealed FROM secrets WHERE kind = ?",
    kind,
  );
  if (row === undefined) return undefined;
  return { account: row.account, value: await envelopes.open(placeOf(ctx, row.id), row.sealed) };
}

export function placeOf(ctx: GuildContext, row: string): Place {
  return { table: "secrets", column: "sealed", guildId: ctx.guild.id, row };
}

function notSet(): NotFound {
  return new NotFound("secrets/not-set", "This key is not set. Reload the page.");
}
