import type { TenantDatabase } from "../database/client.ts";
import type { Clock } from "../kernel/clock.ts";
import { Forbidden, LimitReached, Unauthenticated } from "../kernel/errors.ts";
import type { MembershipId, UserId } from "../kernel/ids.ts";
import type { Permission, Role } from "../kernel/permissions.ts";
import type { Guild } from "../platform/store.ts";

/** Who does it. A visitor looks at a public guild without belonging to it. */
export type Actor =
  | {
      readonly type: "user";
      readonly userId: UserId;
      readonly name: string;
      readonly membershipId: MembershipId;
      readonly role: Role;
      readonly permissions: ReadonlySet<Permission>;
      /** The operator who acts as this member, by name. */
      readonly impersonator?: string;
      /** A limit of the plan is exceeded, by members or by guilds of the owner: looking is all. */
      readonly readOnly?: "members" | "guilds";
    }
  | {
      readonly type: "visitor";
      readonly signedIn: boolean;
      readonly permissions: ReadonlySet<Permission>;
    }
  | {
      readonly type: "key";
      readonly keyId: string;
      readonly name: string;
      readonly permissions: ReadonlySet<Permission>;
      readonly readOnly?: "members" | "guilds";
    }
  | { readonly type: "system"; readonly job: string };

/** All a feature knows of the world: one guild, its database, who is acting, and what time it is. */
export interface GuildContext {
  readonly guild: Guild;
  readonly db: TenantDatabase;
  readonly actor: Actor;
  readonly now: Clock;
  readonly requestId: string;
  /** Where the request came from and by what program; nothing when none did. */
  readonly origin?: { readonly address: string; readonly agent: string };
  /** The request's Idempotency-Key, for verbs whose rows carry one. */
  readonly idempotencyKey: string | undefined;
}

/** May this actor do it? For pages that show or hide a button; verbs call `allow`. */
export function may(ctx: GuildContext, permission: Permission): boolean {
  return ctx.actor.type === "system" || ctx.actor.permissions.has(permission);
}

/**
 * The first line of every verb.
 * @throws {Unauthenticated} `auth/required` for a visitor who could sign in.
 * @throws {LimitReached} `plan/read-only` where the plan has become too small.
 * @throws {Forbidden} `operator/impersonating` for an operator who acts as a member.
 * @throws {Forbidden} `guild/forbidden` for everybody else without the permission.
 */
export function allow(ctx: GuildContext, permission: Permission): void {
  if (may(ctx, permission)) return;
  if (ctx.actor.type === "visitor" && !ctx.actor.signedIn) {
    throw new Unauthenticated("auth/required", "Sign in to do this.");
  }
  const readOnly = "readOnly" in ctx.actor ? ctx.actor.readOnly : undefined;
  if (readOnly) throw planReadOnly(ctx.guild, readOnly);
  if ("impersonator" in ctx.actor) throw notForImpersonators();
  throw new Forbidden("guild/forbidden", "Your role in this guild does not allow this.", {
    permission,
  });
}

/** @throws {Forbidden} `operator/impersonating` is what operators get for a guild's own decisions. */
export function notForImpersonators(): Forbidden {
  return new Forbidden(
    "operator/impersonating",
    "You act for somebody else. Only they can do this: accounts, roles, secrets and ownership are theirs.",
  );
}

/** Nothing was deleted when the plan became too small: what is too much can only be read. */
function planReadOnly({ plan }: Guild, over: "members" | "guilds"): LimitReached {
  const limit = over === "members" ? plan.membersMax : plan.guildsPerAccountMax;
  return new LimitReached(
    "plan/read-only",
    over === "members"
      ? `This guild's plan has room for ${limit} members and you are beyond. Its owner can upgrade.`
      : `The plan allows ${limit} guilds of one owner and this one is beyond. Its owner can upgrade.`,
    { limit, over, plan: plan.name },
  );
}
