import type { Statement } from "../database/client.ts";
import type { Area } from "../kernel/areas.ts";
import { Forbidden, Unauthenticated } from "../kernel/errors.ts";
import type { GuildId, SessionId, UserId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import type { Services } from "../services.ts";
import type { Locale } from "../web/i18n/index.ts";
import type { KeyCaller } from "./keys/lookup.ts";

/** Somebody who proved who they are, and how. */
export interface SignedIn {
  readonly type: "user";
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  /** When the password was last typed in this session, in Unix milliseconds. */
  readonly provedAt: number;
  /** A cookie travels by itself, so its requests need proof of origin; the others do not. */
  readonly via: "cookie" | "bearer" | "access-token";
  /** The guild that an access token was made for; it opens no other. */
  readonly guildId?: GuildId;
  /** When that access token ends, in Unix milliseconds. */
  readonly endsAt?: number;
  /** What this person is trusted with as an operator of the platform; absent for most. */
  readonly operates?: readonly Area[];
  /** The operator who acts as this person, and why; absent where people act for themselves. */
  readonly impersonator?: Impersonator;
}

export interface Impersonator {
  /** Of the time that they act, not of the operator. */
  readonly id: string;
  readonly operatorId: UserId;
  readonly name: string;
  readonly reason: string;
}

export type Caller = { readonly type: "anonymous" } | SignedIn | KeyCaller;

/** Somebody at this machine's command line, by their account there. Comes by no request. */
export interface Operator {
  readonly type: "operator";
  readonly name: string;
}

/** The platform by itself, such as at the end of a grant or by news of the payment provider. */
export interface System {
  readonly type: "system";
  readonly name: string;
}

/** The same where an operator, or nobody, may act too. */
export type ActingContext = Omit<PlatformContext, "caller"> & {
  readonly caller: Caller | Operator | System;
};

/** As much of it as a row of the log needs. */
export type Recording = Omit<ActingContext, "services"> & {
  readonly services: Pick<Services, "now">;
};

/** What a verb of a platform feature knows: the services, who is calling, and from where. */
export interface PlatformContext {
  readonly services: Services;
  readonly caller: Caller;
  readonly requestId: string;
  readonly address: string;
  readonly agent: string;
  /** The language of the caller; English where there is none. */
  readonly locale?: Locale;
  /** What the caller's browser is remembered by; new for one that brought nothing. */
  readonly device?: string;
}

/** @throws {Unauthenticated} `auth/required` */
export function signedIn(ctx: PlatformContext): SignedIn {
  if (ctx.caller.type === "user") return ctx.caller;
  throw new Unauthenticated("auth/required", "Sign in to do this.");
}

/** Was it a moment ago? What is dated in the future was written by a wrong clock and proves nothing. */
export function isJustProved({ provedAt }: Pick<SignedIn, "provedAt">, now: Date): boolean {
  return (
    now.getTime() - provedAt < limits.session.provedMs &&
    provedAt <= now.getTime() + limits.clock.skewMs
  );
}

/**
 * For what a borrowed device must not do: whoever sits there typed the password, or went through a
 * linked provider, within `limits.session.provedMs`.
 * @throws {Forbidden} `auth/proof-required`
 */
export function requireProved(caller: SignedIn, now: Date): void {
  if (isJustProved(caller, now)) return;
  throw new Forbidden("auth/proof-required", "Prove once more that it is you to do this.");
}

/**
 * For what is a guild's or a person's own decision: who belongs and with what role, and every secret.
 * @throws {Forbidden} `operator/impersonating` for an operator who acts as somebody.
 */
export function refuseImpersonator(caller: PlatformContext["caller"]): void {
  if (caller.type !== "user" || !caller.impersonator) return;
  throw new Forbidden(
    "operator/impersonating",
    "You act for somebody else. Only they can do this: accounts, roles, secrets and ownership are theirs.",
  );
}

/** The platform's audit row of one change, to stand in the same `write` as the change itself. */
export function record(
  ctx: Recording,
  action: string,
  subject: string,
  change: { readonly guildId?: GuildId; readonly before?: unknown; readonly after?: unknown } = {},
): Statement {
  const caller = ctx.caller;
  return {
    sql: `INSERT INTO audit_log
      (at, actor_type, actor_id, action, subject, guild_id, before, after, address, agent)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    args: [
      ctx.services.now().getTime(),
      ...actorOf(caller),
      action,
      subject,
      change.guildId ?? null,
      change.before === undefined ? null : JSON.stringify(change.before),
      change.after === undefined ? null : JSON.stringify(change.after),
      ctx.address,
      ctx.agent,
    ],
  };
}

/** The type and id of the log's actor; whoever acts as another is named with them. */
function actorOf(caller: ActingContext["caller"]): readonly [type: string, id: string] {
  if (caller.type === "key") return ["key", caller.keyId];
  if (caller.type === "operator" || caller.type === "system") return [caller.type, caller.name];
  if (caller.type === "anonymous") return ["anonymous", ""];
  const { userId, impersonator } = caller;
  return impersonator
    ? ["impersonation", `${impersonator.operatorId} as ${userId}`]
    : ["user", userId];
}
