import type { Statement } from "../database/client.ts";
import { insertInto } from "../database/statements.ts";
import type { Area } from "../kernel/areas.ts";
import { Forbidden, Unauthenticated } from "../kernel/errors.ts";
import type { GuildId, SessionId, UserId } from "../kernel/ids.ts";
import { limits } from "../limits.ts";
import type { Services } from "../services.ts";
import type { Locale } from "../web/i18n/index.ts";
import type { KeyCaller } from "./keys/lookup.ts";
import { auditLog } from "./schema.ts";

/** An authenticated person, and how they authenticated. */
export interface SignedIn {
  readonly type: "user";
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  /** The last time of a confirmed sign-in in this session, in Unix milliseconds. */
  readonly provedAt: number;
  /**
   * Browsers send a cookie with every request, so its requests need a check of their origin. The others
   * do not.
   */
  readonly via: "cookie" | "bearer" | "access-token";
  /** The guild of an access token, or of a sign-in at a guild's own domain. Valid for no other. */
  readonly guildId?: GuildId;
  /** The end of the access token, in Unix milliseconds. */
  readonly endsAt?: number;
  /** The person's areas as an operator of the platform. Absent for other people. */
  readonly operates?: readonly Area[];
  /** The operator who acts as this person, and why. Absent when people act for themselves. */
  readonly impersonator?: Impersonator;
}

interface Impersonator {
  /** The id of the impersonation, not of the operator. */
  readonly id: string;
  readonly operatorId: UserId;
  readonly name: string;
  readonly reason: string;
}

export type Caller = { readonly type: "anonymous" } | SignedIn | KeyCaller;

/** An operator at this machine's command line, by their account on the machine. Not from a request. */
export interface Operator {
  readonly type: "operator";
  readonly name: string;
}

/** The platform itself, for example when a grant ends or the payment provider sends an event. */
interface System {
  readonly type: "system";
  readonly name: string;
}

/** The same for functions that an operator or the platform itself may call too. */
export type ActingContext = Omit<PlatformContext, "caller"> & {
  readonly caller: Caller | Operator | System;
};

/** The part of the context that an audit row needs. */
export type Recording = Omit<ActingContext, "services"> & {
  readonly services: Pick<Services, "now">;
};

/** The context of platform service functions: services, caller and origin of the request. */
export interface PlatformContext {
  readonly services: Services;
  readonly caller: Caller;
  readonly requestId: string;
  readonly address: string;
  readonly agent: string;
  /** The guild whose own domain the request came to. Absent at the platform's host. */
  readonly domainGuildId?: GuildId;
  /** The name of that domain. */
  readonly domainName?: string;
  /** The language of the caller. English if absent. */
  readonly locale?: Locale;
  /** The id that recognizes the caller's browser. A browser without one gets a new id. */
  readonly device?: string;
}

/** @throws {Unauthenticated} `auth/required` */
export function signedIn(ctx: PlatformContext): SignedIn {
  if (ctx.caller.type === "user") return ctx.caller;
  throw new Unauthenticated("auth/required", "Sign in to continue.");
}

/** Whether the sign-in is recent. A time in the future was written by a wrong clock and does not count. */
export function isRecentSignIn({ provedAt }: Pick<SignedIn, "provedAt">, now: Date): boolean {
  return (
    now.getTime() - provedAt < limits.session.reauthMs &&
    provedAt <= now.getTime() + limits.clock.skewMs
  );
}

/**
 * Requires a sign-in by password or linked provider within `limits.session.reauthMs`. Guards sensitive
 * actions on an unattended device.
 * @throws {Forbidden} `auth/proof-required`
 */
export function requireProved(caller: SignedIn, now: Date): void {
  if (isRecentSignIn(caller, now)) return;
  throw new Forbidden("auth/proof-required", "Confirm that it is you to continue.");
}

/**
 * Guards decisions of a guild or a person: members, roles and all secrets.
 * @throws {Forbidden} `operator/impersonating` for an operator who acts as a person.
 */
export function refuseImpersonator(caller: PlatformContext["caller"]): void {
  if (caller.type !== "user" || !caller.impersonator) return;
  throw new Forbidden(
    "operator/impersonating",
    "You are viewing as another person. Only they can change their account, roles, keys and ownership.",
  );
}

/** The audit row of one change in the platform. It belongs into the same `write` as the change itself. */
export function record(
  ctx: Recording,
  action: string,
  subject: string,
  change: { readonly guildId?: GuildId; readonly before?: unknown; readonly after?: unknown } = {},
): Statement {
  const [actorType, actorId] = actorOf(ctx.caller);
  return insertInto(auditLog, {
    at: ctx.services.now().getTime(),
    actorType,
    actorId,
    action,
    subject,
    guildId: change.guildId ?? null,
    before: change.before ?? null,
    after: change.after ?? null,
    address: ctx.address,
    agent: ctx.agent,
  });
}

/** The type and id of the audit log's actor. For an impersonation, they name the operator too. */
function actorOf(caller: ActingContext["caller"]): readonly [type: string, id: string] {
  if (caller.type === "key") return ["key", caller.keyId];
  if (caller.type === "operator" || caller.type === "system") return [caller.type, caller.name];
  if (caller.type === "anonymous") return ["anonymous", ""];
  const { userId, impersonator } = caller;
  return impersonator
    ? ["impersonation", `${impersonator.operatorId} as ${userId}`]
    : ["user", userId];
}

/** The context of operators' service functions, in the console and on the command line. */
export type OperatorContext = ActingContext & { readonly areas: ReadonlySet<Area> };

/** Every operator function calls it first. @throws {Forbidden} `operator/forbidden` */
export function allowArea(ctx: OperatorContext, area: Area): void {
  if (ctx.areas.has(area)) return;
  throw new Forbidden(
    "operator/forbidden",
    "You are not an operator for this part of the platform.",
    {
      area,
    },
  );
}
