import { eq, lte, not } from "drizzle-orm";
import { existsIn } from "../../../database/query.ts";
import { build, insertInto } from "../../../database/statements.ts";
import { guard, write } from "../../../database/write.ts";
import { AppError } from "../../../kernel/errors.ts";
import { hashToken } from "../../../kernel/tokens.ts";
import { limits } from "../../../limits.ts";
import type { Locale } from "../../../web/i18n/index.ts";
import { type PlatformContext, requireProved } from "../../context.ts";
import { accountHolder, countByAddress, type NewSession } from "../accounts.ts";
import type { PendingPage } from "../factors/pending-sign-in.ts";
import { ownedCharacters } from "./characters.ts";
import { authorizationUrl, flowNotValid, newFlowSecrets, profileFrom } from "./exchange.ts";
import { type NewUser, type OAuthFlow, type OwnedCharacters, seal, unseal } from "./flows.ts";
import { link, prove } from "./links.ts";
import { signInByProvider } from "./provider-sign-in.ts";
import { type Provider, providerBy } from "./providers.ts";
import { usedRounds } from "./schema.ts";

/** The result of an OAuth flow. A new user has no account yet and must enter an address first. */
export type FlowResult =
  | { readonly type: "signed-in"; readonly session: NewSession; readonly next: string }
  | { readonly type: "code-needed"; readonly pending: PendingPage }
  | { readonly type: "new-user"; readonly newUser: NewUser }
  | { readonly type: "characters"; readonly owned: OwnedCharacters; readonly next: string }
  | { readonly type: "done"; readonly next: string }
  | { readonly type: "refused"; readonly next: string; readonly purpose: OAuthFlow["purpose"] };

/** The right to list the person's characters, and no other. */
const CHARACTERS_SCOPE = "wow.profile";

/**
 * Begins an OAuth flow. Returns the provider's address and the state that the browser has to bring
 * back.
 * @throws {NotFound} `auth/no-such-provider`, {Forbidden} `auth/proof-required` for linking
 */
export async function beginFlow(
  ctx: PlatformContext,
  input: Pick<OAuthFlow, "purpose" | "next" | "game"> & { readonly provider: string },
): Promise<{ readonly url: URL; readonly sealed: string }> {
  const { services } = ctx;
  const { purpose, next, game } = input;
  const provider = providerBy(services.config, input.provider);
  const caller = purpose === "sign-in" ? undefined : accountHolder(ctx);
  if (caller && purpose === "link") requireProved(caller, services.now());
  const secrets = newFlowSecrets();
  const options = {
    askAgain: purpose === "link" || purpose === "prove",
    ...(purpose === "characters" && { scope: CHARACTERS_SCOPE }),
  };
  const sessionId = caller?.sessionId;
  const flow = { provider: provider.id, ...secrets, purpose, next, sessionId, game };
  return {
    url: await authorizationUrl(provider, secrets, redirectUri(ctx, provider), options),
    sealed: await seal(services, "round", flow),
  };
}

/**
 * Finishes an OAuth flow with the browser's state: signs in, links, or confirms a sign-in. Each flow
 * ends once.
 * @throws {Malformed} `auth/round-not-valid`, {Unavailable} `auth/provider-unavailable`
 * @throws {Conflict} `auth/link-first`, `auth/identity-taken`, `auth/identity-exists`
 */
export async function finishFlow(
  ctx: PlatformContext,
  input: {
    provider: string;
    sealed: string | undefined;
    parameters: URLSearchParams;
    locale: Locale;
  },
): Promise<FlowResult> {
  const { services } = ctx;
  const provider = providerBy(services.config, input.provider);
  await countByAddress(ctx, "sign-in");
  const flow = await unseal(services, "round", input.sealed);
  if (flow?.provider !== provider.id) throw flowNotValid();
  if (input.parameters.get("state") !== flow.state) throw flowNotValid();
  await useUp(ctx, flow);
  const { next, purpose } = flow;
  if (purpose === "characters")
    return await finishCharacters(ctx, provider, input.parameters, flow);
  const profile = await logged(ctx, provider, () =>
    profileFrom(provider, input.parameters, flow, redirectUri(ctx, provider)),
  );
  if (profile === undefined) return { type: "refused", next, purpose };
  if (flow.purpose === "sign-in") {
    const entered = await signInByProvider(ctx, provider, profile);
    if (entered.type === "signed-in") return { ...entered, next };
    if (entered.type === "code-needed") {
      return { type: "code-needed", pending: { ...entered.pending, next } };
    }
    return { type: "new-user", newUser: { ...entered.newUser, next } };
  }
  if (accountHolder(ctx).sessionId !== flow.sessionId) throw flowNotValid();
  if (flow.purpose === "link") await link(ctx, provider, profile);
  else await prove(ctx, provider, profile);
  return { type: "done", next };
}

/** Lists the person's characters, for the session that asked. */
async function finishCharacters(
  ctx: PlatformContext,
  provider: Provider,
  parameters: URLSearchParams,
  flow: OAuthFlow,
): Promise<FlowResult> {
  const { next, purpose, game } = flow;
  const { sessionId } = accountHolder(ctx);
  if (sessionId !== flow.sessionId || game === undefined) throw flowNotValid();
  const blizzardIds = await logged(ctx, provider, () =>
    ownedCharacters(ctx, provider, {
      parameters,
      flow,
      game,
      redirectUri: redirectUri(ctx, provider),
    }),
  );
  if (blizzardIds === undefined) return { type: "refused", next, purpose };
  return { type: "characters", owned: { ...game, sessionId, blizzardIds: [...blizzardIds] }, next };
}

async function logged<T>(
  ctx: PlatformContext,
  provider: Provider,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const cause = error instanceof AppError ? error.cause : undefined;
    // Logs only the message, because the response may contain tokens.
    const reason = cause instanceof Error ? cause.message : String(error);
    ctx.services.log.warn("round.failed", { requestId: ctx.requestId, by: provider.id, reason });
    throw error;
  }
}

/**
 * Exactly the address registered with the provider. Each provider has its own, so that responses cannot
 * be mixed up.
 */
function redirectUri(ctx: PlatformContext, { id }: Provider): string {
  return new URL(`/sign-in/${id}/callback`, ctx.services.config.publicUrl).href;
}

/** @throws {Malformed} `auth/round-not-valid` if the flow came back before. */
async function useUp(ctx: PlatformContext, { state }: OAuthFlow): Promise<void> {
  const nowMs = ctx.services.now().getTime();
  const stateHash = hashToken(state);
  await write(ctx.services.platform.db, [
    guard(not(existsIn(usedRounds, eq(usedRounds.stateHash, stateHash))), () => flowNotValid()),
    build.delete(usedRounds).where(lte(usedRounds.expiresAt, nowMs)),
    insertInto(usedRounds, { stateHash, expiresAt: nowMs + limits.auth.providerRoundMs }),
  ]);
}
