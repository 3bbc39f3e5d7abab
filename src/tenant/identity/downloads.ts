import type { Context } from "hono";
import { addonArchive, companionArchive } from "../../addon/archives.ts";
import type { GuildEnv } from "../../http/env.ts";

/** Sends the game's addon. */
export function sendAddon(c: Context<GuildEnv>) {
  return zipAnswer(c, "GuildhallSync.zip", addonArchive());
}

/** Sends the companion with this server and guild in its settings. */
export function sendCompanion(c: Context<GuildEnv>) {
  const { publicUrl } = c.var.services.config;
  const target = { server: publicUrl.origin, guild: c.var.guild.guild.slug };
  return zipAnswer(c, "guildhall-companion.zip", companionArchive(target));
}

function zipAnswer(c: Context<GuildEnv>, name: string, bytes: Uint8Array<ArrayBuffer>) {
  return c.body(bytes, 200, {
    "Content-Type": "application/zip",
    "Content-Disposition": `attachment; filename="${name}"`,
    "Cache-Control": "no-store",
  });
}
