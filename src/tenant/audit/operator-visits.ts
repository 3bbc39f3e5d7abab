import { createMiddleware } from "hono/factory";
import { write } from "../../database/write.ts";
import type { GuildEnv } from "../../http/env.ts";
import { record } from "../audit.ts";

/**
 * Before an operator sees anything, records in the guild's own log that they act as one of its members, and
 * why. Once per guild and impersonation; after a crash, it may be recorded twice.
 */
export const recordOperatorVisit = createMiddleware<GuildEnv>(async function recordVisit(c, next) {
  const { caller, guild: ctx, services } = c.var;
  if (caller.type === "user" && caller.impersonator && ctx.actor.type === "user") {
    const { id, reason } = caller.impersonator;
    const { db } = services.platform;
    const known = await db.first(
      "SELECT 1 FROM impersonation_guilds WHERE impersonation_id = ? AND guild_id = ?",
      id,
      ctx.guild.id,
    );
    if (known === undefined) {
      await write(ctx.db, [record(ctx, "operator.enter", id, { after: { reason } })]);
      await db.client.execute({
        sql: "INSERT OR IGNORE INTO impersonation_guilds (impersonation_id, guild_id) VALUES (?, ?)",
        args: [id, ctx.guild.id],
      });
    }
  }
  await next();
});
