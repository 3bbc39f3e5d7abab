import { z } from "@hono/zod-openapi";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { EncryptJWT, jwtDecrypt } from "jose";
import { EDITION_NAMES, REGIONS } from "../../../kernel/game/editions.ts";
import type { GuildId, SessionId } from "../../../kernel/ids.ts";
import { limits } from "../../../limits.ts";
import type { Services } from "../../../services.ts";
import { type PendingPage, pendingPage } from "../factors/pending-sign-in.ts";

// The sealed state of an OAuth flow, which the browser carries. The server stores nothing for people
// who only look, and no other browser can finish this flow.

const id = z.enum(["discord", "battlenet"]);

const game = z.object({ edition: z.enum(EDITION_NAMES), region: z.enum(REGIONS) });
const sessionId = z.string().transform((text) => text as SessionId);

const flow = z.object({
  provider: id,
  state: z.string(),
  codeVerifier: z.string(),
  next: z.string(),
  purpose: z.enum(["sign-in", "link", "prove", "characters"]),
  /** The session that began the flow. Absent for a sign-in. */
  sessionId: sessionId.optional(),
  /** Whose characters are asked for. */
  game: game.optional(),
});

const owned = game.extend({
  sessionId,
  blizzardIds: z.array(z.int()).max(limits.identity.accountCharactersMax),
});

const newUser = z.object({
  provider: id,
  subject: z.string(),
  name: z.string(),
  email: z.string().optional(),
  next: z.string(),
});

const install = z.object({
  guildId: z.string().transform((text) => text as GuildId),
  /** The session that began the installation of the bot. */
  sessionId: z.string().transform((text) => text as SessionId),
  codeVerifier: z.string(),
});

const discordLink = z.object({
  guildId: z.string().transform((text) => text as GuildId),
  discordId: z.string(),
  /** The account's name on the server. */
  name: z.string(),
  /** Names this address, which works once. */
  proof: z.string(),
});

/** An OAuth flow: the redirect to a provider and back. */
export type OAuthFlow = z.output<typeof flow>;

/** Characters that Battle.net listed for the person of a session. Its token is not stored. */
export type OwnedCharacters = z.output<typeof owned>;

/** A person who came back from a provider and has no account yet. */
export type NewUser = z.output<typeof newUser>;

/** An installation of the Discord bot on a server, for a guild. */
type Install = z.output<typeof install>;

/** A Discord account whose holder asked to be linked with a member. */
type DiscordAccountLink = z.output<typeof discordLink>;

const KINDS = {
  round: flow,
  newcomer: newUser,
  characters: owned,
  install,
  "discord-link": discordLink,
  "second-factor": pendingPage,
} as const;
type Kinds = {
  round: OAuthFlow;
  newcomer: NewUser;
  characters: OwnedCharacters;
  install: Install;
  "discord-link": DiscordAccountLink;
  "second-factor": PendingPage;
};
export type SealedKind = keyof Kinds;

/** An encrypted text that only this platform can read, valid for `limits.auth.providerRoundMs`. */
export async function seal<K extends keyof Kinds>(
  { config, now }: Pick<Services, "config" | "now">,
  kind: K,
  value: Kinds[K],
): Promise<string> {
  const nowMs = now().getTime();
  return await new EncryptJWT({ value })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setAudience(kind)
    .setIssuedAt(new Date(nowMs))
    .setExpirationTime(new Date(nowMs + limits.auth.providerRoundMs))
    .encrypt(keyFrom(config.secret));
}

/** Decrypts a value of this kind. Undefined for anything else and after its time. */
export async function unseal<K extends keyof Kinds>(
  { config, now }: Pick<Services, "config" | "now">,
  kind: K,
  text: string | undefined,
): Promise<Kinds[K] | undefined> {
  if (text === undefined) return undefined;
  try {
    const { payload } = await jwtDecrypt(text, keyFrom(config.secret), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
      audience: kind,
      requiredClaims: ["exp"],
      currentDate: now(),
    });
    return KINDS[kind].parse(payload["value"]) as Kinds[K];
  } catch {
    // Every fault gives the same answer.
    return undefined;
  }
}

function keyFrom(secret: string): Uint8Array {
  return hkdf(sha256, utf8ToBytes(secret), undefined, utf8ToBytes("sign-in-round"), 32);
}
