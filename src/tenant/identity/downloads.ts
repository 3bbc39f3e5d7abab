import type { Context } from "hono";
import type { GuildEnv } from "../../http/env.ts";

/** Answers with a zip for people to save. */
export function zipAnswer(c: Context<GuildEnv>, name: string, bytes: Uint8Array<ArrayBuffer>) {
  return c.body(bytes, 200, {
    "Content-Type": "application/zip",
    "Content-Disposition": `attachment; filename="${name}"`,
    "Cache-Control": "no-store",
  });
}
