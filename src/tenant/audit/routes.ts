import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

export function auditApi() {
  return createRouter<GuildEnv>();
}
