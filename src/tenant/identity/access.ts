import { Unavailable } from "../../kernel/errors.ts";
import type { Permission } from "../../kernel/permissions.ts";
import { limits } from "../../limits.ts";
import { allow, type GuildContext } from "../context.ts";

/** The schema version that brought the tables of identity. Guilds wait for it in a rollout. */
const SCHEMA_VERSION = 8;

/**
 * The first line of every verb of identity.
 * @throws as `allow` does
 * @throws {Unavailable} `guild/schema-behind` for a guild that the rollout has not reached.
 */
export function allowIdentity(ctx: GuildContext, permission: Permission = "identity.manage"): void {
  allow(ctx, permission);
  if (ctx.guild.schemaVersion >= SCHEMA_VERSION) return;
  throw new Unavailable(
    "guild/schema-behind",
    "This guild's database is about to be updated. Try again in a moment.",
    { retryAfterMs: limits.database.movedRetryAfterMs },
  );
}
