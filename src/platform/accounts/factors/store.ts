import { and, asc, count, eq, gt, isNotNull, ne } from "drizzle-orm";
import { columnsOf, existsIn, prepare, type RowOf, type Values } from "../../../database/query.ts";
import { build, insertAll } from "../../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../../database/write.ts";
import type { Envelopes, Place } from "../../../kernel/envelope.ts";
import { NotFound } from "../../../kernel/errors.ts";
import type { UserId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import type { Services } from "../../../services.ts";
import { type Recording, record } from "../../context.ts";
import type { PlatformStore } from "../../store.ts";
import { hashRecoveryCode } from "./rules.ts";
import { recoveryCodes, secondFactors } from "./schema.ts";

const FACTOR = columnsOf(secondFactors, "id", "sealed", "lastStep", "confirmedAt");

/** The authenticator app of an account, confirmed or not. */
export type FactorRow = Readonly<RowOf<typeof FACTOR>>;

const factorOfUser = prepare(({ userId }: Values<{ readonly userId: UserId }>) =>
  build.select(FACTOR).from(secondFactors).where(eq(secondFactors.userId, userId)),
);

const codesOfUser = prepare(({ userId }: Values<{ readonly userId: UserId }>) =>
  build.select({ count: count() }).from(recoveryCodes).where(eq(recoveryCodes.userId, userId)),
);

const sealedOtherwise = prepare(
  ({ keyId, after }: Values<{ readonly keyId: string; readonly after: string }>) =>
    build
      .select(columnsOf(secondFactors, "id", "userId", "sealed"))
      .from(secondFactors)
      .where(and(ne(secondFactors.keyId, keyId), gt(secondFactors.id, after)))
      .orderBy(asc(secondFactors.id))
      .limit(limits.secrets.resealRows),
);

const factorsByKey = prepare(() =>
  build
    .select({ keyId: secondFactors.keyId, count: count() })
    .from(secondFactors)
    .groupBy(secondFactors.keyId)
    .orderBy(asc(secondFactors.keyId)),
);

type Store = Pick<PlatformStore, "db">;

export function factorRow(platform: Store, userId: UserId): Promise<FactorRow | undefined> {
  return factorOfUser.first(platform.db, { userId });
}

/** Whether sign-ins to the account need a code. */
export async function hasFactor(platform: Store, userId: UserId): Promise<boolean> {
  const row = await factorRow(platform, userId);
  return row !== undefined && row.confirmedAt !== null;
}

export async function recoveryCodesLeft(platform: Store, userId: UserId): Promise<number> {
  return (await codesOfUser.first(platform.db, { userId }))?.count ?? 0;
}

/** The condition that the account has a confirmed factor. */
export const isOn = (userId: UserId) =>
  existsIn(
    secondFactors,
    and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)),
  );

/** @throws {NotFound} `auth/factor-off` in the write, if the account has no confirmed factor. */
export function requireOn(userId: UserId): Guard {
  return guard(isOn(userId), factorOff);
}

function factorOff(): NotFound {
  return new NotFound("auth/factor-off", "This account has no second factor. Reload the page.");
}

/** Replaces all recovery codes of an account. */
export function recoveryCodeRows(userId: UserId, codes: readonly string[]): readonly Writable[] {
  const rows = codes.map((code) => ({ userId, codeHash: hashRecoveryCode(userId, code) }));
  return [
    build.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId)),
    insertAll(recoveryCodes, rows),
  ];
}

/** Removes the factor and its recovery codes. */
export function removalRows(userId: UserId): readonly Writable[] {
  return [
    build.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId)),
    build.delete(secondFactors).where(eq(secondFactors.userId, userId)),
  ];
}

/** The keys that the secrets of authenticator apps are sealed with. */
export async function factorsSealedWith(
  platform: Store,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return await factorsByKey.all(platform.db);
}

/** What resealing needs, so that a job can do it. */
type Resealing = Recording & {
  readonly services: Pick<Services, "platform" | "envelopes" | "now">;
};

/**
 * Reseals the secrets of authenticator apps with the current key. A killed run continues where it
 * stopped.
 */
export async function resealFactors(
  ctx: Resealing,
): Promise<{ readonly resealed: number; readonly unreadable: number }> {
  const { platform, envelopes } = ctx.services;
  const total = { resealed: 0, unreadable: 0 };
  for (let after = ""; ; ) {
    const keyId = envelopes.currentKeyId ?? "";
    const rows = await sealedOtherwise.all(platform.db, { keyId, after });
    for (const row of rows) {
      const isDone = await resealOne(ctx, envelopes, row);
      total[isDone ? "resealed" : "unreadable"]++;
    }
    if (rows.length < limits.secrets.resealRows) return total;
    after = rows.at(-1)!.id;
  }
}

async function resealOne(
  ctx: Resealing,
  envelopes: Envelopes,
  { id, userId, sealed }: { id: string; userId: UserId; sealed: string },
): Promise<boolean> {
  const place = placeOf(userId, id);
  const secret = await envelopes.open(place, sealed).catch(() => undefined);
  if (secret === undefined) return false;
  const next = await envelopes.seal(place, secret);
  await write(ctx.services.platform.db, [
    build
      .update(secondFactors)
      .set({ sealed: next.sealed, keyId: next.keyId })
      .where(and(eq(secondFactors.id, id), eq(secondFactors.sealed, sealed))),
    record(ctx, "secret.reseal", userId, { after: { keyId: next.keyId } }),
  ]);
  return true;
}

/** Where a secret is sealed for. */
export function placeOf(userId: UserId, row: string): Place {
  return { table: "second_factors", column: "sealed", userId, row };
}
