import { Forbidden } from "../../../kernel/errors.ts";
import { limits } from "../../../limits.ts";
import type { PlatformContext } from "../../context.ts";
import { UpstreamError } from "../../upstreams/fetch-json.ts";
import { type FlowSecrets, grantedTokens, unavailable } from "./exchange.ts";
import type { OAuthFlow } from "./flows.ts";
import type { Provider } from "./providers.ts";

/**
 * The Blizzard ids of the characters of the person who agreed at Battle.net, in one edition and region.
 * Undefined if the person declined. The token is used for this one question and forgotten.
 * @throws {Malformed} `auth/round-not-valid`, {Unavailable} `auth/provider-unavailable`
 * @throws {Forbidden} `auth/characters-refused`
 */
export async function ownedCharacters(
  { services }: Pick<PlatformContext, "services">,
  provider: Provider,
  input: {
    readonly parameters: URLSearchParams;
    readonly flow: FlowSecrets;
    readonly game: NonNullable<OAuthFlow["game"]>;
    readonly redirectUri: string;
  },
): Promise<readonly number[] | undefined> {
  const { parameters, flow, game, redirectUri } = input;
  const tokens = await grantedTokens(provider, parameters, flow, redirectUri);
  if (tokens === undefined) return undefined;
  try {
    const found = await services.blizzard.charactersOf(
      tokens.access_token,
      provider.clientId,
      game,
    );
    return found.slice(0, limits.identity.accountCharactersMax);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    // An account without a licence of the game has no list of characters.
    if (error.code === "identity/upstream-missing") return [];
    if (error.code === "identity/upstream-refused") throw charactersRefused(error);
    throw unavailable(error);
  }
}

function charactersRefused(cause: unknown): Forbidden {
  return new Forbidden(
    "auth/characters-refused",
    "Battle.net did not show your characters. Start again, and agree to share your game profile.",
    {},
    { cause },
  );
}
