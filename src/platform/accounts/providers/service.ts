import { sql } from "drizzle-orm";
import { guard, write } from "../../../database/write.ts";
import { AppError } from "../../../kernel/errors.ts";
import { hashToken } from "../../../kernel/tokens.ts";
import { limits } from "../../../limits.ts";
import type { Locale } from "../../../web/i18n/index.ts";
import { type PlatformContext, requireProved } from "../../context.ts";
import { accountHolder, countByAddress, type NewSession } from "../accounts.ts";
import { authorizationUrl, newRoundSecrets, profileFrom, roundNotValid } from "./exchange.ts";
import { link, prove } from "./links.ts";
import { enter } from "./provider-sign-in.ts";
import { type Profile, type Provider, providerBy } from "./providers.ts";
import { type Newcomer, type Round, seal, unseal } from "./rounds.ts";

/** How a round ended. A newcomer has no account yet and says first by which address to reach them. */
export type RoundEnd =
  | { readonly type: "signed-in"; readonly session: NewSession; readonly next: string }
  | { readonly type: "newcomer"; readonly newcomer: Newcomer }
  | { readonly type: "done" | "refused"; readonly next: string };

/**
 * Begins a round through a provider: where the browser goes, and what it has to bring back.
 * @throws {NotFound} `auth/no-such-provider`, {Forbidden} `auth/proof-required` for linking
 */
export async function beginRound(
  ctx: PlatformContext,
  input: { provider: string; purpose: Round["purpose"]; next: string },
): Promise<{ readonly url: URL; readonly sealed: string }> {
  const { services } = ctx;
  const { purpose, next } = input;
  const provider = providerBy(services.config, input.provider);
  const caller = purpose === "sign-in" ? undefined : accountHolder(ctx);
  if (caller && purpose === "link") requireProved(caller, services.now());
  const secrets = newRoundSecrets();
  const askAgain = purpose !== "sign-in";
  const round = { provider: provider.id, ...secrets, purpose, next, sessionId: caller?.sessionId };
  return {
    url: await authorizationUrl(provider, secrets, redirectUri(ctx, provider), { askAgain }),
    sealed: await seal(services, "round", round),
  };
}

/**
 * Ends a round with what the browser brought: signs in, links, or proves. Each round ends once.
 * @throws {Malformed} `auth/round-not-valid`, {Unavailable} `auth/provider-unavailable`
 * @throws {Conflict} `auth/link-first`, `auth/identity-taken`, `auth/identity-exists`
 */
export async function endRound(
  ctx: PlatformContext,
  input: {
    provider: string;
    sealed: string | undefined;
    parameters: URLSearchParams;
    locale: Locale;
  },
): Promise<RoundEnd> {
  const { services } = ctx;
  const provider = providerBy(services.config, input.provider);
  await countByAddress(ctx, "sign-in");
  const round = await unseal(services, "round", input.sealed);
  if (round?.provider !== provider.id) throw roundNotValid();
  if (input.parameters.get("state") !== round.state) throw roundNotValid();
  await useUp(ctx, round);
  const profile = await askProvider(ctx, provider, input.parameters, round);
  const { next } = round;
  if (profile === undefined) return { type: "refused", next };
  if (round.purpose === "sign-in") {
    const entered = await enter(ctx, provider, profile);
    return "token" in entered
      ? { type: "signed-in", session: entered, next }
      : { type: "newcomer", newcomer: { ...entered, next } };
  }
  if (accountHolder(ctx).sessionId !== round.sessionId) throw roundNotValid();
  if (round.purpose === "link") await link(ctx, provider, profile);
  else await prove(ctx, provider, profile);
  return { type: "done", next };
}

async function askProvider(
  ctx: PlatformContext,
  provider: Provider,
  parameters: URLSearchParams,
  round: Round,
): Promise<Profile | undefined> {
  try {
    return await profileFrom(provider, parameters, round, redirectUri(ctx, provider));
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : undefined;
    // Its message only: what came back may hold tokens.
    const reason = cause instanceof Error ? cause.message : String(error);
    ctx.services.log.warn("round.failed", { requestId: ctx.requestId, by: provider.id, reason });
    throw error;
  }
}

/** Exactly what is registered with the provider; each has one of its own, so none can be mixed up. */
function redirectUri(ctx: PlatformContext, { id }: Provider): string {
  return new URL(`/sign-in/${id}/callback`, ctx.services.config.publicUrl).href;
}

/** @throws {Malformed} `auth/round-not-valid` for a round that came back before. */
async function useUp(ctx: PlatformContext, { state }: Round): Promise<void> {
  const nowMs = ctx.services.now().getTime();
  const stateHash = hashToken(state);
  await write(ctx.services.platform.db, [
    guard(sql`not exists (select 1 from used_rounds where state_hash = ${stateHash})`, () =>
      roundNotValid(),
    ),
    sql`delete from used_rounds where expires_at <= ${nowMs}`,
    sql`insert into used_rounds (state_hash, expires_at)
      values (${stateHash}, ${nowMs + limits.auth.providerRoundMs})`,
  ]);
}
