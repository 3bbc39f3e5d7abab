import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

/** Below `/api/g/:guild`: what the platform keeps of one guild. */
export function guildApi() {
  return createRouter<GuildEnv>();
}
