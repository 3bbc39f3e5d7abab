import { and, asc, count, eq, gt, ne } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type Values } from "../../../database/query.ts";
import { build, insertInto } from "../../../database/statements.ts";
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
import { userSecrets } from "./schema.ts";

/** Reseals people's secrets with the current key. It belongs to the platform, so there is one. */
export const PERSONAL_RESEAL_JOB = "secrets.reseal-people";

const secretsOfUser = prepare(({ userId }: Values<{ readonly userId: UserId }>) =>
  build
    .select(columnsOf(userSecrets, "kind", "account", "hint", "setAt"))
    .from(userSecrets)
    .where(eq(userSecrets.userId, userId))
    .orderBy(asc(userSecrets.kind)),
);

const isSecret = (userId: UserId, kind: SecretKind) =>
  and(eq(userSecrets.userId, userId), eq(userSecrets.kind, kind));

const sealedSecret = prepare(
  ({ userId, kind }: Values<{ readonly userId: UserId; readonly kind: SecretKind }>) =>
    build
      .select(columnsOf(userSecrets, "id", "account", "sealed"))
      .from(userSecrets)
      .where(and(eq(userSecrets.userId, userId), eq(userSecrets.kind, kind))),
);

const secretsByKey = prepare(() =>
  build
    .select({ keyId: userSecrets.keyId, count: count() })
    .from(userSecrets)
    .groupBy(userSecrets.keyId)
    .orderBy(asc(userSecrets.keyId)),
);

const sealedOtherwise = prepare(
  ({ keyId, after }: Values<{ readonly keyId: string; readonly after: string }>) =>
    build
      .select(columnsOf(userSecrets, "id", "userId", "sealed"))
      .from(userSecrets)
      .where(and(ne(userSecrets.keyId, keyId), gt(userSecrets.id, after)))
      .orderBy(asc(userSecrets.id))
      .limit(limits.secrets.resealRows),
);

/** What resealing needs, so that a job can do it. */
type Resealing = Recording & {
  readonly services: Pick<Services, "platform" | "envelopes" | "now">;
};

/** The caller's own secrets without their values. */
export async function personalSecrets(ctx: PlatformContext): Promise<readonly SecretView[]> {
  const { userId, name } = accountHolder(ctx);
  const rows = await secretsOfUser.all(ctx.services.platform.db, { userId });
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
  const secret = {
    ...{ id, account: account || null, sealed, keyId },
    ...{ hint: hintOf(value), setAt: now().getTime() },
  };
  await write(platform.db, [
    insertInto(
      userSecrets,
      { userId, kind, ...secret },
      { on: [userSecrets.userId, userSecrets.kind], set: secret },
    ),
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
      existsIn(userSecrets, isSecret(userId, kind)),
      () => new NotFound("secrets/not-set", "This key is not set. Reload the page."),
    ),
    build.delete(userSecrets).where(isSecret(userId, kind)),
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
  const row = await sealedSecret.first(platform.db, { userId, kind });
  if (row === undefined) return undefined;
  return { account: row.account, value: await envelopes.open(placeOf(userId, row.id), row.sealed) };
}

/** The keys that people's secrets are sealed with. */
export async function personalSealedWith(
  platform: PlatformStore,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await secretsByKey.all(platform.db);
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
    const keyId = envelopes.currentKeyId ?? "";
    const rows = await sealedOtherwise.all(platform.db, { keyId, after });
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
    build
      .update(userSecrets)
      .set({ sealed: next.sealed, keyId: next.keyId })
      .where(and(eq(userSecrets.id, id), eq(userSecrets.sealed, sealed))),
    record(ctx, "secret.reseal", userId, { after: { keyId: next.keyId } }),
  ]);
  return true;
}

function placeOf(userId: UserId, row: string): Place {
  return { table: "user_secrets", column: "sealed", userId, row };
}
