import { z } from "@hono/zod-openapi";
import type { GuildId, UserId } from "../../../kernel/ids.ts";
import { hashToken, newToken } from "../../../kernel/tokens.ts";
import type { PlatformContext } from "../../context.ts";
import type { NewSession } from "../accounts.ts";

// A sign-in whose first factor was right and whose code is missing. The browser carries it sealed:
// it is no session.

/** How the person signed in before the code was asked for. */
const first = z.discriminatedUnion("type", [
  /** The hash of the password's hash, so that a changed password ends it. */
  z.object({ type: z.literal("password"), passwordHash: z.string() }),
  z.object({
    type: z.literal("provider"),
    provider: z.enum(["discord", "battlenet"]),
    subject: z.string(),
    name: z.string(),
    /**
     * The verified address by which a new identity is linked. Null for an identity that is linked
     * already.
     */
    linkedBy: z.string().nullable(),
  }),
]);

const pendingSignIn = z.object({
  userId: z.string().transform((text) => text as UserId),
  first,
  /** The hash of the browser's id. No other browser can finish the sign-in. */
  device: z.string(),
  /** The guild whose own domain the sign-in began at. */
  domainGuildId: z
    .string()
    .transform((text) => text as GuildId)
    .nullable(),
  /** Names this sign-in, which finishes once. */
  nonce: z.string(),
});

export const pendingPage = pendingSignIn.extend({ next: z.string() });

export type PendingSignIn = z.output<typeof pendingSignIn>;

/** A sign-in with its page afterwards, as the browser carries it. */
export type PendingPage = z.output<typeof pendingPage>;

/** The result of the first factor: a session, or a sign-in that waits for a code. */
export type SignInResult =
  | { readonly type: "signed-in"; readonly session: NewSession }
  | { readonly type: "code-needed"; readonly pending: PendingSignIn };

/** The sign-in that waits for a code in this browser. */
export function codeNeeded(
  ctx: PlatformContext,
  userId: UserId,
  how: PendingSignIn["first"],
): Extract<SignInResult, { type: "code-needed" }> {
  const device = deviceHash(ctx);
  const domainGuildId = ctx.domainGuildId ?? null;
  const pending = { userId, first: how, device, domainGuildId, nonce: newToken() };
  return { type: "code-needed", pending };
}

/** Whether the request comes from the browser and the host that began the sign-in. */
export function isSameBrowser(ctx: PlatformContext, pending: PendingSignIn): boolean {
  return (
    pending.device === deviceHash(ctx) && pending.domainGuildId === (ctx.domainGuildId ?? null)
  );
}

function deviceHash({ device }: PlatformContext): string {
  return hashToken(`second factor ${device ?? newToken()}`);
}
