import * as oauth from "oauth4webapi";
import { AppError, Malformed, Unavailable } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import type { Profile, Provider } from "./providers.ts";

/** Secrets of one OAuth flow. Only one browser has them. */
export interface FlowSecrets {
  readonly state: string;
  readonly codeVerifier: string;
}

export function newFlowSecrets(): FlowSecrets {
  return { state: oauth.generateRandomState(), codeVerifier: oauth.generateRandomCodeVerifier() };
}

/** The provider's page on which the person agrees. */
export async function authorizationUrl(
  provider: Provider,
  { state, codeVerifier }: FlowSecrets,
  redirectUri: string,
  options: { readonly askAgain: boolean; readonly scope?: string },
): Promise<URL> {
  const url = new URL(provider.authorizeUrl);
  const parameters = {
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    scope: options.scope ?? provider.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
    ...(options.askAgain && provider.askAgain),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/**
 * The profile of the person who agreed, from the parameters of the provider's redirect. Undefined if
 * the person declined there. The provider's tokens are not stored.
 * @throws {Malformed} `auth/round-not-valid`, {Unavailable} `auth/provider-unavailable`
 */
export async function profileFrom(
  provider: Provider,
  parameters: URLSearchParams,
  secrets: FlowSecrets,
  redirectUri: string,
): Promise<Profile | undefined> {
  const tokens = await grantedTokens(provider, parameters, secrets, redirectUri);
  if (tokens === undefined) return undefined;
  try {
    const answer = await oauth.protectedResourceRequest(
      tokens.access_token,
      "GET",
      provider.userUrl,
      undefined,
      undefined,
      requestOptions(provider.userUrl),
    );
    refuseOutage(answer);
    const profile = provider.profileOf(await answer.json());
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    if (claims !== undefined && claims.sub !== profile.subject) throw flowNotValid();
    return profile;
  } catch (error) {
    throw asProblem(error);
  }
}

/**
 * The tokens of the person who agreed. Undefined if they declined.
 * @throws {Malformed} `auth/round-not-valid`, {Unavailable} `auth/provider-unavailable`
 */
export async function grantedTokens(
  provider: Provider,
  parameters: URLSearchParams,
  { state, codeVerifier }: FlowSecrets,
  redirectUri: string,
): Promise<oauth.TokenEndpointResponse | undefined> {
  const server: oauth.AuthorizationServer = {
    issuer: provider.issuer,
    authorization_endpoint: provider.authorizeUrl.href,
    token_endpoint: provider.tokenUrl.href,
    userinfo_endpoint: provider.userUrl.href,
  };
  const client: oauth.Client = { client_id: provider.clientId };
  try {
    const callback = oauth.validateAuthResponse(server, client, parameters, state);
    const granted = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      provider.showSecret(provider.clientSecret),
      callback,
      redirectUri,
      codeVerifier,
      requestOptions(provider.tokenUrl),
    );
    refuseOutage(granted);
    return await oauth.processAuthorizationCodeResponse(server, client, granted);
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError && error.error === "access_denied") {
      return undefined;
    }
    throw asProblem(error);
  }
}

/** The single error for every invalid OAuth flow, whatever its fault. */
export function flowNotValid(cause?: unknown): Malformed {
  return new Malformed(
    "auth/round-not-valid",
    "This sign-in was started in another browser, or it has expired. Start again.",
    {},
    { cause },
  );
}

function requestOptions(url: URL) {
  return {
    // Plain http is allowed only for local addresses. The configuration refuses all others.
    [oauth.allowInsecureRequests]: url.protocol === "http:",
    signal: AbortSignal.timeout(limits.auth.providerDeadlineMs),
  };
}

function refuseOutage(answer: Response): void {
  if (answer.status === 429 || answer.status >= 500) throw unavailable();
}

function asProblem(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const isNetwork =
    error instanceof TypeError ||
    (error instanceof DOMException && /^(Timeout|Abort)Error$/.test(error.name));
  return isNetwork ? unavailable(error) : flowNotValid(error);
}

export function unavailable(cause?: unknown): Unavailable {
  return new Unavailable(
    "auth/provider-unavailable",
    "The other site did not answer. Nothing has changed. Try again in a moment.",
    { retryAfterMs: 5_000 },
    { cause },
  );
}
