import { eq } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../database/query.ts";
import { build, insertInto } from "../../database/statements.ts";
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
import { secrets } from "./schema.ts";

const allSecrets = prepare(() =>
  build
    .select({ ...columnsOf(secrets, "kind", "account", "hint", "setAt"), setBy: secrets.setByName })
    .from(secrets)
    .orderBy(secrets.kind),
);

const secretOfKind = prepare(({ kind }: Values<{ kind: SecretKind }>) =>
  build
    .select(columnsOf(secrets, "id", "account", "sealed"))
    .from(secrets)
    .where(eq(secrets.kind, kind)),
);

/** The guild's connections without their secrets. */
export async function connections(ctx: GuildContext): Promise<readonly SecretView[]> {
  allow(ctx, "keys.manage");
  return await allSecrets.all(ctx.db);
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
  const secret = {
    id,
    account: account || null,
    sealed,
    keyId,
    hint: hintOf(value),
    setAt: ctx.now().getTime(),
    setBy: caller.userId,
    setByName: caller.name,
  };
  await write(ctx.db, [
    insertInto(secrets, { kind, ...secret }, { on: [secrets.kind], set: secret }),
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
    guard(existsIn(secrets, eq(secrets.kind, kind)), notSet),
    build.delete(secrets).where(eq(secrets.kind, kind)),
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
  const row = await secretOfKind.first(ctx.db, { kind });
  if (row === undefined) return undefined;
  return { account: row.account, value: await envelopes.open(placeOf(ctx, row.id), row.sealed) };
}

export function placeOf(ctx: GuildContext, row: string): Place {
  return { table: "secrets", column: "sealed", guildId: ctx.guild.id, row };
}

function notSet(): NotFound {
  return new NotFound("secrets/not-set", "This key is not set. Reload the page.");
}
