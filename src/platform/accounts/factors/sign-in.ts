import { eq, lte, not } from "drizzle-orm";
import { existsIn } from "../../../database/query.ts";
import { build, insertInto } from "../../../database/statements.ts";
import { type Guard, guard, type Writable } from "../../../database/write.ts";
import { Unauthenticated } from "../../../kernel/errors.ts";
import { hashToken } from "../../../kernel/tokens.ts";
import { limits } from "../../../limits.ts";
import type { PlatformContext } from "../../context.ts";
import { type NewSession, type UserRow, userById } from "../accounts.ts";
import { flowNotValid } from "../providers/exchange.ts";
import { signInAs } from "../providers/links.ts";
import { newLinkRows } from "../providers/provider-sign-in.ts";
import { providerBy } from "../providers/providers.ts";
import { usedRounds } from "../providers/schema.ts";
import { beginByPassword } from "../service.ts";
import { codeRows, countCodeTry } from "./check.ts";
import { isSameBrowser, type PendingSignIn, type SignInResult } from "./pending-sign-in.ts";
import { requireOn } from "./store.ts";

/**
 * Finishes a sign-in with a code of the app or a recovery code. Each sign-in finishes once, in the
 * browser that began it.
 * @throws {Unauthenticated} `auth/wrong-code`, {LimitReached} `rate/too-many`
 * @throws {Malformed} `auth/round-not-valid`
 */
export async function finishSignIn(
  ctx: PlatformContext,
  pending: PendingSignIn,
  code: string,
): Promise<NewSession> {
  if (!isSameBrowser(ctx, pending)) throw flowNotValid();
  const { userId } = pending;
  await countCodeTry(ctx, userId, "sign-in");
  const options = { acceptsRecovery: true, refusal: wrongCode };
  const used = await codeRows(ctx, userId, code, options);
  const user = await userById(ctx, userId);
  return await begin(ctx, user, pending, [requireOn(userId), ...used, ...useUp(ctx, pending)]);
}

/**
 * The same in one request, for the API.
 * @throws {Unauthenticated} `auth/code-required`, `auth/wrong-code`; {LimitReached} `rate/too-many`
 */
export async function finishWithCode(
  ctx: PlatformContext,
  result: SignInResult,
  code: string | undefined,
): Promise<NewSession> {
  if (result.type === "signed-in") return result.session;
  if (code !== undefined) return await finishSignIn(ctx, result.pending, code);
  throw new Unauthenticated(
    "auth/code-required",
    "This account has a second factor. Send the code of the authenticator app as well.",
  );
}

async function begin(
  ctx: PlatformContext,
  user: UserRow,
  { first }: PendingSignIn,
  before: readonly (Writable | Guard)[],
): Promise<NewSession> {
  if (first.type === "password") {
    const { passwordHash } = user;
    if (passwordHash === null || hashToken(passwordHash) !== first.passwordHash) {
      throw flowNotValid();
    }
    return await beginByPassword(ctx, user, before, flowNotValid);
  }
  const provider = providerBy(ctx.services.config, first.provider);
  const { subject, name, linkedBy } = first;
  const profile = { subject, name, email: linkedBy ?? undefined };
  const links = linkedBy === null ? [] : await newLinkRows(ctx, user, provider, profile);
  return await signInAs(ctx, user, provider, profile, [...before, ...links]);
}

/** @throws {Malformed} `auth/round-not-valid` in the write, if the sign-in has finished before. */
function useUp(ctx: PlatformContext, { nonce }: PendingSignIn): readonly (Writable | Guard)[] {
  const nowMs = ctx.services.now().getTime();
  const stateHash = hashToken(nonce);
  return [
    guard(not(existsIn(usedRounds, eq(usedRounds.stateHash, stateHash))), () => flowNotValid()),
    build.delete(usedRounds).where(lte(usedRounds.expiresAt, nowMs)),
    insertInto(usedRounds, { stateHash, expiresAt: nowMs + limits.auth.providerRoundMs }),
  ];
}

function wrongCode(): Unauthenticated {
  return new Unauthenticated(
    "auth/wrong-code",
    "The code is wrong or was used already. Wait for the next one, or use a recovery code.",
  );
}
