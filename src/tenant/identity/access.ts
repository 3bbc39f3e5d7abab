import { Forbidden, NotFound, Unavailable } from "../../kernel/errors.ts";
import type { UserId } from "../../kernel/ids.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

/** The schema version that brought the tables of identity. Guilds wait for it in a rollout. */
const SCHEMA_VERSION = 8;

/** The one that brought proofs of ownership. */
const PROOFS_VERSION = 16;

/**
 * The first line of every verb of identity.
 * @throws as `allow` does
 * @throws {Unavailable} `guild/schema-behind` for a guild that the rollout has not reached.
 */
export function allowIdentity(ctx: GuildContext, permission: Permission = "identity.manage"): void {
  allow(ctx, permission);
  if (ctx.guild.schemaVersion < SCHEMA_VERSION) throw schemaBehind();
}

/** Can members of this guild prove their characters yet? */
export function hasProofs(ctx: Pick<GuildContext, "guild">): boolean {
  return ctx.guild.schemaVersion >= PROOFS_VERSION;
}

/**
 * The first line of every verb about proofs, and the member who proves.
 * @throws as `allow` does
 * @throws {Unavailable} `guild/schema-behind` @throws {Forbidden} `operator/impersonating`
 * @throws {NotFound} `roster/person-not-found` for visitors and keys, who have no character.
 */
export function allowProofs(ctx: GuildContext): {
  readonly userId: UserId;
  readonly name: string;
} {
  allow(ctx, "roster.view");
  if (!hasProofs(ctx)) throw schemaBehind();
  const { actor } = ctx;
  if (actor.type !== "user") {
    throw new NotFound("roster/person-not-found", "Only members have a character. Sign in as one.");
  }
  if (actor.impersonator !== undefined) {
    throw new Forbidden(
      "operator/impersonating",
      "You are viewing as another person. Only they can prove which characters are theirs.",
    );
  }
  return actor;
}

function schemaBehind(): Unavailable {
  return new Unavailable(
    "guild/schema-behind",
    "This guild's database is about to be updated. Try again in a moment.",
    { retryAfterMs: limits.database.movedRetryAfterMs },
  );
}
