import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

/** Below `/g/:guild`: what the platform keeps of one guild. */
export function guildPages() {
  return createRouter<GuildEnv>();
}
