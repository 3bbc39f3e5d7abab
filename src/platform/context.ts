import type { Statement } from "../database/client.ts";
import type { Area } from "../kernel/areas.ts";
import { Unauthenticated } from "../kernel/errors.ts";
import type { GuildId, SessionId, UserId } from "../kernel/ids.ts";
import type { Services } from "../services.ts";
import type { KeyCaller } from "./key-lookup.ts";

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
  /** What this person is trusted with as an operator of the platform; absent for most. */
  readonly operates?: readonly Area[];
}

export type Caller = { readonly type: "anonymous" } | SignedIn | KeyCaller;

/** Somebody at this machine's command line, by their account there. Comes by no request. */
export interface Operator {
  readonly type: "operator";
  readonly name: string;
}

/** The same where an operator may act too. */
export type ActingContext = Omit<PlatformContext, "caller"> & {
  readonly caller: Caller | Operator;
};

/** What a verb of a platform feature knows: the services, who is calling, and from where. */
export interface PlatformContext {
  readonly services: Services;
  readonly caller: Caller;
  readonly requestId: string;
  readonly address: string;
  readonly agent: string;
}

/** @throws {Unauthenticated} `auth/required` */
export function signedIn(ctx: PlatformContext): SignedIn {
  if (ctx.caller.type === "user") return ctx.caller;
  throw new Unauthenticated("auth/required", "Sign in to do this.");
}

/** The platform's audit row of one change, to stand in the same `write` as the change itself. */
export function record(
  ctx: ActingContext,
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
      caller.type,
      idOf(caller),
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

function idOf(caller: Caller | Operator): string {
  if (caller.type === "user") return caller.userId;
  if (caller.type === "key") return caller.keyId;
  return caller.type === "operator" ? caller.name : "";
}
