import { and, eq, isNull, ne, not } from "drizzle-orm";
import { existsIn } from "../../../database/query.ts";
import { build, insertInto } from "../../../database/statements.ts";
import { guard, write } from "../../../database/write.ts";
import { Conflict, Forbidden, NotFound } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import { isRecentSignIn, type PlatformContext, record, requireProved } from "../../context.ts";
import { sessions } from "../../schema.ts";
import { accountHolder, noticeRows } from "../accounts.ts";
import { codeRows, countCodeTry, refuse } from "./check.ts";
import { newRecoveryCodes, newTotpSecret, otpauthUri, stepOfCode } from "./rules.ts";
import { secondFactors } from "./schema.ts";
import {
  factorRow,
  isOn,
  placeOf,
  recoveryCodeRows,
  recoveryCodesLeft,
  removalRows,
  requireOn,
} from "./store.ts";

/** The caller's second factor. Times in Unix milliseconds. */
export interface FactorState {
  readonly isOn: boolean;
  /** When it was turned on. Null if it is off. */
  readonly since: number | null;
  readonly recoveryCodesLeft: number;
  /** Whether the console stays closed to the caller without one. */
  readonly isRequired: boolean;
}

/** What an authenticator app needs. `secret` is base32. */
export interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

/** Whether the caller has a second factor. */
export async function factorState(ctx: PlatformContext): Promise<FactorState> {
  const { userId, operates } = accountHolder(ctx);
  const { platform, config } = ctx.services;
  const since = (await factorRow(platform, userId))?.confirmedAt ?? null;
  return {
    isOn: since !== null,
    since,
    recoveryCodesLeft: await recoveryCodesLeft(platform, userId),
    isRequired: operates !== undefined && config.operatorSecondFactor === "required",
  };
}

/**
 * Makes a secret for the caller's authenticator app. It replaces an earlier one that was not
 * confirmed, and counts for nothing until a code confirms it.
 * @throws {Forbidden} `auth/proof-required`, {Conflict} `auth/factor-on`
 * @throws {Unavailable} `secrets/not-configured`
 */
export async function beginEnrolment(ctx: PlatformContext): Promise<Enrolment> {
  const caller = accountHolder(ctx);
  const { platform, envelopes, now } = ctx.services;
  requireProved(caller, now());
  const { userId, email } = caller;
  const secret = newTotpSecret();
  const id = newId<string>();
  const { sealed, keyId } = await envelopes.seal(placeOf(userId, id), secret);
  const createdAt = now().getTime();
  const factor = { id, sealed, keyId, lastStep: 0, createdAt, confirmedAt: null };
  await write(platform.db, [
    guard(
      not(isOn(userId)),
      () => new Conflict("auth/factor-on", "A second factor is on already. Turn it off first."),
    ),
    insertInto(secondFactors, { userId, ...factor }, { on: [secondFactors.userId], set: factor }),
    record(ctx, "second-factor.begin", userId),
  ]);
  return { secret, uri: otpauthUri(secret, email) };
}

/** The secret that waits for its first code. Undefined without one, and without a recent sign-in. */
export async function openEnrolment(ctx: PlatformContext): Promise<Enrolment | undefined> {
  const caller = accountHolder(ctx);
  const { platform, envelopes, now } = ctx.services;
  const { userId, email } = caller;
  if (!isRecentSignIn(caller, now())) return undefined;
  const row = await factorRow(platform, userId);
  if (row === undefined || row.confirmedAt !== null) return undefined;
  const secret = await envelopes.open(placeOf(userId, row.id), row.sealed);
  return { secret, uri: otpauthUri(secret, email) };
}

/**
 * Turns the second factor on after a first code, and ends all other sessions. The recovery codes
 * are returned only here.
 * @throws {Forbidden} `auth/proof-required`, `auth/code-refused`; {NotFound} `auth/factor-not-begun`
 */
