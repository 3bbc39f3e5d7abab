import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

export function auditPages() {
  return createRouter<GuildEnv>();
}
