import { z } from "@hono/zod-openapi";
import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from "oauth4webapi";
import type { Config, ProviderConfig } from "../../../config.ts";
import { normalEmail } from "../../../kernel/email-address.ts";
import { NotFound } from "../../../kernel/errors.ts";
import { nameFrom } from "../../../kernel/names.ts";
import { limits } from "../../../limits.ts";
import type { ProviderId } from "./schema.ts";

/** The provider's data about the person who agreed. */
export interface Profile {
  readonly subject: string;
  readonly name: string;
  readonly email: string | undefined;
  /** The provider has verified that the person reads this mailbox. */
  readonly emailVerified: boolean;
}

/** A provider: our configuration and its own differences. */
export interface Provider extends ProviderConfig {
  readonly id: ProviderId;
  readonly name: string;
  readonly scope: string;
  /** How our secret is sent. Not every provider decodes what HTTP Basic has to encode. */
  readonly showSecret: (secret: string) => ClientAuth;
  /** Parameters that make the provider ask again, instead of one click for a known browser. */
  readonly askAgain: Readonly<Record<string, string>>;
  readonly profileOf: (answer: unknown) => Profile;
}

// Names of other services may break our rules. The person can change theirs later.
const { nameCharsMax } = limits.auth;

const discordUser = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  username: z.string().min(1).max(100),
  global_name: z.string().max(100).nullish(),
  email: z.string().max(320).nullish(),
  verified: z.boolean().nullish(),
});

// Battle.net returns no address.
const battlenetUser = z.object({
  sub: z.string().regex(/^\d{1,20}$/),
  battletag: z.string().max(100).optional(),
});

const WAYS: Readonly<
  Record<ProviderId, Pick<Provider, "name" | "scope" | "showSecret" | "askAgain" | "profileOf">>
> = {
  discord: {
    name: "Discord",
    scope: "identify email",
    showSecret: ClientSecretPost,
    askAgain: { prompt: "consent" },
    profileOf: (answer) => {
      const { id, username, global_name, email, verified } = discordUser.parse(answer);
      const address = email ? normalEmail(email) : undefined;
      return {
        subject: id,
        name: nameFrom(global_name || username, nameCharsMax, username),
        email: address,
        emailVerified: address !== undefined && verified === true,
      };
    },
  },
  battlenet: {
    name: "Battle.net",
    scope: "openid",
    showSecret: ClientSecretBasic,
    askAgain: { prompt: "login" },
    profileOf: (answer) => {
      const { sub, battletag } = battlenetUser.parse(answer);
      const name = nameFrom(battletag?.split("#", 1)[0] ?? sub, nameCharsMax);
      return { subject: sub, name, email: undefined, emailVerified: false };
    },
  },
};

/** The providers that this instance is registered with. */
export function providersOf(config: Config): readonly Provider[] {
  return (Object.keys(WAYS) as ProviderId[]).flatMap((id) => {
    const configured = config.providers[id];
    return configured === undefined ? [] : [{ id, ...WAYS[id], ...configured }];
  });
}

/** @throws {NotFound} `auth/no-such-provider` for unknown providers and those not configured. */
export function providerBy(config: Config, id: string): Provider {
  const found = providersOf(config).find((one) => one.id === id);
  if (found) return found;
  throw new NotFound(
    "auth/no-such-provider",
    "This sign-in method is not available here. Choose another one.",
  );
}

/** The display name of a provider, even if it is no longer configured. */
export function providerName(id: ProviderId): string {
  return WAYS[id].name;
}