export async function confirmEnrolment(
  ctx: PlatformContext,
  { code }: { code: string },
): Promise<readonly string[]> {
  const caller = accountHolder(ctx);
  const { platform, envelopes, now } = ctx.services;
  requireProved(caller, now());
  const { userId, sessionId } = caller;
  await countCodeTry(ctx, userId, "session");
  const row = await factorRow(platform, userId);
  if (row === undefined || row.confirmedAt !== null) throw notBegun();
  const secret = await envelopes.open(placeOf(userId, row.id), row.sealed);
  const nowMs = now().getTime();
  const step = stepOfCode(secret, code.replace(/\s/g, ""), { nowMs, lastStep: 0 });
  if (step === undefined) {
    await refuse(ctx, userId);
    throw codeRefused();
  }
  const codes = newRecoveryCodes();
  const isWaiting = and(eq(secondFactors.id, row.id), isNull(secondFactors.confirmedAt));
  await write(platform.db, [
    guard(existsIn(secondFactors, isWaiting), notBegun),
    build
      .update(secondFactors)
      .set({ confirmedAt: nowMs, lastStep: step })
      .where(eq(secondFactors.id, row.id)),
    ...recoveryCodeRows(userId, codes),
    build.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId))),
    ...(await noticeRows(ctx, userId, "factor-on")),
    record(ctx, "second-factor.on", userId),
  ]);
  ctx.services.wakeJobs();
  return codes;
}

/**
 * Replaces the recovery codes. They are returned only here.
 * @throws {Forbidden} `auth/proof-required`, {NotFound} `auth/factor-off`
 */
export async function renewRecoveryCodes(ctx: PlatformContext): Promise<readonly string[]> {
  const caller = accountHolder(ctx);
  requireProved(caller, ctx.services.now());
  const codes = newRecoveryCodes();
  await write(ctx.services.platform.db, [
    requireOn(caller.userId),
    ...recoveryCodeRows(caller.userId, codes),
    record(ctx, "second-factor.new-codes", caller.userId),
  ]);
  return codes;
}

/**
 * Turns the second factor off and notifies the account by email.
 * @throws {Forbidden} `auth/proof-required`, {NotFound} `auth/factor-off`
 */
export async function turnFactorOff(ctx: PlatformContext): Promise<void> {
  const caller = accountHolder(ctx);
  requireProved(caller, ctx.services.now());
  const { userId } = caller;
  await write(ctx.services.platform.db, [
    requireOn(userId),
    ...removalRows(userId),
    ...(await noticeRows(ctx, userId, "factor-off")),
    record(ctx, "second-factor.off", userId),
  ]);
  ctx.services.wakeJobs();
}

/**
 * Confirms the sign-in by a code of the app. Valid for `reauthMs`, like the password.
 * @throws {Forbidden} `auth/code-refused`, {LimitReached} `rate/too-many`
 */
export async function proveByCode(
  ctx: PlatformContext,
  { code }: { code: string },
): Promise<{ provedUntil: number }> {
  const { userId, sessionId } = accountHolder(ctx);
  await countCodeTry(ctx, userId, "session");
  const options = { acceptsRecovery: false, refusal: codeRefused };
  const used = await codeRows(ctx, userId, code, options);
  const provedAt = ctx.services.now().getTime();
  await write(ctx.services.platform.db, [
    ...used,
    build.update(sessions).set({ provedAt }).where(eq(sessions.id, sessionId)),
    record(ctx, "session.prove", userId, { after: { by: "second-factor" } }),
  ]);
  return { provedUntil: provedAt + limits.session.reauthMs };
}

function codeRefused(): Forbidden {
  return new Forbidden(
    "auth/code-refused",
    "The code is wrong or was used already. Wait for the next one and enter it.",
  );
}

function notBegun(): NotFound {
  return new NotFound("auth/factor-not-begun", "Begin again: there is no secret to confirm.");
}
