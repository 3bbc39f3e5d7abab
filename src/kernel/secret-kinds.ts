import { isPublicUrl } from "./public-url.ts";

/** The external services that a guild or a person can connect with a secret. */
export const SECRET_KINDS = [
  "blizzard",
  "warcraftlogs",
  "discord-bot",
  "discord-webhook",
  "webhook",
] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** Kinds that a person can store. The other kinds belong to a whole guild. */
export const PERSONAL_SECRET_KINDS = ["blizzard", "warcraftlogs", "discord-webhook"] as const;

/** Kinds with a public part: the id of the client that the secret belongs to. */
export const KINDS_WITH_ACCOUNT: ReadonlySet<SecretKind> = new Set(["blizzard", "warcraftlogs"]);

/** A secret as its owners see it, without its value. */
export interface SecretView {
  readonly kind: SecretKind;
  /** The client's id. Null for kinds without one. */
  readonly account: string | null;
  /** Its last characters. Empty if the secret is too short to show any. */
  readonly hint: string;
  readonly setAt: number;
  readonly setBy: string;
}

export interface NewSecret {
  readonly account?: string | undefined;
  readonly value: string;
}

const WORD = /^[\x21-\x7e]+$/;
const ACCOUNT = /^[\w-]{1,100}$/;
const HINT_CHARS = 4;
/** Four characters of a shorter secret would reveal too much. */
const HINTED_CHARS_MIN = 20;
const VALUE_CHARS_MAX = 500;

/** The invalid fields of a new secret, such as a webhook that is not an address. */
export function secretFaults(
  kind: SecretKind,
  { account = "", value }: NewSecret,
): readonly { readonly pointer: string; readonly detail: string }[] {
  const isAccountGood = KINDS_WITH_ACCOUNT.has(kind) ? ACCOUNT.test(account) : account === "";
  const detail = "The value is not valid. Copy it again from the other service.";
  const address = "Use a public https address without a user name or port.";
  return [
    ...(isAccountGood ? [] : [{ pointer: "/account", detail }]),
    ...(isGood(kind, value)
      ? []
      : [{ pointer: "/value", detail: kind === "webhook" ? address : detail }]),
  ];
}

export function hintOf(value: string): string {
  return value.length < HINTED_CHARS_MIN ? "" : value.slice(-HINT_CHARS);
}

function isGood(kind: SecretKind, value: string): boolean {
  if (!WORD.test(value) || value.length > VALUE_CHARS_MAX) return false;
  if (kind === "discord-bot") return value.length >= 50;
  if (kind === "blizzard" || kind === "warcraftlogs") return value.length >= 8;
  if (!isPublicUrl(value)) return false;
  if (kind === "webhook") return true;
  const url = new URL(value);
  const isDiscord = /^(?:(?:ptb|canary)\.)?discord(?:app)?\.com$/.test(url.host);
  return isDiscord && /^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+$/.test(url.pathname);
}
