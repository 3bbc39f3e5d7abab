import type { GuildEnv } from "../../http/env.ts";
import { createRouter } from "../../http/router.ts";

export function onboardingApi() {
  return createRouter<GuildEnv>();
}
