import { and, eq, isNotNull, lt } from "drizzle-orm";
import { existsIn } from "../../../database/query.ts";
import { build } from "../../../database/statements.ts";
import { type Guard, guard, type Writable, write } from "../../../database/write.ts";
import { addressSubject } from "../../../http/address.ts";
import type { AppError } from "../../../kernel/errors.ts";
import type { UserId } from "../../../kernel/ids.ts";
import { type PlatformContext, record } from "../../context.ts";
import { noticeRows } from "../accounts.ts";
import { hashRecoveryCode, readCode, stepOfCode } from "./rules.ts";
import { recoveryCodes, secondFactors } from "./schema.ts";
import { factorRow, placeOf } from "./store.ts";

/**
 * Counts one try of a code, by account and by address. `where` keeps the tries of a signed-in person apart,
 * so that a stranger who knows the password cannot use them up.
 * @throws {LimitReached} `rate/too-many`
 */
export async function countCodeTry(
  ctx: PlatformContext,
  userId: UserId,
  where: "sign-in" | "session",
): Promise<void> {
  const { rates } = ctx.services;
  await rates.use("second-factor", "address", addressSubject(ctx.address));
  await rates.use("second-factor", "account", `${userId} ${where}`);
}

/**
 * Checks a code of the account's app or, for a sign-in, one of its recovery codes. The returned
 * rows use the code up and belong into the write that it permits: of two requests with one code,
 * only one gets through. Wrong, old and used codes get the same `refusal`.
 */
export async function codeRows(
  ctx: PlatformContext,
  userId: UserId,
  typed: string,
  options: { readonly acceptsRecovery: boolean; readonly refusal: () => AppError },
): Promise<readonly (Writable | Guard)[]> {
  const read = readCode(typed);
  const rows =
    read?.kind === "totp"
      ? await totpRows(ctx, userId, read.code, options.refusal)
      : read && options.acceptsRecovery
        ? await recoveryRows(ctx, userId, read.code, options.refusal)
        : undefined;
  if (rows !== undefined) return rows;
  await refuse(ctx, userId);
  throw options.refusal();
}

/** Records a refused code. */
export async function refuse(ctx: PlatformContext, userId: UserId): Promise<void> {
  await write(ctx.services.platform.db, [record(ctx, "second-factor.refuse", userId)]);
}

async function totpRows(
  ctx: PlatformContext,
  userId: UserId,
  code: string,
  refusal: () => AppError,
): Promise<readonly (Writable | Guard)[] | undefined> {
  const { platform, envelopes, now } = ctx.services;
  const row = await factorRow(platform, userId);
  if (row === undefined || row.confirmedAt === null) return undefined;
  const secret = await envelopes.open(placeOf(userId, row.id), row.sealed);
  const { lastStep } = row;
  const step = stepOfCode(secret, code, { nowMs: now().getTime(), lastStep });
  if (step === undefined) return undefined;
  const isUnused = and(
    eq(secondFactors.id, row.id),
    isNotNull(secondFactors.confirmedAt),
    lt(secondFactors.lastStep, step),
  );
  return [
    guard(existsIn(secondFactors, isUnused), refusal),
    build.update(secondFactors).set({ lastStep: step }).where(eq(secondFactors.id, row.id)),
    record(ctx, "second-factor.use", userId, { after: { kind: "totp" } }),
  ];
}

async function recoveryRows(
  ctx: PlatformContext,
  userId: UserId,
  code: string,
  refusal: () => AppError,
): Promise<readonly (Writable | Guard)[] | undefined> {
  const codeHash = hashRecoveryCode(userId, code);
  const isCode = and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHash, codeHash));
  const { orm } = ctx.services.platform.db;
  const found = await orm.select().from(recoveryCodes).where(isCode);
  if (found.length === 0) return undefined;
  return [
    guard(existsIn(recoveryCodes, isCode), refusal),
    build.delete(recoveryCodes).where(isCode),
    ...(await noticeRows(ctx, userId, "recovery-used")),
    record(ctx, "second-factor.use", userId, { after: { kind: "recovery" } }),
  ];
}
