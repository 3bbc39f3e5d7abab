import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

export function homePages() {
  return createRouter<GuildEnv>();
}
